//! Translates bodies of versions 1 and 2 to the current version.
//!
//! The current objects say what becomes of a field: it keeps its name, or `retired` says how its value changes. This
//! file contains only what those tables cannot express: scenes become flat bodies or a studio video, and pixels become
//! an aspect ratio and a resolution.

use crate::check::conditions::{Converted, Translation};
use crate::request::compose::NewValue;
use crate::request::contract::{BodyShape, Field, FieldKind, Legacy, Object, Text, Union, Variant, Wrap};
use crate::request::json::{self, Value};
use crate::request::split::Studio;

/// The translations that the tables of the profile cannot express.
pub(in super::super) static TRANSLATION: Translation = Translation { convert, frame, is_neutral };

/// The current body, or none if there is nothing to translate.
fn convert<'d>(legacy: &Legacy, body: Value<'d>) -> Option<Converted<'d>> {
    if body.kind() != json::ValueKind::Object {
        return None;
    }
    let mut maker = Translator { carried: Vec::new(), lost: Vec::new(), obstacle: None, complete: true };
    let made = match legacy.now.body? {
        BodyShape::Object(object) => maker.flat(object, &[body], None),
        BodyShape::Union(union) => maker.video(union, legacy, body)?,
    };
    let Translator { carried, lost, obstacle, complete } = maker;
    Some(Converted { body: made, carried, lost, obstacle, complete: complete && obstacle.is_none() })
}

/// The current field for scenes.
const SCENES_TODAY: &str = "scenes";
/// The field of v2 scenes.
const SCENES: &str = "video_inputs";
const PARTS: [&str; 2] = ["character", "voice"];
const BACKGROUND: &str = "background";
/// The current fields that replace pixels.
const SHAPE: &str = "aspect_ratio";
const SIZE: &str = "resolution";
/// The key that gives the kind of a part. In v3 the fields imply the kind.
const KIND: &str = "type";

struct Translator<'d> {
    carried: Vec<(Value<'d>, &'static Field)>,
    lost: Vec<Value<'d>>,
    obstacle: Option<&'static str>,
    complete: bool,
}

impl<'d> Translator<'d> {
    fn video(&mut self, union: &'static Union, legacy: &Legacy, body: Value<'d>) -> Option<NewValue<'d>> {
        let scenes: Vec<Value<'d>> = body.get(SCENES).into_iter().flat_map(Value::items).collect();
        if let [_, _, ..] = scenes.as_slice() {
            return self.studio(union, body, &scenes);
        }
        let mut sources = vec![body];
        for scene in &scenes {
            self.silent(*scene);
            sources.push(*scene);
            sources.extend(PARTS.iter().filter_map(|part| scene.get(part)));
        }
        let named = legacy.variant.and_then(|variant| union.variant(variant))?;
        let variant = by_medium(union, named, &sources);
        let mut made = self.flat(variant.object, &sources, Some((union.by, variant.value)));
        if let Some((field, value)) = legacy.adds {
            made.set(field, NewValue::text(value));
        }
        Some(made)
    }

    fn studio(&mut self, union: &'static Union, body: Value<'d>, scenes: &[Value<'d>]) -> Option<NewValue<'d>> {
        let Studio { variant, scene, scene_type, input_name, input, presenter, .. } = Studio::of(union)?;
        let mut made = self.flat(variant.object, &[body], Some((union.by, variant.value)));
        let mut items = Vec::new();
        for source in scenes {
            self.silent(*source);
            let mut sources = vec![*source];
            sources.extend(PARTS.iter().filter_map(|part| source.get(part)));
            let speaker = self.flat(presenter.object, &sources, Some((input.by, presenter.value)));
            let mut item = NewValue::Object(Vec::new());
            item.set(scene.by, NewValue::text(scene_type));
            item.set(input_name, speaker);
            items.push(item);
        }
        made.set(SCENES_TODAY, NewValue::List(items));
        Some(made)
    }

    /// A scene without speech.
    fn silent(&mut self, scene: Value<'d>) {
        let voice = scene.get("voice").and_then(|voice| voice.get(KIND)).and_then(Value::as_str);
        if voice.is_some_and(|kind| kind == "silence") {
            self.obstacle =
                Some("v3 has no silent avatar; a silent scene is type image of a studio video, with a duration");
        }
    }

    /// A current object from the members of several retired ones.
    fn flat(
        &mut self,
        object: &'static Object,
        sources: &[Value<'d>],
        tag: Option<(&'static str, &'static str)>,
    ) -> NewValue<'d> {
        let mut made = NewValue::Object(Vec::new());
        if let Some((by, value)) = tag {
            made.set(by, NewValue::text(value));
        }
        for (at, source) in sources.iter().enumerate() {
            for value in source.children() {
                let Some(key) = value.key() else { continue };
                let is_part = key == SCENES || PARTS.contains(&key.as_ref()) && value.kind() == json::ValueKind::Object;
                if is_part || value.is_null() || (key == KIND && (at > 0 || tag.is_some())) {
                    continue;
                }
                self.member(object, &key, value, &mut made);
            }
        }
        self.size(object, sources, &mut made);
        for field in object.fields.iter().filter(|field| field.required && field.name != SCENES_TODAY) {
            self.complete &= made.get(field.name).is_some();
        }
        made
    }

    fn member(&mut self, object: &'static Object, key: &str, value: Value<'d>, made: &mut NewValue<'d>) {
        // A transparent background is an output format in v3.
        let transparent = || value.get(KIND).and_then(Value::as_str).is_some_and(|kind| kind == "transparent");
        if key == BACKGROUND && transparent() {
            match object.field("output_format") {
                Some(_) => made.set("output_format", NewValue::text("webm")),
                None => self.lost.push(value),
            }
            return;
        }
        if let Some(field) = object.field(key) {
            match as_today(field, value) {
                Some(NewValue::Given(value)) => {
                    self.carried.push((value, field));
                    made.set(field.name, NewValue::Given(value));
                }
                Some(node) => made.set(field.name, node),
                None if is_neutral(value) => {}
                None => self.lost.push(value),
            }
            return;
        }
        if is_size(key) && !object.fields.iter().any(|field| field.name == key) {
            return;
        }
        let retired = object.retired.iter().find(|retired| retired.name == key);
        let path = retired.and_then(|retired| Some((retired.now?, retired)));
        let Some((path, retired)) = path else {
            if !is_neutral(value) {
                self.lost.push(value);
            }
            return;
        };
        let Some(field) = object.field_at(path) else { return self.lost.push(value) };
        let (path, field) = by_address(object, path, field, value);
        let node = match retired.wrap {
            Wrap::Url => Some(wrapped("url", value)),
            Wrap::AssetId => Some(wrapped("asset_id", value)),
            Wrap::List => match &field.kind {
                FieldKind::List(list) => item(list.item, value).map(|node| NewValue::List(vec![node])),
                _ => None,
            },
            Wrap::Same | Wrap::Flat => as_today(field, value),
        };
        match node {
            Some(_) if made.has(path) => {}
            Some(node) => {
                if let NewValue::Given(value) = node {
                    self.carried.push((value, field));
                }
                made.set(path, node);
            }
            None if is_neutral(value) => {}
            None => self.lost.push(value),
        }
    }

    /// Turns pixels into aspect ratio and resolution, if the current object has these.
    fn size(&mut self, object: &'static Object, sources: &[Value<'d>], made: &mut NewValue<'d>) {
        let sizes = |source: &Value<'d>| {
            let sizes = source.children();
            sizes.filter(|value| value.key().is_some_and(|key| is_size(&key) && object.field(&key).is_none()))
        };
        let given: Vec<Value<'d>> = sources.iter().flat_map(sizes).collect();
        let values = |name: &str| values(object, name);
        let Some((width, height)) = sources.iter().find_map(|source| pixels(*source)) else {
            return self.lost.extend(given);
        };
        let ratio = |text: &&&str| {
            let parts = text.split_once(':').and_then(|(w, h)| Some((w.parse::<f64>().ok()?, h.parse::<f64>().ok()?)));
            parts.is_some_and(|(w, h)| (width * h - height * w).abs() < 0.01 * width * h)
        };
        // The largest size that the pixels reach.
        let short = width.min(height);
        let size = values("resolution")
            .iter()
            .filter(|text| lines(text).is_some_and(|lines| lines <= short))
            .max_by(|a, b| lines(a).unwrap_or(0.0).total_cmp(&lines(b).unwrap_or(0.0)));
        match values("aspect_ratio").iter().find(ratio) {
            Some(ratio) => {
                if !made.has("aspect_ratio") {
                    made.set("aspect_ratio", NewValue::text(ratio));
                }
                let smallest = values("resolution").last();
                if let Some(size) = size.or(smallest) {
                    made.set("resolution", NewValue::text(size));
                }
            }
            None => self.lost.extend(given),
        }
    }
}

/// The shape and size that match these pixels exactly, as fields of the object.
fn frame(object: &'static Object, size: Value<'_>) -> Option<[(&'static str, &'static str); 2]> {
    let (width, height) = pixels(size)?;
    let shape = match (width * 9.0 == height * 16.0, width * 16.0 == height * 9.0) {
        (true, _) => "16:9",
        (_, true) => "9:16",
        _ => return None,
    };
    let shape = values(object, SHAPE).iter().find(|known| **known == shape)?;
    let size = values(object, SIZE).iter().find(|text| lines(text) == Some(width.min(height)))?;
    Some([(SHAPE, shape), (SIZE, size)])
}

/// The allowed values of a text field.
fn values(object: &'static Object, name: &str) -> &'static [&'static str] {
    match object.field(name).map(|field| &field.kind) {
        Some(FieldKind::Text(text)) => text.values,
        _ => &[],
    }
}

/// The number of lines: `1080p` has 1,080, `4k` 2,160.
fn lines(size: &str) -> Option<f64> {
    match size.strip_suffix('p') {
        Some(lines) => lines.parse().ok(),
        None => size.strip_suffix('k').and_then(|k| Some(k.parse::<f64>().ok()? * 540.0)),
    }
}

/// Width and height, from an object or from two fields beside each other.
fn pixels(source: Value<'_>) -> Option<(f64, f64)> {
    let from = ["dimension", "dimensions"].iter().find_map(|name| source.get(name)).unwrap_or(source);
    let edge = |name: &str| from.get(name)?.number().filter(|edge| edge.is_finite() && *edge >= 1.0);
    Some((edge("width")?, edge("height")?))
}

fn is_size(key: &str) -> bool {
    matches!(key, "dimension" | "dimensions" | "width" | "height")
}

/// Whether removing the value changes nothing: a setting that is off, the normal style, unchanged size and position.
fn is_neutral(value: Value<'_>) -> bool {
    if value.as_bool() == Some(false) || value.key().is_some_and(|key| key == "test") {
        return true;
    }
    let number = value.number();
    match value.key().as_deref() {
        Some("scale") => number == Some(1.0),
        Some("offset") => value.children().all(|part| part.number() == Some(0.0)),
        Some("avatar_style" | "talking_style" | "talking_photo_style" | "expression") => {
            value.as_str().is_some_and(|style| matches!(style.as_ref(), "normal" | "stable" | "default" | ""))
        }
        _ => value.as_str().is_some_and(|text| text.is_empty()),
    }
}

/// The branch that accepts the picture that a body refers to by its address, if the usual one accepts none.
fn by_medium(union: &'static Union, named: &'static Variant, sources: &[Value<'_>]) -> &'static Variant {
    let fills = |variant: &Variant| {
        let mut required = variant.object.fields.iter().filter(|field| field.required);
        required.all(|field| {
            let old = variant.object.retired.iter().filter(|retired| retired.now == Some(field.name));
            let old = old.map(|retired| retired.name).filter(|name| !PARTS.contains(name));
            let mut names = old.chain([field.name]);
            names.any(|name| sources.iter().any(|source| source.get(name).is_some_and(|value| !value.is_null())))
        })
    };
    if fills(named) {
        return named;
    }
    union.variants.iter().find(|variant| variant.object.field("script").is_some() && fills(variant)).unwrap_or(named)
}

/// The field for an id, if the text is not a URL: `audio_asset_id` beside `audio_url`.
fn by_address(
    object: &'static Object,
    path: &'static str,
    field: &'static Field,
    value: Value<'_>,
) -> (&'static str, &'static Field) {
    let is_address = value.as_str().is_none_or(|text| text.contains("://"));
    let sibling = path.strip_suffix("_url").map(|stem| format!("{stem}_asset_id"));
    match sibling.and_then(|name| object.field(&name)) {
        Some(sibling) if !is_address => (sibling.name, sibling),
        _ => (path, field),
    }
}

/// A value as a current list accepts it as an element.
fn item<'d>(kind: &FieldKind, value: Value<'d>) -> Option<NewValue<'d>> {
    match kind {
        FieldKind::Text(text) => word(text, value),
        _ => Some(NewValue::Given(value)),
    }
}

/// A text as a field accepts it today: one of its values, or the one that replaced it.
fn word<'d>(text: &Text, value: Value<'d>) -> Option<NewValue<'d>> {
    let given = value.as_str()?;
    if let Some((_, now)) = text.renamed.iter().find(|(old, _)| *old == given) {
        return Some(NewValue::text(now));
    }
    (text.values.is_empty() || text.values.contains(&given.as_ref())).then_some(NewValue::Given(value))
}

fn wrapped<'d>(name: &'static str, value: Value<'d>) -> NewValue<'d> {
    let mut node = NewValue::Object(Vec::new());
    node.set(KIND, NewValue::text(name));
    node.set(name, NewValue::Given(value));
    node
}

/// A value as a field accepts it today; none if that is unclear.
fn as_today<'d>(field: &'static Field, value: Value<'d>) -> Option<NewValue<'d>> {
    match (&field.kind, value.kind()) {
        (FieldKind::Object(object), json::ValueKind::Object) if field.name == BACKGROUND => {
            background(object, "value", value)
        }
        (FieldKind::Union(union), json::ValueKind::Object) if field.name == BACKGROUND => {
            background(union.variants.first()?.object, "color", value)
        }
        // `caption: true` means the current defaults.
        (FieldKind::Object(object), json::ValueKind::Bool) if object.fields.iter().all(|field| !field.required) => {
            value.as_bool().filter(|on| *on).map(|_| NewValue::Object(Vec::new()))
        }
        // `use_avatar_iv_model: true` names a branch in its key.
        (FieldKind::Union(union), json::ValueKind::Bool) => {
            let key = value.key()?;
            let variant = union.variants.iter().filter(|variant| key.contains(variant.value));
            let longest = variant.max_by_key(|variant| variant.value.len())?;
            value.as_bool().filter(|on| *on)?;
            let mut node = NewValue::Object(Vec::new());
            node.set(union.by, NewValue::text(longest.value));
            Some(node)
        }
        // `elevenlabs_settings` does so too.
        (FieldKind::Union(union), json::ValueKind::Object) if value.get(union.by).is_none() && !union.is_asset() => {
            let key = value.key()?;
            let variant = union.variants.iter().find(|variant| key.contains(variant.value))?;
            let mut node = NewValue::Object(Vec::new());
            node.set(union.by, NewValue::text(variant.value));
            for inner in value.children() {
                let known = inner.key().filter(|key| variant.object.field(key).is_some());
                if let Some(key) = known.filter(|_| !inner.is_null()) {
                    node.set(&key, NewValue::Given(inner));
                }
            }
            Some(node)
        }
        // A variable of a template: the fields of `properties` move beside its type.
        (FieldKind::Map(_), json::ValueKind::Object) => Some(variables(value)),
        (FieldKind::Text(text), json::ValueKind::String) => word(text, value),
        (FieldKind::List(list), json::ValueKind::Array) if matches!(list.item, FieldKind::Text(_)) => {
            let items = value.items().map(|element| item(list.item, element)).collect::<Option<Vec<_>>>()?;
            // Keep the list as written if every element stays unchanged.
            let same = items.iter().all(|node| matches!(node, NewValue::Given(_)));
            Some(if same { NewValue::Given(value) } else { NewValue::List(items) })
        }
        (FieldKind::Number(_), json::ValueKind::Number)
        | (FieldKind::Flag, json::ValueKind::Bool)
        | (FieldKind::List(_), json::ValueKind::Array)
        | (FieldKind::Object(_) | FieldKind::Union(_), json::ValueKind::Object) => Some(NewValue::Given(value)),
        _ => None,
    }
}

/// A background from a colour or a picture; v3 has no other.
fn background<'d>(object: &'static Object, colour: &str, value: Value<'d>) -> Option<NewValue<'d>> {
    let kind = value.get(KIND).and_then(Value::as_str)?;
    let mut node = NewValue::Object(Vec::new());
    node.set(KIND, NewValue::text(&kind));
    if kind == "color" {
        object.field(colour)?;
        node.set(colour, NewValue::Given(value.get("value")?));
        return Some(node);
    }
    let picture = [("url", "url"), ("image_url", "url"), ("image_asset_id", "asset_id"), ("asset_id", "asset_id")];
    let (given, name) = picture.iter().find_map(|(old, now)| Some((value.get(old)?, *now)))?;
    object.field(name)?;
    node.set(name, NewValue::Given(given));
    (kind == "image").then_some(node)
}

fn variables(map: Value<'_>) -> NewValue<'_> {
    let mut made = NewValue::Object(Vec::new());
    for variable in map.children() {
        let Some(name) = variable.key() else { continue };
        let node = match (variable.kind(), variable.get("properties")) {
            (json::ValueKind::Object, Some(properties)) => {
                let mut node = NewValue::Object(Vec::new());
                let own = variable
                    .children()
                    .filter(|inner| inner.key().is_some_and(|key| key != "name" && key != "properties"));
                for inner in own.chain(properties.children()).filter(|inner| !inner.is_null()) {
                    let Some(key) = inner.key() else { continue };
                    let beside = properties.get(KIND).is_some_and(|kind| kind.span() == inner.span());
                    match key.as_ref() {
                        // The presenter is an avatar or a photo.
                        KIND if beside => node.set("character_type", NewValue::Given(inner)),
                        "url" => node.set("asset", wrapped("url", inner)),
                        "asset_id" => node.set("asset", wrapped("asset_id", inner)),
                        _ => node.put(&key, NewValue::Given(inner)),
                    }
                }
                node
            }
            (json::ValueKind::String, _) => {
                let mut node = NewValue::Object(Vec::new());
                node.set(KIND, NewValue::text("text"));
                node.set("content", NewValue::Given(variable));
                node
            }
            _ => NewValue::Given(variable),
        };
        made.put(&name, node);
    }
    made
}
