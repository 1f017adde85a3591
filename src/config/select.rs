//! Decides which rules run: `select`, `ignore` and related options.

use crate::rule::{self, Rule, Status};
use crate::suggest;

/// One word of `select` or `ignore`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Selector {
    /// `all`: every rule that is not in preview.
    All,
    /// `script` or `script/*`: the rules of one subject, without those in preview.
    Subject(&'static str),
    /// `script/too-long`: this rule, in preview or not.
    Rule(&'static Rule),
}

/// The meaning of a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Parsed {
    pub selector: Selector,
    /// The rule, if the word is a former name of it.
    pub renamed: Option<&'static Rule>,
}

impl std::fmt::Display for Selector {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::All => "all",
            Self::Subject(subject) => subject,
            Self::Rule(rule) => rule.id,
        })
    }
}

impl Selector {
    /// Reads one word.
    ///
    /// # Errors
    ///
    /// A sentence with the nearest name, if there is no such rule or subject.
    pub fn parse(word: &str) -> Result<Parsed, String> {
        let known = |selector| Ok(Parsed { selector, renamed: None });
        if word == "all" {
            return known(Self::All);
        }
        let subject = word.strip_suffix("/*").unwrap_or(word);
        if let Some(rule) = rule::ALL.iter().find(|rule| rule.subject() == subject) {
            return known(Self::Subject(rule.subject()));
        }
        if let Some(rule) = rule::find(word) {
            return known(Self::Rule(rule));
        }
        if let Some(rule) = rule::find_alias(word) {
            return Ok(Parsed { selector: Self::Rule(rule), renamed: Some(rule) });
        }
        let hint = suggest::did_you_mean(word, rule::ALL.iter().map(|rule| rule.id));
        Err(format!("there is no rule `{}`{hint}", crate::source::clean(word)))
    }

    /// How specifically it names a rule; none if it does not.
    #[must_use]
    pub fn names(self, rule: &Rule) -> Option<u8> {
        let stable = rule.status == Status::Stable;
        match self {
            Self::All => stable.then_some(0),
            Self::Subject(subject) => (stable && rule.subject() == subject).then_some(1),
            Self::Rule(named) => (named == rule).then_some(2),
        }
    }
}

/// The most specific of several words that name a rule.
#[must_use]
pub fn closest(selectors: &[Selector], rule: &Rule) -> Option<u8> {
    selectors.iter().filter_map(|selector| selector.names(rule)).max()
}

/// The rules that run.
#[derive(Clone, Debug, Default)]
pub struct Selection {
    /// If empty, `all`.
    pub select: Vec<Selector>,
    pub ignore: Vec<Selector>,
}

impl Selection {
    /// Whether a rule runs. The more specific selector decides; if both are equally specific, the rule is ignored.
    #[must_use]
    pub fn runs(&self, rule: &Rule) -> bool {
        // That something was not checked is not a matter of taste.
        if *rule == rule::LINT_UNREADABLE {
            return true;
        }
        let selected = if self.select.is_empty() { Selector::All.names(rule) } else { closest(&self.select, rule) };
        let Some(selected) = selected else { return false };
        closest(&self.ignore, rule).is_none_or(|ignored| ignored < selected)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn selection(select: &[&str], ignore: &[&str]) -> Selection {
        let parse = |words: &[&str]| words.iter().map(|word| Selector::parse(word).expect("known").selector).collect();
        Selection { select: parse(select), ignore: parse(ignore) }
    }

    #[test]
    fn the_closer_word_decides() {
        let rule = &rule::SCRIPT_TOO_LONG;
        assert!(selection(&[], &[]).runs(rule));
        assert!(!selection(&[], &["script"]).runs(rule));
        assert!(!selection(&["script/*"], &["script"]).runs(rule));
        assert!(selection(&["script/too-long"], &["script"]).runs(rule));
        assert!(!selection(&["script"], &["script/too-long"]).runs(rule));
        assert!(!selection(&["lint"], &[]).runs(rule));
        assert!(selection(&["script"], &["all"]).runs(&rule::LINT_UNREADABLE));
    }

    #[test]
    fn unknown_names_suggest_the_nearest() {
        let error = Selector::parse("script/to-long").expect_err("unknown");
        assert_eq!(error, "there is no rule `script/to-long`; did you mean `script/too-long`?");
    }
}
