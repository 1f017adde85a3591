//! JSON Schemas (draft 2020-12) of the request bodies, from the same tables as the checks.
//!
//! They describe the structure: types, bounds, values, branches of unions, retired names. They leave undocumented
//! bounds, formats that are only advice, and conditions between fields to the checks.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::contract::{
    BodyShape, Closed, Field, FieldKind, List, Literal, Number, Object, Operation, Text, TextFormat, Union,
};
use crate::limits::{Basis, Limit, LimitId, Limits};
use crate::profile::Profile;

/// The operations that have a schema, as `METHOD /path`.
#[must_use]
pub fn list(profile: &Profile) -> Vec<String> {
    profile.operations.iter().filter(|operation| operation.body.is_some()).map(Operation::name).collect()
}

/// The schema of the body of an operation; for a list query, of its parameters.
#[must_use]
pub fn schema(operation: &Operation, limits: &Limits) -> Value {
    let mut maker = SchemaBuilder { limits, wanted: Vec::new(), made: BTreeSet::new() };
    let mut root = match operation.body {
        Some(BodyShape::Object(object)) => maker.object(object, None),
        Some(BodyShape::Union(union)) => maker.union(union),
        None => maker.fields(operation.query),
    };
    let mut defs = Map::new();
    while let Some((object, tag)) = maker.wanted.pop() {
        let made = maker.object(object, Some(tag));
        defs.insert(object.name.to_owned(), made);
    }
    defs.sort_keys();
    if let Some(root) = root.as_object_mut() {
        root.insert("$schema".to_owned(), json!("https://json-schema.org/draft/2020-12/schema"));
        let profile = limits.profile().name;
        let path = operation.path.trim_start_matches('/').replace(['/', '{', '}'], "-");
        let method = operation.method.to_ascii_lowercase();
        root.insert("$id".to_owned(), json!(format!("urn:heylint:{profile}:request:{method}-{path}")));
        root.insert("title".to_owned(), json!(operation.name()));
        root.insert("description".to_owned(), json!(operation.what));
        if !defs.is_empty() {
            root.insert("$defs".to_owned(), Value::Object(defs));
        }
    }
    root
}

/// The discriminator of a variant: its field and its value.
type VariantTag = (&'static str, &'static str);

struct SchemaBuilder<'l> {
    limits: &'l Limits,
    wanted: Vec<(&'static Object, VariantTag)>,
    made: BTreeSet<&'static str>,
}

impl SchemaBuilder<'_> {
    fn bound(&self, id: Option<LimitId>) -> Option<&Limit> {
        let limit = &self.limits[id?];
        matches!(limit.basis, Basis::Documented | Basis::Configured).then_some(limit)
    }

    /// A bound as a number, without a fraction if it has none. For MB this is the larger meaning, because nothing below
    /// it is certain.
    fn number(&self, id: Option<LimitId>) -> Option<Value> {
        let limit = self.bound(id)?;
        let number = limit.bytes().map_or(limit.number()?, |(_, refused)| refused as f64);
        Some(plain(number))
    }

    fn object(&mut self, object: &'static Object, tag: Option<VariantTag>) -> Value {
        let mut made = self.fields(object.fields);
        made["description"] = json!(object.what);
        if let (Some((by, value)), Some(properties)) = (tag, made["properties"].as_object_mut()) {
            properties.insert(by.to_owned(), json!({ "const": value }));
        }
        if let Some(properties) = made["properties"].as_object_mut() {
            let version = self.limits.profile().version;
            for retired in object.retired {
                let text = match (retired.now, retired.how) {
                    (Some(now), _) => format!("is {now} in {version}"),
                    (None, how) => format!("is gone in {version}: {}", how.unwrap_or_default()),
                };
                properties
                    .insert(retired.name.to_owned(), json!({ "not": {}, "deprecated": true, "description": text }));
            }
            for (name, why) in object.refused {
                properties.insert((*name).to_owned(), json!({ "not": {}, "description": why }));
            }
        }
        if object.closed == Closed::Yes {
            made["additionalProperties"] = json!(false);
        }
        made
    }

    fn fields(&mut self, fields: &'static [Field]) -> Value {
        let mut properties = Map::new();
        for field in fields {
            properties.insert(field.name.to_owned(), self.field(field));
        }
        let required: Vec<&str> = fields.iter().filter(|field| field.required).map(|field| field.name).collect();
        let mut made = json!({ "type": "object", "properties": properties });
        if !required.is_empty() {
            made["required"] = json!(required);
        }
        made
    }

    fn field(&mut self, field: &'static Field) -> Value {
        let mut made = self.kind(&field.kind);
        if field.doubt.is_some() {
            made = Self::doubtful(made);
        }
        if field.null {
            made = nullable(made);
        }
        made["description"] = json!(field.what);
        match field.default {
            Some(Literal::Text(text)) => made["default"] = json!(text),
            Some(Literal::Number(number)) => made["default"] = plain(number),
            Some(Literal::Flag(flag)) => made["default"] = json!(flag),
            None => {}
        }
        made
    }

    /// Doubtful bounds are left to the checks.
    fn doubtful(mut made: Value) -> Value {
        for key in ["enum", "minimum", "maximum", "minLength", "maxLength"] {
            if let Some(made) = made.as_object_mut() {
                made.remove(key);
            }
            if let Some(items) = made.get_mut("items").and_then(Value::as_object_mut) {
                items.remove(key);
            }
        }
        made
    }

    fn kind(&mut self, kind: &'static FieldKind) -> Value {
        match kind {
            FieldKind::Text(text) => self.text(text),
            FieldKind::Number(number) => self.numeric(number),
            FieldKind::Flag => json!({ "type": "boolean" }),
            FieldKind::Map(None) => json!({ "type": "object" }),
            FieldKind::Map(Some(inner)) => json!({ "type": "object", "additionalProperties": self.kind(inner) }),
            FieldKind::Object(object) => self.object(object, None),
            FieldKind::Union(union) => self.union(union),
            FieldKind::List(list) => self.list(list),
        }
    }

    fn text(&self, text: &Text) -> Value {
        if !text.values.is_empty() {
            return json!({ "type": "string", "enum": text.values });
        }
        let mut made = json!({ "type": "string" });
        if let Some(least) = self.number(text.min) {
            made["minLength"] = least;
        }
        if let Some(most) = self.number(text.max) {
            made["maxLength"] = most;
        }
        let pattern = match text.format {
            Some(TextFormat::HexColour) => "^#([0-9A-Fa-f]{3,4}|[0-9A-Fa-f]{6}|[0-9A-Fa-f]{8})$",
            Some(TextFormat::Sha256) => "^[0-9A-Fa-f]{64}$",
            Some(TextFormat::HttpsUrl | TextFormat::CallbackUrl | TextFormat::WebhookUrl) => "^[Hh][Tt][Tt][Pp][Ss]://",
            Some(TextFormat::MediaType) => r"^\s*[A-Za-z0-9!#$&^_.+\-]+/[A-Za-z0-9!#$&^_.+\-]+\s*(;.*)?$",
            Some(TextFormat::ConsentText) => "^[^<>]*$",
            _ => return made,
        };
        made["pattern"] = json!(pattern);
        made
    }

    fn numeric(&self, number: &Number) -> Value {
        let mut made = json!({ "type": if number.integer { "integer" } else { "number" } });
        let bounds = [("minimum", number.min), ("exclusiveMinimum", number.above), ("maximum", number.max)];
        for (key, id) in bounds {
            if let Some(bound) = self.number(id) {
                made[key] = bound;
            }
        }
        if number.even {
            made["multipleOf"] = json!(2);
        }
        if !number.values.is_empty() {
            made["enum"] = number.values.iter().map(|value| plain(*value)).collect();
        }
        made
    }

    fn list(&mut self, list: &'static List) -> Value {
        let mut made = json!({ "type": "array", "items": self.kind(list.item) });
        if let Some(least) = self.number(list.min) {
            made["minItems"] = least;
        }
        if let Some(most) = self.number(list.max) {
            made["maxItems"] = most;
        }
        made
    }

    /// One branch for each value of the discriminator, so that a validator only reports on the chosen branch.
    fn union(&mut self, union: &'static Union) -> Value {
        let branch = |variant: &super::contract::Variant| {
            json!({
                "if": { "properties": { union.by: { "const": variant.value } }, "required": [union.by] },
                "then": { "$ref": format!("#/$defs/{}", variant.object.name) },
            })
        };
        let branches: Vec<Value> = union.variants.iter().map(branch).collect();
        for variant in union.variants {
            if self.made.insert(variant.object.name) {
                self.wanted.push((variant.object, (union.by, variant.value)));
            }
        }
        let values: Vec<&str> = union.values().collect();
        json!({
            "type": "object",
            "description": union.what,
            "properties": { union.by: { "enum": values } },
            "required": [union.by],
            "allOf": branches,
        })
    }
}

/// The same, or null.
fn nullable(mut made: Value) -> Value {
    if let Some(values) = made.get_mut("enum").and_then(Value::as_array_mut) {
        values.push(Value::Null);
    }
    if made.get("allOf").is_some() {
        return json!({ "anyOf": [made, { "type": "null" }] });
    }
    made["type"] = json!([made["type"], "null"]);
    made
}

fn plain(number: f64) -> Value {
    if number.fract() == 0.0 && number.abs() < 9e15 { json!(number as i64) } else { json!(number) }
}
