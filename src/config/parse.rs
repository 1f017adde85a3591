//! Parses `heylint.toml` into a [`Config`], and reports all of its errors at once.

mod service;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use toml_span::value::{Key, Table, ValueInner};
use toml_span::{ErrorKind, Value};

use super::find::normal;
use super::globs::{GlobBuilder, Globs};
use super::{Config, ConfigError, FailOn, Mapping, Override, Remote, Selector, SuppressTarget, Suppression};
use crate::drift::Newer;
use crate::extract::Form;
use crate::finding::{Finding, Location};
use crate::rule::{self, Severity};
use crate::source::{LineIndex, clean};
use crate::suggest::did_you_mean;
use crate::text::bounds::{CONFIG_ENTRIES, CONFIG_ERRORS, CONFIG_PATTERNS};
use crate::text::{Date, Span, count};

const KEYS: [&str; 15] = [
    "profile",
    "fail-on",
    "select",
    "ignore",
    "severity",
    "exclude",
    "requests",
    "media",
    "map",
    "references",
    "limits",
    "plan",
    "baseline",
    "openapi",
    "suppress",
];

/// Parses a configuration. `name` is its name in reports, `root` its folder (absolute).
///
/// # Errors
///
/// All errors in the text.
pub fn parse(text: &str, name: &str, root: &Path) -> Result<Config, Vec<ConfigError>> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut reader = ConfigReader {
        text,
        index: LineIndex::new(text),
        config: Config { name: name.into(), root: root.to_owned(), text: text.into(), ..Config::default() },
        errors: Vec::new(),
        patterns: 0,
        is_configuration: false,
    };
    match toml_span::parse(text) {
        Ok(mut value) => match value.take() {
            ValueInner::Table(table) => reader.document(table),
            _ => reader.error(value.span, "a configuration is a table".to_owned()),
        },
        Err(error) => reader.syntax(&error),
    }
    if reader.errors.is_empty() {
        return Ok(reader.config);
    }
    if !reader.is_configuration {
        // It may be any file, even one with secrets that a link leads to.
        reader.errors.iter_mut().for_each(|error| error.line.clear());
    }
    reader.errors.sort_by_key(|error| error.span);
    Err(reader.errors)
}

struct ConfigReader<'t> {
    text: &'t str,
    index: LineIndex,
    config: Config,
    errors: Vec<ConfigError>,
    /// Patterns of files so far.
    patterns: usize,
    /// Whether it is TOML with at least one key of ours.
    is_configuration: bool,
}

impl ConfigReader<'_> {
    fn error(&mut self, span: toml_span::Span, message: String) {
        if self.errors.len() >= CONFIG_ERRORS {
            return;
        }
        let span = Span::new(span.start, span.end);
        let start = self.index.position(self.text, span.start);
        let line = self.text.lines().nth(start.line.saturating_sub(1) as usize).unwrap_or_default();
        let line = clean(line.trim_end()).chars().take(200).collect();
        self.errors.push(ConfigError { file: Arc::clone(&self.config.name), span, start: Some(start), message, line });
    }

    fn syntax(&mut self, error: &toml_span::Error) {
        let message = match &error.kind {
            ErrorKind::DuplicateKey { key, .. } => format!("`{}` appears a second time here", clean(key)),
            ErrorKind::DuplicateTable { name, .. } => format!("the table `{}` appears a second time here", clean(name)),
            ErrorKind::UnquotedString => {
                "not TOML: a text needs quotes, and so does a key with a slash in it".to_owned()
            }
            ErrorKind::UnexpectedEof => "not TOML: the file ends before the value does".to_owned(),
            // A kind by itself prints only its name.
            _ => format!("not TOML: {}", clean(&error.to_string())),
        };
        self.error(error.span, message);
    }

    fn document(&mut self, table: Table<'_>) {
        self.is_configuration = table.keys().any(|key| KEYS.contains(&key.name.as_ref()));
        // The meaning of other keys depends on the profiles, so read the general ones first, then those of entries.
        let mut entries: Vec<_> = table.into_iter().collect();
        entries.sort_by_key(|(key, _)| match key.name.as_ref() {
            "profile" => 0,
            "limits" | "plan" => 2,
            _ => 1,
        });
        for (key, value) in entries {
            match key.name.as_ref() {
                "profile" => self.config.profiles = self.profiles(value),
                "fail-on" => self.config.fail_on = self.one_of(value, "fail-on", FailOn::from_name, &FailOn::NAMES),
                "select" => self.config.selection.select = self.selectors(value, "select", true),
                "ignore" => self.config.selection.ignore = self.selectors(value, "ignore", true),
                "severity" => self.severity(value),
                "exclude" => {
                    if let Some(globs) = self.globs(value, "exclude") {
                        self.config.exclude = globs;
                    }
                }
                "requests" => self.each(value, "requests", Self::requests),
                "media" => self.each(value, "media", Self::media),
                "map" => self.each(value, "map", Self::map),
                "references" => self.references(value),
                "baseline" => {
                    self.config.baseline = self.text(value, "baseline").and_then(|(written, span)| {
                        (!self.leads_out("baseline", &written, span)).then(|| written.into())
                    });
                }
                "openapi" => self.openapi(value),
                "limits" => self.limits(value),
                "plan" => self.plan(value),
                "suppress" => self.each(value, "suppress", Self::suppress),
                _ => self.unknown(&key, "the configuration", &KEYS),
            }
        }
    }

    /// Whether a file that a key names lies outside of the folder of the configuration, which is an error. Nothing
    /// outside is opened, so the message does not disclose what exists there.
    fn leads_out(&mut self, key: &str, written: &str, span: toml_span::Span) -> bool {
        let root = normal(&self.config.root);
        let path = normal(&root.join(written));
        let has_link = || path.ancestors().take_while(|above| **above != *root).any(Path::is_symlink);
        let is_inside = |root: PathBuf| path.canonicalize().is_ok_and(|path| path.starts_with(root));
        let stays = path.starts_with(&root) && (!has_link() || root.canonicalize().is_ok_and(is_inside));
        if !stays {
            self.error(span, format!("`{key}` leads out of the folder of the configuration; give it with --{key}"));
        }
        !stays
    }

    /// `openapi = "api.json"`: a newer document of the service, within the folder of the configuration. The author of a
    /// project must not choose which file of this machine heylint reads.
    fn openapi(&mut self, value: Value<'_>) {
        let Some((written, span)) = self.text(value, "openapi") else { return };
        if self.leads_out("openapi", &written, span) {
            return;
        }
        let path = self.config.root.join(&written);
        match Newer::open(&path, self.config.profile()) {
            Ok(newer) => self.config.newer = Some(newer),
            Err(why) => self.error(span, format!("`openapi` {}: {}", clean(&written), clean(&why))),
        }
    }

    fn unknown(&mut self, key: &Key<'_>, of: &str, known: &[&str]) {
        let hint = did_you_mean(&key.name, known.iter().copied());
        let all = if hint.is_empty() { format!("; it has {}", known.join(", ")) } else { hint };
        self.error(key.span, format!("`{}` is not a key of {of}{all}", clean(&key.name)));
    }

    fn text(&mut self, mut value: Value<'_>, what: &str) -> Option<(String, toml_span::Span)> {
        let span = value.span;
        match value.take() {
            ValueInner::String(text) => Some((text.into_owned(), span)),
            other => {
                self.error(span, format!("`{what}` must be a text, not {}", kind(&other)));
                None
            }
        }
    }

    fn too_many(&mut self, span: toml_span::Span, what: &str, there: usize, most: usize) {
        let (there, most) = (count(there as u64), count(most as u64));
        self.error(
            span,
            format!("{what} has {there} entries, and the maximum is {most}; one pattern can match many files"),
        );
    }

    /// One text or a list of them.
    fn texts(&mut self, mut value: Value<'_>, what: &str) -> Vec<(String, toml_span::Span)> {
        let span = value.span;
        match value.take() {
            ValueInner::String(text) => vec![(text.into_owned(), span)],
            ValueInner::Array(values) if values.len() > CONFIG_ENTRIES => {
                self.too_many(span, &format!("`{what}`"), values.len(), CONFIG_ENTRIES);
                Vec::new()
            }
            ValueInner::Array(values) => values.into_iter().filter_map(|value| self.text(value, what)).collect(),
            other => {
                self.error(span, format!("`{what}` must be a list of texts, not {}", kind(&other)));
                Vec::new()
            }
        }
    }

    fn one_of<T>(
        &mut self,
        value: Value<'_>,
        what: &str,
        read: impl Fn(&str) -> Option<T>,
        known: &[&str],
    ) -> Option<T> {
        let (text, span) = self.text(value, what)?;
        let read = read(&text);
        if read.is_none() {
            let hint = did_you_mean(&text, known.iter().copied());
            self.error(span, format!("`{}` is not one of {}{hint}", clean(&text), known.join(", ")));
        }
        read
    }

    /// The tables of `[[name]]`.
    fn each(&mut self, mut value: Value<'_>, name: &str, read: fn(&mut Self, Table<'_>, toml_span::Span)) {
        let span = value.span;
        match value.take() {
            ValueInner::Array(values) if values.len() > CONFIG_ENTRIES => {
                self.too_many(span, &format!("`[[{name}]]`"), values.len(), CONFIG_ENTRIES);
            }
            ValueInner::Array(values) => {
                for mut value in values {
                    let span = value.span;
                    match value.take() {
                        ValueInner::Table(table) => read(self, table, span),
                        other => {
                            self.error(span, format!("`[[{name}]]` must be a table, not {}", kind(&other)));
                        }
                    }
                }
            }
            ValueInner::Table(_) => self.error(span, format!("write `[[{name}]]`, with two brackets")),
            other => self.error(span, format!("`{name}` must be a list of tables `[[{name}]]`, not {}", kind(&other))),
        }
    }

    /// Rules by name. An unknown name is a finding if `lenient`, because a newer version may know it; otherwise an
    /// error.
    fn selectors(&mut self, value: Value<'_>, what: &str, lenient: bool) -> Vec<Selector> {
        let mut selectors = Vec::new();
        for (word, span) in self.texts(value, what) {
            selectors.extend(self.selector(&word, span, lenient));
        }
        selectors
    }

    fn selector(&mut self, word: &str, span: toml_span::Span, lenient: bool) -> Option<Selector> {
        match Selector::parse(word) {
            Ok(parsed) => {
                if let Some(rule) = parsed.renamed {
                    let message = format!("`{}` is now called `{}`", clean(word), rule.id);
                    let finding = Finding::new(&rule::LINT_UNKNOWN_RULE, message)
                        .at_most(Severity::Hint)
                        .help(format!("write `{}`; the old name keeps working", rule.id));
                    self.finding(finding, span);
                }
                Some(parsed.selector)
            }
            Err(message) if lenient => {
                let finding = Finding::new(&rule::LINT_UNKNOWN_RULE, message)
                    .observed(word)
                    .help("`heylint rules` lists them; a newer version may know more");
                self.finding(finding, span);
                None
            }
            Err(message) => {
                self.error(span, message);
                None
            }
        }
    }

    fn finding(&mut self, finding: Finding, span: toml_span::Span) {
        let location = self.location(span);
        self.config.findings.push(finding.at(location));
    }

    fn location(&self, span: toml_span::Span) -> Location {
        Location {
            file: Arc::clone(&self.config.name),
            span: Some(Span::new(span.start, span.end)),
            start: Some(self.index.position(self.text, span.start)),
            end: Some(self.index.position(self.text, span.end)),
            ..Location::default()
        }
    }

    fn severity(&mut self, mut value: Value<'_>) {
        let span = value.span;
        let ValueInner::Table(table) = value.take() else {
            self.error(span, "`severity` is a table: `\"script/too-long\" = \"warning\"`".to_owned());
            return;
        };
        for (key, value) in table {
            let selector = self.selector(&key.name, key.span, false);
            let to = self.one_of(value, &key.name, Override::from_name, &Override::NAMES);
            let (Some(selector), Some(to)) = (selector, to) else { continue };
            if to == Override::Off && selector == Selector::Rule(&rule::LINT_UNREADABLE) {
                self.error(key.span, "lint/unreadable reports unchecked files and cannot be off".to_owned());
                continue;
            }
            self.config.severity.push((selector, to));
        }
    }

    fn globs(&mut self, value: Value<'_>, what: &str) -> Option<Globs> {
        let span = value.span;
        let mut builder = GlobBuilder::new();
        let before = self.errors.len();
        let patterns = self.texts(value, what);
        let already = self.patterns;
        self.patterns += patterns.len();
        if self.patterns > CONFIG_PATTERNS {
            if already <= CONFIG_PATTERNS {
                let most = count(CONFIG_PATTERNS as u64);
                self.error(span, format!("there are more than {most} file patterns up to here"));
            }
            return None;
        }
        for (pattern, span) in patterns {
            if let Err(message) = builder.add(&pattern) {
                self.error(span, message);
            }
        }
        if self.errors.len() > before {
            return None;
        }
        builder.build().map_err(|message| self.error(span, message)).ok()
    }

    fn map(&mut self, table: Table<'_>, span: toml_span::Span) {
        let (mut remote, mut path) = (Vec::new(), None);
        let before = self.errors.len();
        for (key, value) in table {
            match key.name.as_ref() {
                "url" => remote.extend(self.text(value, "url").map(|(text, _)| Remote::Url(text))),
                "asset-id" => remote.extend(self.text(value, "asset-id").map(|(text, _)| Remote::AssetId(text))),
                "path" => path = self.text(value, "path").map(|(text, _)| PathBuf::from(text)),
                _ => self.unknown(&key, "[[map]]", &["url", "asset-id", "path"]),
            }
        }
        match (remote.pop(), remote.is_empty(), path) {
            (Some(remote), true, Some(path)) => self.config.map.push(Mapping { remote, path }),
            _ if self.errors.len() == before => {
                self.error(span, "[[map]] needs either `url` or `asset-id`, and `path`".to_owned());
            }
            _ => {}
        }
    }

    fn references(&mut self, mut value: Value<'_>) {
        let span = value.span;
        let ValueInner::Table(table) = value.take() else {
            return self.error(span, "`references` is a table: `allow = [\"../assets\"]`".to_owned());
        };
        for (key, value) in table {
            match key.name.as_ref() {
                "allow" => {
                    let folders = self.texts(value, "allow");
                    self.config.allowed.extend(folders.into_iter().map(|(folder, _)| PathBuf::from(folder)));
                }
                _ => self.unknown(&key, "[references]", &["allow"]),
            }
        }
    }

    fn suppress(&mut self, table: Table<'_>, span: toml_span::Span) {
        let before = self.errors.len();
        let (mut at, mut rules, mut reason, mut until) = (None, Vec::new(), None, None);
        for (key, value) in table {
            match key.name.as_ref() {
                "at" => at = self.text(value, "at"),
                "rules" => rules = self.selectors(value, "rules", false),
                "reason" => reason = self.text(value, "reason"),
                "until" => {
                    if let Some((text, span)) = self.text(value, "until") {
                        until = Date::parse(&text);
                        if until.is_none() {
                            self.error(span, "`until` must be a date in quotes: \"2027-01-31\"".to_owned());
                        }
                    }
                }
                _ => self.unknown(&key, "[[suppress]]", &["at", "rules", "reason", "until"]),
            }
        }
        if self.errors.len() > before {
            return;
        }
        let Some((at, at_span)) = at else {
            return self
                .error(span, "[[suppress]] needs `at`: a file, with `#/pointer` for one value in it".to_owned());
        };
        if rules.is_empty() {
            return self.error(span, "[[suppress]] needs `rules`: the findings to suppress".to_owned());
        }
        let Some((reason, _)) = reason.filter(|(reason, _)| !reason.trim().is_empty()) else {
            return self.error(span, "[[suppress]] needs a `reason`, so that others know why".to_owned());
        };
        let mut target = match SuppressTarget::parse(&at) {
            Ok(target) => target,
            Err(message) => return self.error(at_span, message),
        };
        target.location = self.location(at_span);
        self.config.suppressions.push(Suppression { target, rules, reason, until });
    }
}

/// The names of all forms, even if this build cannot read some of them.
pub(super) fn known_forms() -> Vec<&'static str> {
    let mut known = vec!["json", "json5", "python", "javascript", "typescript"];
    known.extend(Form::ALL.iter().map(|form| form.name()).filter(|form| !known.contains(form)).collect::<Vec<_>>());
    known.sort_unstable();
    known
}

fn kind(value: &ValueInner<'_>) -> &'static str {
    match value {
        ValueInner::String(_) => "a text",
        ValueInner::Integer(_) | ValueInner::Float(_) => "a number",
        ValueInner::Boolean(_) => "true or false",
        ValueInner::Array(_) => "a list",
        ValueInner::Table(_) => "a table",
    }
}
