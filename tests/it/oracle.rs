//! Compares the walker with an independent validator: the `jsonschema` crate with the exported JSON Schema. Both must
//! give the same verdict on bodies that are generated from the tables, valid or with one fault.

use heylint::check::{self, Context};
use heylint::limits::{LimitId, Limits};
use heylint::request::contract::{
    BodyEncoding, BodyShape, Field, FieldKind, Object, Operation, Text, TextFormat, Union,
};
use heylint::request::endpoint::Endpoint;
use heylint::request::{Request, json as tree, schema};
use heylint::rule::Severity;
use serde_json::{Map, Value, json};

/// Rules about structure, which a schema can express too.
const STRUCTURAL: [&str; 16] = [
    "request/missing-field",
    "request/unknown-field",
    "request/retired-field",
    "request/wrong-type",
    "request/unknown-value",
    "request/out-of-range",
    "request/too-long",
    "request/too-short",
    "request/too-many-items",
    "request/too-few-items",
    "request/malformed-value",
    "scene/too-many",
    "attachment/too-many",
    "output/dimension",
    "script/too-long",
    "prompt/too-long",
];

/// xorshift64*: the same numbers on every machine.
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    fn below(&mut self, n: usize) -> usize {
        (self.next() % n.max(1) as u64) as usize
    }

    fn chance(&mut self, percent: u64) -> bool {
        self.next() % 100 < percent
    }
}

struct Maker {
    dice: Dice,
    limits: Limits,
    /// Deeper optional fields are left out more often.
    depth: u32,
}

impl Maker {
    fn bound(&self, id: Option<LimitId>) -> Option<f64> {
        self.limits[id?].number()
    }

    fn shape(&mut self, shape: BodyShape) -> Value {
        match shape {
            BodyShape::Object(object) => self.object(object, None),
            BodyShape::Union(union) => self.union(union),
        }
    }

    fn union(&mut self, union: &'static Union) -> Value {
        let variant = &union.variants[self.dice.below(union.variants.len())];
        self.object(variant.object, Some((union.by, variant.value)))
    }

    fn object(&mut self, object: &'static Object, tag: Option<(&str, &str)>) -> Value {
        let mut made = Map::new();
        if let Some((by, value)) = tag {
            made.insert(by.to_owned(), json!(value));
        }
        self.depth += 1;
        for field in object.fields {
            let wanted = field.required || self.dice.chance(u64::from(45 / self.depth));
            if wanted {
                made.insert(field.name.to_owned(), self.field(field));
            }
        }
        self.depth -= 1;
        Value::Object(made)
    }

    fn field(&mut self, field: &'static Field) -> Value {
        if field.null && self.dice.chance(10) {
            return Value::Null;
        }
        let media_type = field.uses.first().and_then(|place| self.limits[place.takes].names().first().copied());
        self.kind(&field.kind, media_type)
    }

    fn kind(&mut self, kind: &'static FieldKind, format: Option<&str>) -> Value {
        match kind {
            FieldKind::Text(text) => json!(self.text(text, format)),
            FieldKind::Number(number) => {
                if !number.values.is_empty() {
                    return json!(number.values[self.dice.below(number.values.len())]);
                }
                let above = self.bound(number.above);
                let least = self.bound(number.min).or(above.map(|above| above + 1.0)).unwrap_or(0.0);
                let most = self.bound(number.max).unwrap_or(least + 100.0);
                let value = match self.dice.below(3) {
                    0 => least,
                    1 => most,
                    _ => (least + most) / 2.0,
                };
                let value = if number.integer { (value / 2.0).floor() * 2.0 } else { value };
                let value = if value < least { least } else { value };
                if value.fract() == 0.0 { json!(value as i64) } else { json!(value) }
            }
            FieldKind::Flag => json!(self.dice.chance(50)),
            FieldKind::Map(None) => json!({ "name": { "type": "text", "content": "x" } }),
            FieldKind::Map(Some(inner)) => json!({ "name": self.kind(inner, format) }),
            FieldKind::Object(object) => self.object(object, None),
            FieldKind::Union(union) => {
                let mut made = self.union(union);
                // The media type of base64 data must be one that the use accepts.
                if let (Some(slot), Some(format)) = (made.get_mut("media_type"), format) {
                    let format = heylint::media::Format::from_name(format).expect("a format");
                    *slot = json!(format.media_types()[0]);
                }
                made
            }
            FieldKind::List(list) => {
                let least = self.bound(list.min).unwrap_or(0.0) as usize;
                let most = self.bound(list.max).unwrap_or(3.0) as usize;
                let length = (least + self.dice.below(3)).min(most);
                (0..length).map(|_| self.kind(list.item, format)).collect()
            }
        }
    }

    fn text(&mut self, text: &Text, format: Option<&str>) -> String {
        if !text.values.is_empty() {
            return text.values[self.dice.below(text.values.len())].to_owned();
        }
        let name = match text.format {
            None => {
                let least = self.bound(text.min).unwrap_or(1.0) as usize;
                let most = self.bound(text.max).unwrap_or(40.0) as usize;
                let length = if self.dice.chance(5) { most } else { least.max(1) + self.dice.below(30) };
                return ["a", "é", "😀"][self.dice.below(3)].repeat(length.min(most));
            }
            Some(TextFormat::HttpsUrl | TextFormat::CallbackUrl | TextFormat::WebhookUrl) => {
                "https://example.com/a.png"
            }
            Some(TextFormat::AssetId) => "8f027b074c88",
            Some(TextFormat::Base64) => "iVBORw0KGgo=",
            Some(TextFormat::MediaType) => match format.and_then(heylint::media::Format::from_name) {
                Some(format) => format.media_types()[0],
                None => "image/png",
            },
            Some(TextFormat::HexColour) => "#00B140",
            Some(TextFormat::Sha256) => "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
            Some(TextFormat::Locale) => "en-US",
            Some(TextFormat::LanguageCode) => "en",
            Some(TextFormat::LanguageName) => "Spanish (Spain)",
            Some(TextFormat::ConsentText) => "I consent",
            Some(TextFormat::IdempotencyKey) => "a-1",
            Some(TextFormat::File) => "a.png",
        };
        name.to_owned()
    }
}

/// Every object and list in a body, by pointer.
fn places(value: &Value, pointer: &str, out: &mut Vec<String>) {
    match value {
        Value::Object(members) => {
            for (key, inner) in members {
                let inner_pointer = format!("{pointer}/{key}");
                out.push(inner_pointer.clone());
                // The content of template variables is free.
                if key != "variables" {
                    places(inner, &inner_pointer, out);
                }
            }
        }
        Value::Array(items) => {
            for (at, inner) in items.iter().enumerate().take(2) {
                let inner_pointer = format!("{pointer}/{at}");
                out.push(inner_pointer.clone());
                places(inner, &inner_pointer, out);
            }
        }
        _ => {}
    }
}

/// Makes one random change, which may or may not be a fault.
fn disturb(body: &mut Value, dice: &mut Dice) -> String {
    let mut all = Vec::new();
    places(body, "", &mut all);
    if all.is_empty() {
        return "nothing".to_owned();
    }
    let pointer = all[dice.below(all.len())].clone();
    let (parent, key) = pointer.rsplit_once('/').expect("a pointer");
    let (parent, key) = (parent.to_owned(), key.to_owned());
    let kind = dice.below(9);
    match kind {
        0 => {
            if let Some(Value::Object(members)) = body.pointer_mut(&parent) {
                members.shift_remove(&key);
            }
        }
        1 => {
            if let Some(Value::Object(members)) = body.pointer_mut(&parent) {
                members.insert("zzz_no_such_thing".to_owned(), json!(1));
            }
        }
        2 => {
            let old = ["video_inputs", "image_url", "test", "dimension", "content_type", "id"][dice.below(6)];
            if let Some(Value::Object(members)) = body.pointer_mut(&parent) {
                members.entry(old.to_owned()).or_insert(json!("x"));
            }
        }
        _ => {
            let Some(slot) = body.pointer_mut(&pointer) else { return "nothing".to_owned() };
            *slot = match (kind, &*slot) {
                (3, _) => Value::Null,
                (4, _) => json!([1]),
                (5, _) => json!({}),
                // URLs have other rules, which are not about structure.
                (6.., Value::String(text)) if text.starts_with("https://") => Value::Null,
                (6, Value::Number(number)) => {
                    let number = number.as_f64().unwrap_or(0.0);
                    [json!(number + 0.5), json!(number * 1000.0 + 1e6), json!(-number - 1.0), json!(number + 1.0)]
                        [dice.below(4)]
                    .clone()
                }
                (6, Value::String(text)) => json!(format!("{text}{text}-q")),
                (7, Value::String(text)) => json!(text.repeat(11_000 / text.chars().count().max(1) + 1)),
                (7, Value::Array(items)) => {
                    items.iter().cycle().take(if items.is_empty() { 0 } else { 120 }).cloned().collect()
                }
                (8, Value::String(_)) => json!(""),
                (8, Value::Array(_)) => json!([]),
                (_, Value::Bool(_)) => json!("true"),
                (_, _) => json!(true),
            };
        }
    }
    format!("{pointer} #{kind}")
}

/// The errors of the walker about structure.
fn verdict(operation: &'static Operation, text: &str, limits: &Limits) -> Vec<String> {
    let context = Context { limits, ready: false, now: 1_795_000_000, newer: None };
    let document = tree::parse(text);
    let root = document.root().expect("a body");
    let request = Request::read(heylint::profile::default(), None, root, Some(Endpoint::Operation(operation)));
    let findings = check::request::check(&request, &context);
    let errors = findings.iter().filter(|finding| finding.severity == Severity::Error);
    errors
        .filter(|finding| {
            // The schema forbids an empty text of the speech endpoint, but not an empty script. Limits on a whole batch
            // are conditions.
            let counted =
                ["languages together", "of a video in a batch"].iter().any(|words| finding.message.contains(words));
            let speech = finding.location.pointer.as_deref() == Some("/text");
            (STRUCTURAL.contains(&finding.rule.id) && !counted) || (finding.rule.id == "script/empty" && speech)
        })
        .map(|finding| format!("{} {:?}: {}", finding.rule.id, finding.location.pointer, finding.message))
        .collect()
}

#[test]
fn walker_and_schema_agree() {
    const EACH: usize = 150;
    let limits = Limits::default();
    let mut maker = Maker { dice: Dice(0x5eed_0f4e), limits: limits.clone(), depth: 0 };
    let (mut bodies, mut refused) = (0, 0);
    for operation in
        heylint::profile::default().operations.iter().filter(|operation| operation.encoding == BodyEncoding::Json)
    {
        let shape = operation.body.expect("a body");
        let schema = schema::schema(operation, &limits);
        let validator = jsonschema::draft202012::new(&schema).expect("a sound schema");
        for round in 0..EACH {
            let mut body = maker.shape(shape);
            let done = if round % 3 == 0 { "whole".to_owned() } else { disturb(&mut body, &mut maker.dice) };
            let text = serde_json::to_string_pretty(&body).expect("JSON");
            let theirs: Vec<String> = validator.iter_errors(&body).map(|error| error.to_string()).collect();
            let ours = verdict(operation, &text, &limits);
            let short: String = text.chars().take(3000).collect();
            assert_eq!(
                ours.is_empty(),
                theirs.is_empty(),
                "{} ({done})\nwalker: {ours:#?}\nschema: {theirs:#?}\n{short}",
                operation.name()
            );
            if round % 3 == 0 {
                assert!(ours.is_empty(), "{} valid, but: {ours:#?}\n{short}", operation.name());
            }
            bodies += 1;
            refused += usize::from(!ours.is_empty());
        }
    }
    eprintln!("{bodies} bodies, {refused} refused by both");
    assert!(refused * 4 > bodies, "too few faults: {refused} of {bodies}");
}

#[test]
fn every_schema_is_sound() {
    let limits = Limits::default();
    let names = schema::list(heylint::profile::default());
    assert!(names.len() >= 30, "{}", names.len());
    for operation in heylint::profile::default().operations {
        let schema = schema::schema(operation, &limits);
        jsonschema::draft202012::new(&schema).unwrap_or_else(|error| panic!("{}: {error}", operation.name()));
    }
}
