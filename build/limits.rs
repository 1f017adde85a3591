//! `rules/*/limits.toml` → `Limit` entries and places of use.

use std::collections::BTreeSet;
use std::fmt::Write;
use std::path::Path;

use toml_span::value::{Table, ValueInner};

use crate::constant;

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
    pub note: String,
}

pub enum Value {
    Number(f64),
    Names(Vec<String>),
}

pub struct Use {
    pub name: String,
    pub title: String,
}

/// The limits that a place of use can set, as the fields of `Use` name them.
const USE_LIMITS: [&str; 7] =
    ["max-size", "edge-refused", "edge-doubtful", "min-edge", "max-duration", "min-duration", "tracks"];

pub fn read(path: &Path) -> Result<Profile, String> {
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
    entries.sort_by_key(|(at, _)| *at);
    profile.limits = entries.into_iter().map(|(_, limit)| limit).collect();
    profile
        .uses
        .sort_by_key(|place| profile.limits.iter().position(|limit| limit.name == format!("{}.takes", place.name)));
    for limit in &mut profile.limits {
        let source = sources.get(limit.source.as_str()).and_then(toml_span::Value::as_str);
        let Some(url) = source else {
            return Err(format!(
                "{file}: {} names the source “{}”, which is not in [sources]",
                limit.name, limit.source
            ));
        };
        limit.url = url.to_owned();
        if !["documented", "observed", "inferred"].contains(&limit.basis.as_str()) {
            return Err(format!("{file}: {} has the basis “{}”", limit.name, limit.basis));
        }
    }
    Ok(profile)
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
        note: String::new(),
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
            (other, _) => return Err(format!("{file}: {}: “{other}” is not a key of a limit", limit.name)),
        }
    }
    let empty = matches!(&limit.value, Value::Number(number) if number.is_nan());
    if empty || limit.basis.is_empty() || limit.source.is_empty() || limit.seen.len() != 10 {
        return Err(format!("{file}: {} needs value, basis, source and seen", limit.name));
    }
    Ok(limit)
}

/// Every limit has a page or a field that reads it, and every place of use says what it takes.
pub fn check(profile: &Profile, used: &BTreeSet<String>) -> Result<(), String> {
    for limit in &profile.limits {
        if !used.contains(&limit.name) {
            return Err(format!("the limit `{}` is read by no rule and no field", limit.name));
        }
    }
    for place in &profile.uses {
        if !profile.limits.iter().any(|limit| limit.name == format!("{}.takes", place.name)) {
            return Err(format!("the use `{}` does not say what it takes", place.name));
        }
    }
    Ok(())
}

pub fn generate(profile: &Profile) -> Result<String, String> {
    let mut out = String::new();
    let mut put = |line: String| out.push_str(&line);
    for (at, limit) in profile.limits.iter().enumerate() {
        let (name, shown) = (constant(&limit.name), &limit.name);
        put(format!("/// `{shown}`\npub const {name}: LimitId = LimitId({at});\n"));
    }
    put(format!(
        "/// The profile that is built in.\npub static PROFILE: Profile = Profile {{ name: {:?}, as_of: {:?}, limits: &[\n",
        profile.name, profile.as_of
    ));
    for limit in &profile.limits {
        let value = match &limit.value {
            Value::Number(number) => format!("Value::Number({number:?}f64)"),
            Value::Names(names) => format!("Value::Names(&{names:?})"),
        };
        let basis = match limit.basis.as_str() {
            "documented" => "Basis::Documented",
            "observed" => "Basis::Observed",
            _ => "Basis::Inferred",
        };
        put(format!(
            "Limit {{ name: {:?}, value: {value}, unit: {:?}, basis: {basis}, source: Cow::Borrowed({:?}), \
             url: Cow::Borrowed({:?}), seen: Cow::Borrowed({:?}), note: {:?} }},\n",
            limit.name, limit.unit, limit.source, limit.url, limit.seen, limit.note
        ));
    }
    put("] };\n/// The places of use, in the order of the profile.\npub static USES: &[Use] = &[\n".to_owned());
    for place in &profile.uses {
        let mut fields = String::new();
        for name in USE_LIMITS {
            let full = format!("{}.{name}", place.name);
            let known = profile.limits.iter().any(|limit| limit.name == full);
            let value = if known { format!("Some({})", constant(&full)) } else { "None".to_owned() };
            write!(fields, "{}: {value}, ", name.replace('-', "_")).map_err(|error| error.to_string())?;
        }
        let takes = constant(&format!("{}.takes", place.name));
        put(format!("Use {{ name: {:?}, title: {:?}, takes: {takes}, {fields} }},\n", place.name, place.title));
    }
    put("];\n".to_owned());
    Ok(out)
}
