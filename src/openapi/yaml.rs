//! Reads YAML as the value that equivalent JSON gives.

use std::collections::HashMap;

use saphyr_parser::{Event, Parser, ScalarStyle, Tag};
use serde_json::{Map, Number, Value};

/// The same depth as the JSON reader.
const DEEPEST: usize = 128;
/// The most values of a document, including repetitions through aliases.
const MOST_VALUES: usize = 1_000_000;

/// An open node, with the number of its anchor.
enum OpenYaml {
    List(Vec<Value>, usize),
    Map(Map<String, Value>, Option<String>, usize),
}

/// The first document of a text.
pub(super) fn value(text: &str) -> Result<Value, String> {
    let mut open: Vec<OpenYaml> = Vec::new();
    let mut anchors: HashMap<usize, (Value, usize)> = HashMap::new();
    let mut values = 0;
    for event in Parser::new_from_str(text) {
        let (event, _) = event.map_err(|error| format!("it is not YAML: {error}"))?;
        let (value, anchor) = match event {
            Event::SequenceStart(anchor, _) => {
                open.push(OpenYaml::List(Vec::new(), anchor));
                if open.len() > DEEPEST {
                    return Err(format!("it is nested deeper than {DEEPEST} levels"));
                }
                continue;
            }
            Event::MappingStart(anchor, _) => {
                open.push(OpenYaml::Map(Map::new(), None, anchor));
                if open.len() > DEEPEST {
                    return Err(format!("it is nested deeper than {DEEPEST} levels"));
                }
                continue;
            }
            Event::SequenceEnd | Event::MappingEnd => match open.pop() {
                Some(OpenYaml::List(items, anchor)) => (Value::Array(items), anchor),
                Some(OpenYaml::Map(members, _, anchor)) => (Value::Object(members), anchor),
                None => return Err("it is not YAML: an end without a beginning".to_owned()),
            },
            Event::Scalar(text, style, anchor, tag) => (scalar(&text, style, tag.as_deref()), anchor),
            Event::Alias(anchor) => {
                let Some((value, size)) = anchors.get(&anchor) else {
                    return Err(
                        "it has an alias that refers to nothing, or to a value that contains the alias".to_owned()
                    );
                };
                values += size;
                if values > MOST_VALUES {
                    return Err(format!("it has more than {MOST_VALUES} values"));
                }
                (value.clone(), 0)
            }
            _ => continue,
        };
        values += 1;
        if values > MOST_VALUES {
            return Err(format!("it has more than {MOST_VALUES} values"));
        }
        if anchor != 0 {
            let size = count(&value);
            values += size;
            anchors.insert(anchor, (value.clone(), size));
        }
        match open.last_mut() {
            None => return Ok(value),
            Some(OpenYaml::List(items, _)) => items.push(value),
            Some(OpenYaml::Map(members, key, _)) => match key.take() {
                Some(key) => _ = members.insert(key, value),
                None => *key = Some(name(value)),
            },
        }
    }
    Err("it is empty".to_owned())
}

/// The name of a member: `200:` is a text in JSON.
fn name(value: Value) -> String {
    match value {
        Value::String(text) => text,
        other => other.to_string(),
    }
}

fn count(value: &Value) -> usize {
    match value {
        Value::Array(items) => 1 + items.iter().map(count).sum::<usize>(),
        Value::Object(members) => 1 + members.values().map(count).sum::<usize>(),
        _ => 1,
    }
}

/// A scalar by the core schema of YAML 1.2.
fn scalar(text: &str, style: ScalarStyle, tag: Option<&Tag>) -> Value {
    let is_text = tag.is_some_and(|tag| tag.is_yaml_core_schema() && tag.suffix == "str");
    if style != ScalarStyle::Plain || is_text {
        return Value::String(text.to_owned());
    }
    match text {
        "" | "~" | "null" | "Null" | "NULL" => Value::Null,
        "true" | "True" | "TRUE" => Value::Bool(true),
        "false" | "False" | "FALSE" => Value::Bool(false),
        _ => {
            let number = text.strip_prefix('+').unwrap_or(text);
            let starts = number.trim_start_matches('-').starts_with(|c: char| c.is_ascii_digit() || c == '.');
            let whole = || number.parse::<i64>().ok().map(Number::from);
            let real = || number.parse::<f64>().ok().and_then(Number::from_f64);
            match Some(()).filter(|()| starts).and_then(|()| whole().or_else(real)) {
                Some(number) => Value::Number(number),
                None => Value::String(text.to_owned()),
            }
        }
    }
}
