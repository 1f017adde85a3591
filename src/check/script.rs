//! Scripts and prompts: length, content, markup.

pub mod ssml;

use super::{Context, placeholder};
use crate::finding::{Finding, Location};
use crate::limits::LimitId;
use crate::request::json::Value;
use crate::rule::{self, Rule};
use crate::source::clean;
use crate::text::{count, counted, sentence_end, speech};

pub use ssml::ScriptForm;

/// A script: the findings of `script/*`, or `request/placeholder`.
#[must_use]
pub fn script(value: Value<'_>, form: ScriptForm, limit: LimitId, context: &Context<'_>) -> Vec<Finding> {
    if let Some(finding) = placeholder::text(value, context) {
        return vec![finding];
    }
    let advice = if form != ScriptForm::Script { "split it into two requests" } else { "split it into two scenes" };
    let long = too_long(value, &rule::SCRIPT_TOO_LONG, limit, advice, context);
    let mut found = Vec::new();
    if let Some(long) = long {
        found.push(long);
    } else if let Some(empty) = empty(value) {
        return vec![empty];
    }
    if let Some(markup) = ssml::check(value, form, context.profile().ssml) {
        found.push(markup);
    }
    found.extend(placeholder::spoken(value, context));
    found
}

/// A prompt: `prompt/too-long`, or `request/placeholder`.
#[must_use]
pub fn prompt(value: Value<'_>, limit: LimitId, context: &Context<'_>) -> Option<Finding> {
    placeholder::text(value, context).or_else(|| {
        too_long(value, &rule::PROMPT_TOO_LONG, limit, "shorten it, or put reference material into files", context)
    })
}

/// A text with more code points than `limit` allows, reported under `rule`. The finding points at the first one beyond
/// the limit.
#[must_use]
pub fn too_long(
    value: Value<'_>,
    rule: &'static Rule,
    limit: LimitId,
    advice: &str,
    context: &Context<'_>,
) -> Option<Finding> {
    let limit = &context.limits[limit];
    let most = limit.number().filter(|number| *number >= 0.0)? as usize;
    // Every code point takes at least one byte.
    if value.raw().len() <= most {
        return None;
    }
    let length = value.code_points();
    if length <= most {
        return None;
    }
    let name = value.key().map_or_else(|| "the text".to_owned(), |key| clean(&key).into_owned());
    let (bytes, units) = (value.utf8_len(), value.utf16_len());
    let mut others = Vec::new();
    if units != length {
        others.push(format!("{} UTF-16 units", count(units as u64)));
    }
    if bytes != length {
        others.push(format!("{} UTF-8 bytes", count(bytes as u64)));
    }
    let others = if others.is_empty() { String::new() } else { format!(" ({})", others.join(", ")) };
    let message = format!(
        "{name} has {}{others}, {} more than the maximum of {}",
        counted(length as u64, "code point"),
        count((length - most) as u64),
        count(most as u64)
    );
    let text = value.as_str()?;
    let fits = text.char_indices().nth(most).map_or(text.as_ref(), |(cut, _)| &text[..cut]);
    let help = match sentence_end(fits).filter(|end| *end > 0) {
        Some(end) => format!("{advice}; the last sentence that fits ends before “{}”", opening(&text[end..])),
        None => advice.to_owned(),
    };
    Some(
        Finding::new(rule, message)
            .at(Location::value(value.pointer(), value.span_from(most)))
            .label("too much from here on")
            .observed(length as u64)
            .limit(limit)
            .help(help),
    )
}

/// The first words of a text.
fn opening(text: &str) -> String {
    const WORDS: usize = 3;
    const LONGEST: usize = 24;
    let words: Vec<&str> = text.split_whitespace().take(WORDS).collect();
    let words = words.join(" ");
    let shown = clean(&words);
    match shown.char_indices().nth(LONGEST) {
        Some((cut, _)) => format!("{}…", &shown[..cut]),
        None => shown.into_owned(),
    }
}

/// A script without a letter, digit or emoji to speak.
#[must_use]
pub fn empty(value: Value<'_>) -> Option<Finding> {
    let text = value.as_str()?;
    if speech::spoken(&text).any(|piece| piece.contains(is_spoken)) {
        return None;
    }
    let name = value.key().map_or_else(|| "the text".to_owned(), |key| clean(&key).into_owned());
    let (message, code) = if text.is_empty() {
        (format!("{name} is empty"), "script_too_short")
    } else if text.chars().all(|c| c.is_whitespace() || c.is_control()) {
        (format!("{name} contains only white space"), "script_too_short")
    } else {
        (format!("{name} contains only punctuation and symbols, nothing to speak"), "tts_text_invalid")
    };
    Some(
        Finding::new(&rule::SCRIPT_EMPTY, message)
            .at(Location::value(value.pointer(), value.span()))
            .prevents(code)
            .help("write the text, or leave it out and give recorded audio instead"),
    )
}

/// Letters, digits and emoji are spoken, emoji by their names.
fn is_spoken(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '\u{2600}'..='\u{27bf}' | '\u{1f000}'..='\u{1faff}')
}

#[cfg(test)]
mod tests;
