//! `script/ssml`: markup for speech. Only `<break time="1.5s"/>` is documented.

use std::borrow::Cow;

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

use crate::finding::{Finding, Location};
use crate::profile::Ssml;
use crate::request::json::Value;
use crate::rule::{self, Severity};
use crate::source::clean;
use crate::text::speech::{SsmlTag, attribute, tags};

/// How the service reads a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ScriptForm {
    /// The script of a video: text with pauses.
    Script,
    /// Declared as plain text.
    Plain,
    /// Declared as SSML.
    Ssml,
}

/// The first fault in the markup of a text.
#[must_use]
pub fn check(value: Value<'_>, form: ScriptForm, ssml: Option<Ssml>) -> Option<Finding> {
    let text = value.as_str()?;
    let fault = control_character(&text).or_else(|| match form {
        // If the XML reader fails, report nothing.
        ScriptForm::Ssml => std::panic::catch_unwind(|| ill_formed(&text))
            .ok()
            .flatten()
            .or_else(|| tags(&text).find_map(|tag| in_script(&tag, form, ssml))),
        ScriptForm::Script => tags(&text).find_map(|tag| in_script(&tag, form, ssml)),
        ScriptForm::Plain => tags(&text).find(SsmlTag::is_known).map(|tag| SsmlFault {
            start: tag.start,
            end: tag.end,
            message: format!("the tag `{}` in a text that is not declared as SSML", shown(tag.text)),
            help: ssml.map_or("remove the tag".into(), |ssml| {
                format!("set {} to {}, or remove the tag", ssml.field, ssml.value).into()
            }),
            severity: Severity::Warning,
        }),
    })?;
    Some(
        Finding::new(&rule::SCRIPT_SSML, fault.message)
            .at_most(fault.severity)
            .at(Location::value(value.pointer(), value.span_of_bytes(fault.start, fault.end)))
            .help(fault.help),
    )
}

/// A fault of the markup, as bytes of the decoded text.
struct SsmlFault {
    start: usize,
    end: usize,
    message: String,
    help: Cow<'static, str>,
    severity: Severity,
}

/// A control character. XML forbids most of them (XML 1.0, section 2.2), and no voice can speak them.
fn control_character(text: &str) -> Option<SsmlFault> {
    // Every one contains one of these bytes; most texts contain none.
    let rare = |byte: &u8| *byte < b' ' || matches!(*byte, 0x7f | 0xc2 | 0xef);
    // Compare in blocks, so that the processor handles many bytes at once.
    if !text.as_bytes().chunks(64).any(|piece| piece.iter().fold(false, |found, byte| found | rare(byte))) {
        return None;
    }
    let (start, c) = text
        .char_indices()
        .find(|(_, c)| c.is_control() && !matches!(c, '\n' | '\r' | '\t') || matches!(c, '\u{fffe}' | '\u{ffff}'))?;
    Some(SsmlFault {
        start,
        end: start + c.len_utf8(),
        message: format!("the control character U+{:04X} in a text to be spoken", u32::from(c)),
        help: "remove it".into(),
        severity: Severity::Warning,
    })
}

/// A pause that is not written as documented, or another tag.
fn in_script(tag: &SsmlTag<'_>, form: ScriptForm, ssml: Option<Ssml>) -> Option<SsmlFault> {
    let fault = |message, help: Cow<'static, str>, severity| {
        Some(SsmlFault { start: tag.start, end: tag.end, message, help, severity })
    };
    if !tag.is_known() || tag.name == "speak" && tag.text.ends_with('>') {
        return None;
    }
    let shown = shown(tag.text);
    let documented = "write a pause as <break time=\"1.5s\"/>";
    if tag.name != "break" {
        let message = format!("the tag `{shown}` is not documented; only <break time=\"1.5s\"/> is");
        let help = match (form, ssml) {
            (ScriptForm::Script, Some(ssml)) => {
                format!("remove it; speed, pitch and volume belong in {}", ssml.settings).into()
            }
            (ScriptForm::Script, None) => "remove it".into(),
            (ScriptForm::Ssml | ScriptForm::Plain, _) => {
                "remove it; speed and locale are fields beside the text".into()
            }
        };
        return fault(message, help, Severity::Warning);
    }
    let time = attribute(tag.text, "time");
    let seconds = time.and_then(|time| time.strip_suffix('s')).and_then(|number| number.parse::<f64>().ok());
    if !tag.text.ends_with("/>") {
        return fault(format!("the pause `{shown}` is not closed by />"), documented.into(), Severity::Warning);
    }
    match (time, seconds) {
        (None, _) => fault(format!("the pause `{shown}` has no time"), documented.into(), Severity::Warning),
        (Some(time), None) if time.ends_with("ms") => fault(
            format!("the pause `{shown}` is in milliseconds, which are not supported"),
            documented.into(),
            Severity::Warning,
        ),
        (Some(_), None) => {
            fault(format!("the pause `{shown}` is not in seconds"), documented.into(), Severity::Warning)
        }
        (Some(_), Some(_)) if !tag.apart => fault(
            format!("no space beside the pause `{shown}`"),
            "put a space before and after it".into(),
            Severity::Hint,
        ),
        (Some(_), Some(_)) => None,
    }
}

fn shown(tag: &str) -> String {
    const LONGEST: usize = 40;
    let shown = clean(tag);
    match shown.char_indices().nth(LONGEST) {
        Some((cut, _)) => format!("{}…", &shown[..cut]),
        None => shown.into_owned(),
    }
}

/// The first place where a text, taken as the content of an element, is not well-formed XML.
fn ill_formed(text: &str) -> Option<SsmlFault> {
    let fault = |start: usize, end: usize, message: String| {
        let start = text.floor_char_boundary(start);
        let end = text.ceil_char_boundary(end.max(start + 1));
        let help = "write &amp; for & and &lt; for <, and close every tag";
        Some(SsmlFault { start, end, message, help: help.into(), severity: Severity::Warning })
    };
    let mut reader = Reader::from_str(text);
    let mut open: Vec<(usize, usize, String)> = Vec::new();
    loop {
        let start = usize::try_from(reader.buffer_position()).unwrap_or(text.len());
        let event = reader.read_event();
        let end = usize::try_from(reader.buffer_position()).unwrap_or(text.len());
        match event {
            Ok(Event::Eof) => break,
            Ok(Event::Start(tag)) => {
                if let Some(message) = bad_attributes(&tag) {
                    return fault(start, end, message);
                }
                open.push((start, end, AsRef::<str>::as_ref(&tag.name()).to_owned()));
            }
            Ok(Event::Empty(tag)) => {
                if let Some(message) = bad_attributes(&tag) {
                    return fault(start, end, message);
                }
            }
            Ok(Event::End(_)) => {
                open.pop();
            }
            Ok(Event::GeneralRef(name)) => {
                let name = name.to_string();
                if !name.starts_with('#') && !["amp", "lt", "gt", "quot", "apos"].contains(&name.as_str()) {
                    return fault(start, end, format!("the entity `&{};` is unknown in SSML", shown(&name)));
                }
            }
            Ok(_) => {}
            Err(error) => {
                let at = usize::try_from(reader.error_position()).unwrap_or(start).min(text.len());
                if text.get(at..).is_some_and(|rest| rest.starts_with('&')) {
                    return fault(at, at + 1, "a bare `&` in SSML".to_owned());
                }
                let message = match error {
                    quick_xml::Error::IllFormed(error) => error.to_string(),
                    quick_xml::Error::Syntax(error) => error.to_string(),
                    other => other.to_string(),
                };
                let message = clean(message.trim_end_matches('.'));
                return fault(at, end.max(at), format!("the SSML is not well formed: {message}"));
            }
        }
    }
    let (start, end, name) = open.pop()?;
    fault(start, end, format!("the SSML is not well formed: <{}> is never closed", shown(&name)))
}

fn bad_attributes(tag: &BytesStart<'_>) -> Option<String> {
    tag.attributes().find_map(Result::err).map(|error| {
        let message = clean(&error.to_string()).into_owned();
        format!("the SSML is not well formed: {message}")
    })
}
