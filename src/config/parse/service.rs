//! The purposes of files: profiles, `[[requests]]`, `[[media]]`, and overrides of their limits.

use std::path::PathBuf;

use toml_span::Value;
use toml_span::value::{Table, ValueInner};

use super::super::{MediaFiles, MinutePrice, Quantity, RequestFiles, quantity};
use super::{ConfigReader, kind, known_forms};
use crate::extract::table::Column;
use crate::limits::{LimitId, Limits};
use crate::profile::{self, Profile};
use crate::request::endpoint;
use crate::source::clean;
use crate::suggest::did_you_mean;
use crate::text::bounds::CONFIG_ENTRIES;
use crate::text::count;

/// Parts of a field's path: `voice_settings.speed` has two. No service has more than a few.
const MOST_PARTS: usize = 32;

impl ConfigReader<'_> {
    /// `profile`, one name or several.
    pub(super) fn profiles(&mut self, value: Value<'_>) -> Vec<&'static Profile> {
        let span = value.span;
        let before = self.errors.len();
        let mut profiles = Vec::new();
        for (name, span) in self.texts(value, "profile") {
            match profile::named(&name) {
                Ok(profile) if profiles.contains(&profile) => {
                    self.error(span, format!("`{}` appears a second time here", profile.name));
                }
                Ok(profile) => profiles.push(profile),
                Err(message) => self.error(span, message),
            }
        }
        if profiles.is_empty() && self.errors.len() == before {
            self.error(span, "`profile` must name at least one profile".to_owned());
        }
        profiles
    }

    pub(super) fn requests(&mut self, table: Table<'_>, span: toml_span::Span) {
        const KEYS: [&str; 6] = ["files", "endpoint", "profile", "columns", "template", "forms"];
        let (mut files, mut endpoint, mut profiles) = (None, None, Vec::new());
        let (mut columns, mut columns_at, mut template, mut forms) = (Vec::new(), None, None, None);
        let before = self.errors.len();
        for (key, value) in table {
            match key.name.as_ref() {
                "files" => files = self.globs(value, "files"),
                "endpoint" => endpoint = self.text(value, "endpoint"),
                "profile" => profiles = self.profiles(value),
                "columns" => {
                    columns_at = Some((self.location(value.span), value.span));
                    columns = self.columns(value);
                }
                "template" => template = self.text(value, "template"),
                "forms" => forms = Some(self.forms(value)),
                _ => self.unknown(&key, "[[requests]]", &KEYS),
            }
        }
        let endpoint = endpoint.and_then(|(text, span)| {
            let of = if profiles.is_empty() { self.config.profiles() } else { &profiles };
            match endpoint::parse_in(of, &text) {
                Ok((_, endpoint)) => Some(endpoint.name()),
                Err(message) => {
                    self.error(span, message);
                    None
                }
            }
        });
        if self.errors.len() == before {
            if let (Some((_, span)), None) = (&columns_at, &endpoint) {
                return self.error(*span, "`columns` needs `endpoint`, where the rows are sent".to_owned());
            }
            if let (Some((_, span)), None) = (&template, &columns_at) {
                return self.error(*span, "`template` needs `columns`, which the rows fill in".to_owned());
            }
        }
        let columns_at = columns_at.map(|(location, _)| location);
        let template = template.map(|(path, _)| PathBuf::from(path));
        match files {
            Some(files) => {
                let entry = RequestFiles { files, profiles, endpoint, columns, columns_at, template, forms };
                self.config.requests.push(entry);
            }
            None if self.errors.len() == before => self.error(span, "[[requests]] needs `files`".to_owned()),
            None => {}
        }
    }

    /// `columns = { script = "text" }`: fields and the names of columns.
    fn columns(&mut self, mut value: Value<'_>) -> Vec<Column> {
        let span = value.span;
        let table = match value.take() {
            ValueInner::Table(table) if table.len() <= CONFIG_ENTRIES => table,
            ValueInner::Table(table) => {
                self.too_many(span, "`columns`", table.len(), CONFIG_ENTRIES);
                return Vec::new();
            }
            other => {
                let message =
                    format!("`columns` must be a table such as {{ script = \"text\" }}, not {}", kind(&other));
                self.error(span, message);
                return Vec::new();
            }
        };
        if table.is_empty() {
            self.error(span, "`columns` is empty: map fields to columns".to_owned());
        }
        let mut columns = Vec::new();
        for (key, value) in table {
            let Some((name, span)) = self.text(value, &key.name) else { continue };
            // Either side may be the field.
            let deepest = [&*key.name, &*name].map(|field| field.split(['.', '/']).count()).into_iter().max();
            if let Some(parts) = deepest.filter(|parts| *parts > MOST_PARTS) {
                let message =
                    format!("a field has at most {MOST_PARTS} parts, and this one has {}", count(parts as u64));
                self.error(span, message);
                continue;
            }
            columns.push(Column::new(&key.name, &name));
        }
        columns
    }

    /// The forms in which to look for requests.
    fn forms(&mut self, value: Value<'_>) -> Vec<&'static str> {
        let known = known_forms();
        let mut forms = Vec::new();
        for (word, span) in self.texts(value, "forms") {
            match known.iter().find(|form| **form == word) {
                Some(form) => forms.push(*form),
                None => {
                    let hint = did_you_mean(&word, known.iter().copied());
                    self.error(span, format!("`{}` is not one of {}{hint}", clean(&word), known.join(", ")));
                }
            }
        }
        forms
    }

    pub(super) fn media(&mut self, table: Table<'_>, span: toml_span::Span) {
        let (mut files, mut place, mut profiles) = (None, None, Vec::new());
        let before = self.errors.len();
        for (key, value) in table {
            match key.name.as_ref() {
                "files" => files = self.globs(value, "files"),
                "use" => place = Some(value),
                "profile" => profiles = self.profiles(value),
                _ => self.unknown(&key, "[[media]]", &["files", "use", "profile"]),
            }
        }
        let place = place.and_then(|value| {
            let of = if profiles.is_empty() { self.config.profiles().to_vec() } else { profiles.clone() };
            let names = profile::use_names(&of);
            self.one_of(value, "use", |name| names.iter().copied().find(|known| *known == name), &names)
        });
        match files {
            Some(files) if place.is_some() || !profiles.is_empty() => {
                self.config.media.push(MediaFiles { files, profiles, place });
            }
            _ if self.errors.len() == before => {
                self.error(span, "[[media]] needs `files`, and `use` or `profile`".to_owned());
            }
            _ => {}
        }
    }

    /// `[limits]`, where `video.max-size`, `"video.max-size"` and `[limits.video] max-size` are the same. The name of a
    /// profile may come first if several profiles have a limit of that name.
    pub(super) fn limits(&mut self, mut value: Value<'_>) {
        let span = value.span;
        let ValueInner::Table(table) = value.take() else {
            self.error(span, "`limits` is a table: `video.max-size = \"80 MB\"`".to_owned());
            return;
        };
        for (key, value) in table {
            match profile::find(&key.name) {
                Some(profile) if value.as_table().is_some() => self.limits_in(&[profile], value),
                _ => {
                    let known = self.config.all_profiles();
                    self.limit_or_subject(&known, &key, value);
                }
            }
        }
    }

    fn limits_in(&mut self, profiles: &[&'static Profile], mut value: Value<'_>) {
        if let ValueInner::Table(table) = value.take() {
            for (key, value) in table {
                self.limit_or_subject(profiles, &key, value);
            }
        }
    }

    fn limit_or_subject(
        &mut self,
        profiles: &[&'static Profile],
        key: &toml_span::value::Key<'_>,
        mut value: Value<'_>,
    ) {
        match value.take() {
            ValueInner::Table(inner) => {
                for (name, mut value) in inner {
                    let full = format!("{}.{}", key.name, name.name);
                    let span = value.span;
                    self.limit(profiles, &full, name.span, value.take(), span);
                }
            }
            other => self.limit(profiles, &key.name, key.span, other, value.span),
        }
    }

    /// Sets a limit in the first of these profiles that has it.
    fn limit(
        &mut self,
        profiles: &[&'static Profile],
        name: &str,
        at: toml_span::Span,
        value: ValueInner<'_>,
        span: toml_span::Span,
    ) {
        let Some(id) = profiles.iter().find_map(|profile| profile.find_limit(name)) else {
            let known = profiles.iter().flat_map(|profile| profile.limits).map(|limit| limit.name);
            let hint = did_you_mean(name, known);
            let hint = if hint.is_empty() { "; `heylint limits` lists them".to_owned() } else { hint };
            self.error(at, format!("there is no limit `{}`{hint}", clean(name)));
            return;
        };
        let limit = &self.config.limits_of(id.profile())[id];
        if limit.number().is_none() {
            self.error(at, format!("{name} is a list of names ({}) and cannot be set here", limit.text()));
            return;
        }
        let read = match value {
            ValueInner::Integer(number) => quantity::bare(number as f64, limit),
            ValueInner::Float(number) => quantity::bare(number, limit),
            ValueInner::String(text) => quantity::parse(&text, limit),
            other => Err(format!("{name} must be a number with its unit, not {}", kind(&other))),
        };
        match read {
            Ok(Quantity { number, unit }) => {
                let line = self.index.position(self.text, at.start).line;
                let source = format!("{}:{line}", self.config.name);
                self.own_limits(id).set(id, number, unit, source);
            }
            Err(message) => self.error(span, message),
        }
    }

    /// The configuration's own limits for the profile of a limit.
    fn own_limits(&mut self, id: LimitId) -> &mut Limits {
        let all = &mut self.config.overridden;
        let at = all.iter().position(|limits| limits.profile() == id.profile()).unwrap_or_else(|| {
            all.push(Limits::of(id.profile()));
            all.len() - 1
        });
        &mut all[at]
    }

    pub(super) fn plan(&mut self, mut value: Value<'_>) {
        let span = value.span;
        let ValueInner::Table(table) = value.take() else {
            self.error(span, "`plan` is a table".to_owned());
            return;
        };
        let profiles = self.config.all_profiles();
        for (key, mut value) in table {
            let span = value.span;
            match (key.name.as_ref(), value.take()) {
                ("concurrency", ValueInner::Integer(jobs)) if jobs > 0 => {
                    self.limit(&profiles, "plan.concurrency", key.span, ValueInner::Integer(jobs), span);
                }
                ("concurrency", _) => {
                    self.error(span, "`concurrency` must be a whole number of jobs, at least 1".to_owned());
                }
                ("price-per-minute", value) => self.price(key.span, value, span),
                _ => self.unknown(&key, "[plan]", &["concurrency", "price-per-minute"]),
            }
        }
    }

    /// A number, or a number with its currency: `0.99`, `"0.99 EUR"`.
    fn price(&mut self, at: toml_span::Span, value: ValueInner<'_>, span: toml_span::Span) {
        let read = match value {
            ValueInner::Integer(number) => Some((number as f64, String::new())),
            ValueInner::Float(number) => Some((number, String::new())),
            ValueInner::String(text) => {
                let (number, currency) = text.trim().split_once(' ').unwrap_or((text.trim(), ""));
                let is_currency =
                    currency.len() <= 8 && currency.chars().all(|c| !c.is_control() && !c.is_ascii_digit());
                number.parse().ok().filter(|_| is_currency).map(|number| (number, currency.trim().to_owned()))
            }
            _ => None,
        };
        match read.filter(|(number, _)| (0.0..1e9).contains(number)) {
            Some((number, currency)) => {
                let line = self.index.position(self.text, at.start).line;
                let source = format!("{}:{line}", self.config.name);
                self.config.price = Some(MinutePrice { number, currency, source });
            }
            None => {
                self.error(
                    span,
                    "`price-per-minute` must be a number, or a number with its currency: \"0.99 EUR\"".to_owned(),
                );
            }
        }
    }
}
