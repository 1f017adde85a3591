//! `rules/*/limits.toml` → `Limit` entries and uses.

use std::collections::BTreeSet;
use std::path::Path;

use toml_span::value::{Table, ValueInner};

use crate::constant;
use crate::emit::{Code, call, path, structure};

pub struct Profile {
    pub name: String,
    pub as_of: String,
    pub limits: Vec<Limit>,
    pub uses: Vec<Use>,
}

pub struct Limit {
    pub name: String,
    pub value: Value,
    pub unit: String,
    pub basis: String,
    pub source: String,
    pub url: String,
    pub seen: String,
    pub state: String,
    pub note: String,
    /// The words of its line on a prose page.
    pub at: String,
    /// Whether only the prose of its document states it.
    pub prose: bool,
    /// Whether its document is a schema that states such a number in a keyword.
    pub keyword: bool,
}

pub enum Value {
    Number(f64),
    Names(Vec<String>),
}

pub struct Use {
    pub name: String,
    pub title: String,
}

impl Profile {
    /// The constant of a limit of this profile.
    pub fn limit(&self, name: &str) -> Result<Code, String> {
        match self.limits.iter().any(|limit| limit.name == name) {
            true => Ok(path(format!("limits::{}", constant(name)))),
            false => Err(format!("there is no limit “{name}”")),
        }
    }
}

/// The limits that checks of every profile read by name, as in the fields of `Shared`.
const SHARED: [&str; 6] = [
    "json.depth-doubtful",
    "json.depth-refused",
    "url.min-remaining",
    "plan.concurrency",
    "output.min-edge",
    "output.max-edge",
];

/// The limits that a use can set, as in the fields of `Use`.
const USE_LIMITS: [&str; 26] = [
    "max-size",
    "size-doubtful",
    "edge-refused",
    "edge-doubtful",
    "min-edge",
    "max-edge",
    "max-width",
    "min-ratio",
    "max-ratio",
    "usual-ratio",
    "max-duration",
    "duration-doubtful",
    "min-duration",
    "tracks",
    "video-codecs",
    "audio-codecs",
    "chroma",
    "scan",
    "min-frame-rate",
    "max-frame-rate",
    "max-video-bit-rate",
    "max-audio-bit-rate",
    "max-sample-rate",
    "max-channels",
    "index",
    "max-edits",
];

/// Reads `limits.toml` of the profile with this name.
pub fn read(path: &Path, folder: &str) -> Result<Profile, String> {
    let text = std::fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?;
    let file = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let mut root = toml_span::parse(&text).map_err(|error| format!("{file}: {error}"))?;
    let ValueInner::Table(root) = root.take() else { return Err(format!("{file}: not a table")) };
    let mut profile = Profile { name: String::new(), as_of: String::new(), limits: Vec::new(), uses: Vec::new() };
    let mut sources = Table::new();
    let mut entries: Vec<(usize, Limit)> = Vec::new();
    for (key, mut value) in root {
        match (key.name.as_ref(), value.take()) {
            ("profile", ValueInner::String(name)) => profile.name = name.into_owned(),
            ("as-of", ValueInner::String(date)) => profile.as_of = date.into_owned(),
            ("sources", ValueInner::Table(table)) => sources = table,
            (subject, ValueInner::Table(table)) => {
                let subject = subject.to_owned();
                for (key, mut value) in table {
                    let name = format!("{subject}.{}", key.name);
                    match value.take() {
                        ValueInner::String(title) if key.name == "use" => {
                            profile.uses.push(Use { name: subject.clone(), title: title.into_owned() });
                        }
                        ValueInner::Table(fields) => {
                            entries.push((key.span.start, entry(&file, name, fields)?));
                        }
                        _ => return Err(format!("{file}: {name} is not a limit")),
                    }
                }
            }
            (other, _) => return Err(format!("{file}: {other} is not expected here")),
        }
    }
    if profile.name != folder {
        return Err(format!("{}: the profile is called “{}”, its folder “{folder}”", path.display(), profile.name));
    }
    entries.sort_by_key(|(at, _)| *at);
    profile.limits = entries.into_iter().map(|(_, limit)| limit).collect();
    profile
        .uses
        .sort_by_key(|place| profile.limits.iter().position(|limit| limit.name == format!("{}.takes", place.name)));
    for limit in &mut profile.limits {
        let Some(source) = sources.get(limit.source.as_str()) else {
            return Err(format!(
                "{file}: {} names the source “{}”, which is not in [sources]",
                limit.name, limit.source
            ));
        };
        limit.keyword = !limit.prose && source.pointer("/structure").and_then(toml_span::Value::as_bool) == Some(true);
        (limit.url, limit.state) = address(source, &limit.seen)
            .map_err(|fault| format!("{file}: {} names the source “{}”: {fault}", limit.name, limit.source))?;
        if !["documented", "observed", "inferred"].contains(&limit.basis.as_str()) {
            return Err(format!("{file}: {} has the basis “{}”", limit.name, limit.basis));
        }
    }
    Ok(profile)
}

/// The address of a source, and the day that it described when it was seen, if known. A source is an address, or a
/// table of `url` and `states`; `structure` marks an OpenAPI document.
fn address(source: &toml_span::Value<'_>, seen: &str) -> Result<(String, String), String> {
    if let Some(url) = source.as_str() {
        return Ok((url.to_owned(), String::new()));
    }
    let url = source.pointer("/url").and_then(toml_span::Value::as_str).ok_or("it has no url")?;
    let state = source.pointer(&format!("/states/{seen}")).and_then(toml_span::Value::as_str).unwrap_or_default();
    let day = state.strip_prefix("before ").unwrap_or(state);
    if !day.is_empty() && (day.len() != 10 || day > seen) {
        return Err(format!("a state is a day, or “before” and a day, and not later than {seen}"));
    }
    Ok((url.to_owned(), state.to_owned()))
}

fn entry(file: &str, name: String, fields: Table<'_>) -> Result<Limit, String> {
    let mut limit = Limit {
        name,
        value: Value::Number(f64::NAN),
        unit: String::new(),
        basis: String::new(),
        source: String::new(),
        url: String::new(),
        seen: String::new(),
        state: String::new(),
        note: String::new(),
        at: String::new(),
        prose: false,
        keyword: false,
    };
    for (key, mut value) in fields {
        let value = value.take();
        match (key.name.as_ref(), value) {
            ("value", ValueInner::Integer(number)) => limit.value = Value::Number(number as f64),
            ("value", ValueInner::Float(number)) => limit.value = Value::Number(number),
            ("value", ValueInner::Array(names)) => {
                limit.value = Value::Names(names.iter().filter_map(|name| name.as_str().map(str::to_owned)).collect());
            }
            ("unit", ValueInner::String(text)) => limit.unit = text.into_owned(),
            ("basis", ValueInner::String(text)) => limit.basis = text.into_owned(),
            ("source", ValueInner::String(text)) => limit.source = text.into_owned(),
            ("seen", ValueInner::String(text)) => limit.seen = text.into_owned(),
            ("note", ValueInner::String(text)) => limit.note = text.into_owned(),
            ("at", ValueInner::String(text)) => limit.at = text.into_owned(),
            ("prose", ValueInner::Boolean(flag)) => limit.prose = flag,
            (other, _) => return Err(format!("{file}: {}: “{other}” is not a key of a limit", limit.name)),
        }
    }
    let empty = matches!(&limit.value, Value::Number(number) if number.is_nan());
    if empty || limit.basis.is_empty() || limit.source.is_empty() || limit.seen.len() != 10 {
        return Err(format!("{file}: {} needs value, basis, source and seen", limit.name));
    }
    Ok(limit)
}

/// Checks that a page or a field reads every limit.
pub fn check(profile: &Profile, used: &BTreeSet<String>) -> Result<(), String> {
    for limit in &profile.limits {
        if !used.contains(&limit.name) {
            return Err(format!("the limit `{}` is read by no rule and no field", limit.name));
        }
    }
    Ok(())
}

/// The constants of the limits of the profile with this number, for its module `limits`.
pub fn constants(profile: &Profile, number: usize) -> String {
    let constant = |(at, limit): (usize, &Limit)| {
        let (name, shown) = (constant(&limit.name), &limit.name);
        format!("/// `{shown}`\npub const {name}: LimitId = LimitId::new({number}, {at});\n")
    };
    profile.limits.iter().enumerate().map(constant).collect()
}

pub fn entries(profile: &Profile) -> Vec<Code> {
    profile.limits.iter().map(limit).collect()
}

fn limit(limit: &Limit) -> Code {
    let value = match &limit.value {
        Value::Number(number) => call("LimitValue::Number", number),
        Value::Names(names) => call("LimitValue::Names", names),
    };
    let basis = match limit.basis.as_str() {
        "documented" => "Basis::Documented",
        "observed" => "Basis::Observed",
        _ => "Basis::Inferred",
    };
    let borrowed = |text: &String| call("Cow::Borrowed", text);
    structure(
        "Limit",
        &[
            ("name", &limit.name),
            ("value", &value),
            ("unit", &limit.unit),
            ("basis", &path(basis)),
            ("source", &borrowed(&limit.source)),
            ("url", &borrowed(&limit.url)),
            ("seen", &borrowed(&limit.seen)),
            ("state", &borrowed(&limit.state)),
            ("note", &limit.note),
            ("at", &limit.at),
            ("keyword", &limit.keyword),
        ],
    )
}

/// Fields for the limits with these names, as far as the profile has them.
fn optional(profile: &Profile, fields: &[(String, String)]) -> Vec<(String, Option<Code>)> {
    fields.iter().map(|(field, name)| (field.replace(['-', '.'], "_"), profile.limit(name).ok())).collect()
}

/// The uses, in profile order.
pub fn uses(profile: &Profile) -> Result<Vec<Code>, String> {
    let mut made = Vec::new();
    for place in &profile.uses {
        let names = USE_LIMITS.map(|name| (name.to_owned(), format!("{}.{name}", place.name)));
        let limits = optional(profile, &names);
        let takes = profile.limit(&format!("{}.takes", place.name))?;
        let mut fields: Vec<(&str, &dyn crate::emit::Emit)> =
            vec![("name", &place.name), ("title", &place.title), ("takes", &takes)];
        fields.extend(limits.iter().map(|(field, limit)| (field.as_str(), limit as _)));
        made.push(structure("Use", &fields));
    }
    Ok(made)
}

/// The limits that checks of every profile read.
pub fn shared(profile: &Profile) -> Code {
    let limits = optional(profile, &SHARED.map(|name| (name.to_owned(), name.to_owned())));
    let fields: Vec<(&str, &dyn crate::emit::Emit)> =
        limits.iter().map(|(field, limit)| (field.as_str(), limit as _)).collect();
    structure("Shared", &fields)
}
