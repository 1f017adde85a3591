//! TOML as a small tree that keeps the order of the file.

use std::path::Path;

use toml_span::value::ValueInner;

pub type Table = Vec<(String, Value)>;

#[derive(Clone, Debug)]
pub enum Value {
    String(String),
    Number(f64),
    Flag(bool),
    List(Vec<Value>),
    Table(Table),
}

/// The tables of a file, in file order.
pub fn read(path: &Path) -> Result<Table, String> {
    let text = std::fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?;
    let file = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let root = toml_span::parse(&text).map_err(|error| format!("{file}: {error}"))?;
    convert(root).table(&file)
}

fn convert(mut value: toml_span::Value<'_>) -> Value {
    match value.take() {
        ValueInner::String(text) => Value::String(text.into_owned()),
        ValueInner::Integer(number) => Value::Number(number as f64),
        ValueInner::Float(number) => Value::Number(number),
        ValueInner::Boolean(flag) => Value::Flag(flag),
        ValueInner::Array(items) => Value::List(items.into_iter().map(convert).collect()),
        ValueInner::Table(table) => {
            let mut entries: Vec<_> = table.into_iter().collect();
            entries.sort_by_key(|(key, _)| key.span.start);
            Value::Table(entries.into_iter().map(|(key, value)| (key.name.into_owned(), convert(value))).collect())
        }
    }
}

pub fn get<'t>(table: &'t Table, key: &str) -> Option<&'t Value> {
    table.iter().find(|(name, _)| name == key).map(|(_, value)| value)
}

pub fn need<'t>(table: &'t Table, key: &str) -> Result<&'t Value, String> {
    get(table, key).ok_or(format!("`{key}` is missing"))
}

/// Refuses any key but these.
pub fn only(table: &Table, keys: &[&str]) -> Result<(), String> {
    match table.iter().find(|(name, _)| !keys.contains(&name.as_str())) {
        Some((name, _)) => Err(format!("“{name}” is not one of {}", keys.join(", "))),
        None => Ok(()),
    }
}

impl Value {
    pub fn table(&self, what: &str) -> Result<Table, String> {
        match self {
            Self::Table(table) => Ok(table.clone()),
            _ => Err(format!("{what} is no table")),
        }
    }

    pub fn string(&self, what: &str) -> Result<String, String> {
        match self {
            Self::String(text) => Ok(text.clone()),
            _ => Err(format!("{what} is no string")),
        }
    }

    pub fn flag(&self, what: &str) -> Result<bool, String> {
        match self {
            Self::Flag(flag) => Ok(*flag),
            _ => Err(format!("{what} is neither true nor false")),
        }
    }

    pub fn strings(&self, what: &str) -> Result<Vec<String>, String> {
        match self {
            Self::List(items) => items.iter().map(|item| item.string(what)).collect(),
            _ => Err(format!("{what} is no list")),
        }
    }
}
