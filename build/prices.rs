//! `rules/*/prices.toml` → the documented prices of jobs.

use std::path::Path;

use crate::data::{self, Table, Value};
use crate::emit::{Code, call, path, structure};

/// The price list of a profile, if it has one.
pub fn generate(folder: &Path, jobs: &std::collections::BTreeMap<String, usize>) -> Result<Option<Code>, String> {
    let file = folder.join("prices.toml");
    if !file.exists() {
        return Ok(None);
    }
    let table = data::read(&file)?;
    data::only(&table, &["source", "seen", "currency", "price"])?;
    let text = |key: &str| data::need(&table, key)?.string(key);
    let Value::List(entries) = data::need(&table, "price")? else { return Err("prices: price is no list".to_owned()) };
    let entries: Vec<Code> = entries
        .iter()
        .map(|entry| price(&entry.table("price")?, jobs))
        .collect::<Result<_, String>>()
        .map_err(|fault| format!("prices: {fault}"))?;
    Ok(Some(structure(
        "PriceList",
        &[
            ("source", &text("source")?),
            ("seen", &text("seen")?),
            ("currency", &text("currency")?),
            (
                "prices",
                &path(format!("&[{}]", entries.iter().map(|entry| entry.0.as_str()).collect::<Vec<_>>().join(", "))),
            ),
        ],
    )))
}

fn price(entry: &Table, jobs: &std::collections::BTreeMap<String, usize>) -> Result<Code, String> {
    data::only(entry, &["job", "where", "second", "whole"])?;
    let job = data::need(entry, "job")?.string("job")?;
    if !jobs.contains_key(&job) {
        return Err(format!("there is no job “{job}”"));
    }
    let mut wanted = Vec::new();
    for (place, value) in data::get(entry, "where").map_or(Ok(Table::new()), |table| table.table("where"))? {
        let value = match value {
            Value::String(text) => call("Literal::Text", &text),
            Value::Flag(flag) => call("Literal::Flag", &flag),
            _ => return Err(format!("{place} is neither a text nor a flag")),
        };
        wanted.push((place, value));
    }
    let rate = match (data::get(entry, "second"), data::get(entry, "whole")) {
        (Some(_), Some(_)) => return Err(format!("{job} has two prices")),
        (Some(range), None) => path(format!("Rate::Second({})", range_of(range)?)),
        (None, Some(range)) => path(format!("Rate::Whole({})", range_of(range)?)),
        (None, None) => path("Rate::None"),
    };
    Ok(structure("Price", &[("job", &job.replace('-', "_")), ("wanted", &wanted), ("rate", &rate)]))
}

/// `(least, most)`
fn range_of(value: &Value) -> Result<String, String> {
    match value {
        Value::Number(number) => Ok(format!("({number:?}f64, {number:?}f64)")),
        Value::List(items) => match items.as_slice() {
            [Value::Number(least), Value::Number(most)] if least < most => Ok(format!("({least:?}f64, {most:?}f64)")),
            _ => Err("a range is two numbers, the smaller one first".to_owned()),
        },
        _ => Err("a price is a number or a range".to_owned()),
    }
}
