//! Describes parts of documents and profiles in a few words.

use crate::openapi::{ApiBody, ApiDocument, SchemaBounds, SchemaBranch, SchemaField, SchemaKind};
use crate::profile::contract::FieldKind;

/// The most names to list.
const LISTED: usize = 12;

/// A kind of the profile.
pub(super) fn kind_name(kind: &FieldKind) -> String {
    match kind {
        FieldKind::Text(_) => "string".to_owned(),
        FieldKind::Number(number) => if number.integer { "integer" } else { "number" }.to_owned(),
        FieldKind::Flag => "boolean".to_owned(),
        FieldKind::Map(_) => "map".to_owned(),
        FieldKind::Object(object) => format!("object {}", object.name),
        FieldKind::Union(union) => format!("one of {}", union.values().collect::<Vec<_>>().join(", ")),
        FieldKind::List(list) => format!("list of {}", kind_name(list.item)),
    }
}

/// A kind of the document.
pub(super) fn kind(kind: &SchemaKind<'_>) -> String {
    match kind {
        SchemaKind::Any => "anything".to_owned(),
        SchemaKind::Text { .. } => "string".to_owned(),
        SchemaKind::Number { integer, .. } => if *integer { "integer" } else { "number" }.to_owned(),
        SchemaKind::Flag => "boolean".to_owned(),
        SchemaKind::List { .. } => "list".to_owned(),
        SchemaKind::Object { fields, .. } if fields.is_empty() => "map".to_owned(),
        SchemaKind::Object { fields, .. } => format!("object with {}", names(fields.iter().map(|field| field.name))),
        SchemaKind::OneOf { branches, .. } => {
            let tags: Vec<&str> = branches.iter().filter_map(|branch| branch.tag).collect();
            match tags.is_empty() {
                true => format!("one of {} schemas", branches.len()),
                false => format!("one of {}", names(tags.into_iter())),
            }
        }
    }
}

/// A field of the document: `string, required, up to 255`.
pub(super) fn field(document: &ApiDocument, field: &SchemaField<'_>) -> String {
    let schema = document.look(field.node);
    let mut parts = vec![kind(&schema.kind)];
    if let SchemaKind::List { item, .. } = &schema.kind {
        parts[0] = format!("list of {}", kind(&document.look(*item).kind));
    }
    if field.required {
        parts.push("required".to_owned());
    }
    if schema.null {
        parts.push("may be null".to_owned());
    }
    match &schema.kind {
        SchemaKind::Text { length, values, .. } => {
            parts.extend(range(*length));
            if !values.is_empty() {
                parts.push(format!("one of {}", quoted(values.iter().map(String::as_str))));
            }
        }
        SchemaKind::Number { range: bounds, .. } => parts.extend(range(*bounds)),
        SchemaKind::List { count, .. } => parts.extend(range(*count)),
        _ => {}
    }
    parts.join(", ")
}

/// A field of the document as an entry of rules/: `mood = { type = "string", null = true, what = "…" }`.
pub(super) fn entry(document: &ApiDocument, field: &SchemaField<'_>) -> String {
    let schema = document.look(field.node);
    let mut parts = vec![format!("type = {:?}", type_name(document, &schema.kind))];
    if field.required {
        parts.push("required = true".to_owned());
    }
    if schema.null {
        parts.push("null = true".to_owned());
    }
    let bounds = match &schema.kind {
        SchemaKind::Text { length, values, .. } => {
            if !values.is_empty() {
                parts.push(format!("values = {values:?}"));
            }
            range(*length)
        }
        SchemaKind::Number { range: bounds, .. } => range(*bounds),
        SchemaKind::List { count, .. } => range(*count),
        _ => None,
    };
    parts.push("what = \"to be described\"".to_owned());
    let bounds = bounds.map_or(String::new(), |bounds| format!(" # {bounds}"));
    let name = if field.name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte)) {
        field.name.to_owned()
    } else {
        format!("{:?}", field.name)
    };
    format!("{name} = {{ {} }}{bounds}", parts.join(", "))
}

/// The name of a type in rules/; an object without one is a map.
fn type_name(document: &ApiDocument, kind: &SchemaKind<'_>) -> String {
    match kind {
        SchemaKind::Text { .. } | SchemaKind::Any => "string".to_owned(),
        SchemaKind::Number { integer, .. } => if *integer { "integer" } else { "number" }.to_owned(),
        SchemaKind::Flag => "boolean".to_owned(),
        SchemaKind::List { item, .. } => {
            let inner = document.look(*item).kind;
            // A list of lists would need its own type.
            let inner =
                if matches!(inner, SchemaKind::List { .. }) { "map".to_owned() } else { type_name(document, &inner) };
            format!("[{inner}]")
        }
        SchemaKind::Object { .. } => "map".to_owned(),
        SchemaKind::OneOf { tags, branches, .. } => {
            let has = |wanted: &str| tags.contains(&wanted) || branches.iter().any(|branch| branch.tag == Some(wanted));
            match (has("url") && has("asset_id"), has("base64")) {
                (true, true) => "Asset",
                (true, false) => "StoredAsset",
                _ => "map",
            }
            .to_owned()
        }
    }
}

/// The content of a body; none if it may be empty.
pub(super) fn body(document: &ApiDocument, body: ApiBody<'_>) -> Option<String> {
    let kind = document.look(body.schema).kind;
    match &kind {
        SchemaKind::Object { fields, others: None, .. } if fields.is_empty() => None,
        kind => Some(self::kind(kind)),
    }
}

/// A branch without a tag.
pub(super) fn branch(document: &ApiDocument, branch: SchemaBranch<'_>) -> String {
    kind(&document.look(branch.node).kind)
}

fn range(bounds: SchemaBounds) -> Option<String> {
    let low = bounds.min.map(|bound| format!("from {}", number(bound)));
    let low = low.or(bounds.above.map(|bound| format!("above {}", number(bound))));
    let high = bounds.max.map(|bound| format!("up to {}", number(bound)));
    let high = high.or(bounds.below.map(|bound| format!("below {}", number(bound))));
    let parts: Vec<String> = [low, high].into_iter().flatten().collect();
    (!parts.is_empty()).then(|| parts.join(" "))
}

/// A number as a document writes it.
pub(super) fn number(number: f64) -> String {
    number.to_string()
}

/// Values side by side.
pub(super) fn quoted<'v>(values: impl Iterator<Item = &'v str>) -> String {
    values.collect::<Vec<_>>().join(", ")
}

fn names<'n>(names: impl Iterator<Item = &'n str>) -> String {
    let names: Vec<&str> = names.collect();
    let more = names.len().saturating_sub(LISTED);
    let shown = names.iter().take(LISTED).copied().collect::<Vec<_>>().join(", ");
    if more > 0 { format!("{shown} and {more} more") } else { shown }
}
