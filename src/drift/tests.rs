use serde_json::{Map, Value, json};

use super::*;
use crate::limits::LimitId;
use crate::profile::contract::{BodyEncoding, BodyShape, Closed, Field, FieldKind, Object, Prose, Union};

/// The notation of a document, where schemas allow several.
#[derive(Clone, Copy, PartialEq)]
enum Style {
    /// Everything in its place, `nullable`, `exclusiveMinimum: true`.
    Inline,
    /// Components, `allOf`, `anyOf` with null, numbers that are excluded.
    Referred,
}

/// Writes an OpenAPI document equivalent to the profile.
struct Writer {
    style: Style,
    limits: Limits,
    components: Map<String, Value>,
}

fn document(style: Style) -> Value {
    let profile = crate::profile::default();
    let mut writer = Writer { style, limits: Limits::of(profile), components: Map::new() };
    let mut paths = Map::new();
    for operation in profile.operations.iter().filter(|operation| !operation.prose) {
        let mut written = Map::new();
        let query: Vec<Value> = operation
            .query
            .iter()
            .map(|field| json!({"name": field.name, "in": "query", "required": field.required, "schema": writer.field(field)}))
            .collect();
        written.insert("parameters".to_owned(), query.into());
        if let Some(shape) = operation.body {
            let schema = match shape {
                BodyShape::Object(object) => writer.object(object, None),
                BodyShape::Union(union) => writer.union(union),
            };
            let media_type =
                if operation.encoding == BodyEncoding::Multipart { "multipart/form-data" } else { "application/json" };
            written.insert("requestBody".to_owned(), json!({"content": {media_type: {"schema": schema}}}));
        }
        let path = paths.entry(operation.path).or_insert_with(|| json!({}));
        path[operation.method.to_lowercase()] = written.into();
    }
    let version = if style == Style::Inline { "3.0.3" } else { "3.1.0" };
    json!({"openapi": version, "info": {"title": "The same", "version": "2026-09-07"}, "paths": paths,
        "components": {"schemas": writer.components}})
}

impl Writer {
    fn object(&mut self, object: &'static Object, tag: Option<(&str, &str)>) -> Value {
        let mut properties = Map::new();
        let mut required = Vec::new();
        if let Some((by, value)) = tag {
            let constant =
                if self.style == Style::Inline { json!({"type": "string"}) } else { json!({"const": value}) };
            properties.insert(by.to_owned(), constant);
            required.push(by);
        }
        for field in object.fields.iter().filter(|field| field.prose != Prose::Field) {
            properties.insert(field.name.to_owned(), self.field(field));
            if field.required {
                required.push(field.name);
            }
        }
        let mut schema = json!({"type": "object", "properties": properties, "required": required});
        if object.closed != Closed::No {
            schema["additionalProperties"] = false.into();
        }
        if self.style == Style::Inline {
            return schema;
        }
        let name = format!("{}{}", object.name, tag.map_or(String::new(), |(_, value)| format!("-{value}")));
        let reference = json!({"$ref": format!("#/components/schemas/{name}")});
        self.components.insert(name, json!({"allOf": [schema]}));
        reference
    }

    fn union(&mut self, union: &'static Union) -> Value {
        let branches: Vec<Value> =
            union.variants.iter().map(|variant| self.object(variant.object, Some((union.by, variant.value)))).collect();
        let mapping: Map<String, Value> =
            union.values().map(|value| (value.to_owned(), "#/components/schemas/Elsewhere".into())).collect();
        match self.style {
            Style::Inline => {
                json!({"oneOf": branches, "discriminator": {"propertyName": union.by, "mapping": mapping}})
            }
            Style::Referred => json!({"oneOf": branches}),
        }
    }

    fn field(&mut self, field: &'static Field) -> Value {
        let mut schema = self.kind(&field.kind, field);
        if let Some(pattern) = field.pattern {
            schema["pattern"] = pattern.into();
        }
        match (field.null, self.style) {
            (false, _) => schema,
            (true, Style::Inline) => {
                schema["nullable"] = true.into();
                schema
            }
            (true, Style::Referred) => json!({"anyOf": [schema, {"type": "null"}]}),
        }
    }

    fn kind(&mut self, kind: &'static FieldKind, field: &'static Field) -> Value {
        let mut schema = Map::new();
        let says_values = field.prose == Prose::Nothing;
        match kind {
            FieldKind::Text(text) => {
                schema.insert("type".to_owned(), "string".into());
                if !text.values.is_empty() && says_values {
                    schema.insert("enum".to_owned(), text.values.into());
                }
                self.bound(&mut schema, "minLength", text.min);
                self.bound(&mut schema, "maxLength", text.max);
            }
            FieldKind::Number(number) => {
                schema.insert("type".to_owned(), if number.integer { "integer" } else { "number" }.into());
                if !number.values.is_empty() && says_values {
                    schema.insert("enum".to_owned(), number.values.into());
                }
                self.bound(&mut schema, "minimum", number.min);
                self.bound(&mut schema, "maximum", number.max);
                match self.style {
                    Style::Inline if number.above.is_some() => {
                        self.bound(&mut schema, "minimum", number.above);
                        schema.insert("exclusiveMinimum".to_owned(), true.into());
                    }
                    Style::Inline => {}
                    Style::Referred => self.bound(&mut schema, "exclusiveMinimum", number.above),
                }
            }
            FieldKind::Flag => _ = schema.insert("type".to_owned(), "boolean".into()),
            FieldKind::Map(inner) => {
                schema.insert("type".to_owned(), "object".into());
                if let Some(inner) = inner {
                    schema.insert("additionalProperties".to_owned(), self.kind(inner, field));
                }
            }
            FieldKind::Object(object) => return self.object(object, None),
            FieldKind::Union(union) => return self.union(union),
            FieldKind::List(list) => {
                schema.insert("type".to_owned(), "array".into());
                schema.insert("items".to_owned(), self.kind(list.item, field));
                self.bound(&mut schema, "minItems", list.min);
                self.bound(&mut schema, "maxItems", list.max);
            }
        }
        schema.into()
    }

    /// Numbers that only prose states are in no schema.
    fn bound(&self, schema: &mut Map<String, Value>, keyword: &str, limit: Option<LimitId>) {
        if let Some(limit) = limit.map(|id| &self.limits[id]).filter(|limit| limit.keyword) {
            schema.insert(keyword.to_owned(), json!(limit.value));
        }
    }
}

fn against(document: &Value) -> Drift {
    let document = ApiDocument::read(&document.to_string()).expect("a document");
    compare(crate::profile::default(), &document).expect("a comparison")
}

fn lines(drift: &Drift) -> Vec<String> {
    let line = |one: &Difference| {
        let limit = one.limit.map_or(String::new(), |limit| format!(" [{limit}]"));
        format!("{} {} {} {}{limit}", one.change.name(), one.operation, one.at, said(one))
    };
    drift.differences.iter().map(line).collect()
}

#[test]
fn a_document_of_the_profile_has_no_differences() {
    for style in [Style::Inline, Style::Referred] {
        let drift = against(&document(style));
        assert_eq!(lines(&drift), Vec::<String>::new());
        assert_eq!(drift.silent, []);
    }
}

/// The schema of the body of an operation in a document without references.
fn body<'v>(document: &'v mut Value, path: &str) -> &'v mut Value {
    &mut document["paths"][path]["post"]["requestBody"]["content"]["application/json"]["schema"]
}

#[test]
fn each_change_is_one_difference() {
    type Mutation = fn(&mut Value);
    let cases: [(Mutation, &str); 22] = [
        (|doc| doc["paths"]["/v3/new/{id}"] = json!({"post": {}}), "new POST /v3/new/{id}  "),
        (|doc| drop(doc["paths"].as_object_mut().unwrap().shift_remove("/v3/users/me")), "gone GET /v3/users/me  "),
        (
            |doc| {
                body(doc, "/v3/voices/speech")["properties"]["mood"] =
                    json!({"type": ["string", "null"], "maxLength": 9, "enum": ["a", "b"]});
            },
            "new POST /v3/voices/speech mood string, may be null, up to 9, one of a, b",
        ),
        (
            |doc| drop(body(doc, "/v3/voices/speech")["properties"].as_object_mut().unwrap().shift_remove("locale")),
            "gone POST /v3/voices/speech locale string",
        ),
        (
            |doc| {
                body(doc, "/v3/voices/speech")["properties"]["language"] = json!({"type": "integer", "nullable": true});
            },
            "changed POST /v3/voices/speech language string → integer",
        ),
        (
            |doc| body(doc, "/v3/voices/speech")["required"] = json!(["text"]),
            "changed POST /v3/voices/speech voice_id required → optional",
        ),
        (
            |doc| body(doc, "/v3/voices/speech")["properties"]["speed"]["nullable"] = true.into(),
            "changed POST /v3/voices/speech speed may not be null → may be null",
        ),
        (
            |doc| body(doc, "/v3/voices/speech")["additionalProperties"] = true.into(),
            "changed POST /v3/voices/speech  closed → open",
        ),
        (
            |doc| body(doc, "/v3/templates/{template_id}")["additionalProperties"] = false.into(),
            "changed POST /v3/templates/{template_id}  open → closed",
        ),
        // A number that the document states, and that we also have from the page.
        (
            |doc| body(doc, "/v3/voices/speech")["properties"]["text"]["maxLength"] = 6000.into(),
            "changed POST /v3/voices/speech text maximum 5000 → 6000 [speech-text.max]",
        ),
        (
            |doc| body(doc, "/v3/voices/clone")["properties"]["voice_name"]["maxLength"] = 120.into(),
            "changed POST /v3/voices/clone voice_name maximum 100 → 120 [voice-clone.name-max]",
        ),
        (
            |doc| {
                drop(
                    body(doc, "/v3/voices/clone")["properties"]["voice_name"]
                        .as_object_mut()
                        .unwrap()
                        .shift_remove("maxLength"),
                );
            },
            "gone POST /v3/voices/clone voice_name maximum 100 [voice-clone.name-max]",
        ),
        (
            |doc| body(doc, "/v3/voices/speech")["properties"]["language"]["maxLength"] = 10.into(),
            "new POST /v3/voices/speech language maximum 10",
        ),
        (
            |doc| body(doc, "/v3/voices")["properties"]["seed"]["exclusiveMinimum"] = true.into(),
            "changed POST /v3/voices seed minimum 0 → above 0 [voice-design.seed-min]",
        ),
        (
            |doc| body(doc, "/v3/lipsyncs/batches")["properties"]["lipsyncs"]["maxItems"] = 50.into(),
            "changed POST /v3/lipsyncs/batches lipsyncs maximum 100 → 50 [batch.lipsyncs-max]",
        ),
        (
            |doc| body(doc, "/v3/voices/speech")["properties"]["language"]["pattern"] = "^a$".into(),
            "new POST /v3/voices/speech language pattern `^a$`",
        ),
        (
            |doc| body(doc, "/v3/video-agents")["properties"]["mode"]["enum"] = json!(["generate", "chat", "plan"]),
            "new POST /v3/video-agents mode value plan",
        ),
        (
            |doc| body(doc, "/v3/video-agents")["properties"]["mode"]["enum"] = json!(["chat"]),
            "gone POST /v3/video-agents mode value generate",
        ),
        (
            |doc| doc["paths"]["/v3/voices"]["get"]["parameters"][4]["schema"]["maximum"] = 200.into(),
            "changed GET /v3/voices ?limit maximum 100 → 200 [page.voices]",
        ),
        (
            |doc| doc["paths"]["/v3/voices"]["get"]["parameters"][1]["required"] = true.into(),
            "changed GET /v3/voices ?engine optional → required",
        ),
        (
            |doc| {
                let content = &mut doc["paths"]["/v3/voices/speech"]["post"]["requestBody"]["content"];
                *content = json!({"multipart/form-data": content["application/json"]});
            },
            "changed POST /v3/voices/speech  sent as application/json → multipart/form-data",
        ),
        (
            |doc| {
                let union = &mut body(doc, "/v3/avatars")["oneOf"];
                union
                    .as_array_mut()
                    .unwrap()
                    .push(json!({"type": "object", "properties": {"type": {"const": "clone"}}}));
                body(doc, "/v3/avatars")["discriminator"]["mapping"]["clone"] = "Clone".into();
            },
            "new POST /v3/avatars  value clone",
        ),
    ];
    let same = document(Style::Inline);
    for (mutation, expected) in cases {
        let mut other = same.clone();
        mutation(&mut other);
        assert_eq!(lines(&against(&other)), [expected], "{expected}");
    }
}

#[test]
fn a_shared_difference_appears_once() {
    let mut other = document(Style::Referred);
    other["components"]["schemas"]["VoiceSettings"]["allOf"][0]["properties"]["speed"]["maximum"] = 2.into();
    let drift = against(&other);
    assert_eq!(
        lines(&drift),
        ["changed POST /v3/videos (avatar).voice_settings.speed maximum 1.5 → 2 [voice-settings.speed-max]"]
    );
    assert_eq!((drift.differences[0].object, drift.differences[0].more), (Some("VoiceSettings"), 9));
}

#[test]
fn a_keyword_missing_from_the_document_is_not_compared() {
    let mut other = document(Style::Inline);
    fn strip(value: &mut Value) {
        match value {
            Value::Object(members) => {
                // A field may have the name of a keyword.
                if members.get("type").is_some_and(Value::is_string) {
                    for keyword in ["minLength", "maxLength", "additionalProperties"] {
                        members.shift_remove(keyword);
                    }
                }
                members.values_mut().for_each(strip);
            }
            Value::Array(items) => items.iter_mut().for_each(strip),
            _ => {}
        }
    }
    strip(&mut other);
    let drift = against(&other);
    assert_eq!(lines(&drift), Vec::<String>::new());
    assert_eq!(drift.silent, [Keyword::Lengths, Keyword::ClosedObjects]);
}

#[test]
fn a_cyclic_reference_is_compared_once() {
    let mut other = document(Style::Referred);
    other["components"]["schemas"]["VoiceSettings"] = json!({"$ref": "#/components/schemas/VoiceSettings"});
    other["components"]["schemas"]["Watermark"] = json!({"type": "object", "properties": {"image": {"$ref": "#/components/schemas/Watermark"}}, "required": ["image"]});
    assert!(against(&other).differences.len() < 10);
}
