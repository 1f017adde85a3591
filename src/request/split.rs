//! Splits a script that is too long for one scene into several scenes of a studio video, if the body allows it.

use super::compose::{NewValue, WriteStyle};
use super::contract::{BodyShape, FieldKind, Object, Union, Variant};
use super::json::{self, Value, ValueKind};
use super::shape;
use crate::profile;
use crate::text::{Span, pieces};

/// The replacement that turns one scene into several.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Split {
    pub span: Span,
    pub text: String,
    pub scenes: usize,
}

/// The current field for scenes.
const SCENES: &str = "scenes";

/// The current form of a video with several scenes.
#[derive(Clone, Copy, Debug)]
pub struct Studio {
    pub variant: &'static Variant,
    /// The field for the scenes.
    pub scenes: &'static str,
    pub scene: &'static Union,
    /// The type of a scene with a presenter, the field for the presenter, and the type of an avatar presenter.
    pub scene_type: &'static str,
    pub input_name: &'static str,
    pub input: &'static Union,
    pub presenter: &'static Variant,
}

impl Studio {
    /// None if the union has no branch with scenes.
    #[must_use]
    pub fn of(union: &'static Union) -> Option<Self> {
        let (variant, scene) = union.variants.iter().find_map(|variant| {
            let field = variant.object.field(SCENES)?;
            let FieldKind::List(list) = &field.kind else { return None };
            let FieldKind::Union(scene) = list.item else { return None };
            Some((variant, *scene))
        })?;
        let (scene_type, input_name, input) = scene.variants.iter().find_map(|variant| {
            let field = variant.object.fields.first()?;
            let FieldKind::Union(input) = &field.kind else { return None };
            Some((variant.value, field.name, *input))
        })?;
        let presenter = input.variants.first()?;
        Some(Self { variant, scenes: SCENES, scene, scene_type, input_name, input, presenter })
    }
}

/// Splits `script` into scenes of at most `most` code points each.
///
/// # Errors
///
/// Why the body does not allow it, to follow `cannot be split: `.
pub fn split(script: Value<'_>, most: usize) -> Result<Split, String> {
    let none = || "the service supports no scenes for it".to_owned();
    let mut operations = profile::ALL.iter().flat_map(|profile| profile.operations);
    let (video, studio) = operations.find_map(|operation| studio_of(operation.body?)).ok_or_else(none)?;
    let text = script.as_str().filter(|text| !script.is_broken() && !text.contains('\u{fffd}'));
    let text = text.ok_or("its text cannot be read reliably")?;
    let pieces = pieces(&text, most);
    let holder = script.parent().filter(|holder| holder.kind() == ValueKind::Object).ok_or_else(none)?;
    if let Some(scene) = scene_of(holder, &studio) {
        return copied(scene?, script, &pieces);
    }
    let named = holder.get(video.by).and_then(Value::as_str);
    let variant =
        named.and_then(|named| video.variant(&named)).filter(|variant| variant.object.field("script").is_some());
    let variant = variant.ok_or("only a video has scenes")?;
    converted(holder, script, &pieces, video, variant, &studio)
}

fn studio_of(body: BodyShape) -> Option<(&'static Union, Studio)> {
    let BodyShape::Union(union) = body else { return None };
    Some((union, Studio::of(union)?))
}

/// The scene of a studio video in which `holder` speaks; an error if the scene cannot be repeated.
fn scene_of<'d>(holder: Value<'d>, studio: &Studio) -> Option<Result<Value<'d>, String>> {
    let is_listed = |value: Value<'d>| {
        value
            .parent()
            .is_some_and(|list| list.kind() == ValueKind::Array && list.key().is_some_and(|key| key == studio.scenes))
    };
    if holder.key().is_some_and(|key| key == studio.input_name) {
        return holder.parent().filter(|scene| is_listed(*scene)).map(Ok);
    }
    if !is_listed(holder) {
        return None;
    }
    let named = holder.get(studio.scene.by).and_then(Value::as_str);
    let variant = named.and_then(|named| studio.scene.variant(&named));
    let is_still =
        |object: &Object| object.fields.iter().any(|field| field.uses.iter().any(|place| place.name == "image"));
    Some(match variant {
        Some(variant) if is_still(variant.object) => Ok(holder),
        _ => Err("each scene would begin the clip again".to_owned()),
    })
}

/// Writes a copy of the scene for each piece.
fn copied(scene: Value<'_>, script: Value<'_>, pieces: &[&str]) -> Result<Split, String> {
    let (span, inner, raw) = (scene.span(), script.span(), scene.raw());
    let parts = inner
        .start
        .checked_sub(span.start)
        .and_then(|start| Some((raw.get(..start)?, raw.get(inner.end - span.start..)?)));
    let (head, tail) = parts.ok_or("its text cannot be read reliably")?;
    let between = match indent(scene) {
        Some(indent) => format!(",\n{indent}"),
        None => ", ".to_owned(),
    };
    let scenes: Vec<String> = pieces.iter().map(|piece| format!("{head}{}{tail}", json::quote(piece))).collect();
    Ok(Split { span, text: scenes.join(&between), scenes: pieces.len() })
}

/// Turns a single-presenter body into a studio video.
fn converted(
    body: Value<'_>,
    script: Value<'_>,
    pieces: &[&str],
    video: &Union,
    variant: &Variant,
    studio: &Studio,
) -> Result<Split, String> {
    let presenter = studio.presenter.object;
    if let Some(field) =
        presenter.fields.iter().find(|field| field.required && variant.object.field(field.name).is_none())
    {
        return Err(format!("type {} has no {}, which each scene with a presenter needs", variant.value, field.name));
    }
    let mut whole = NewValue::Object(Vec::new());
    whole.set(video.by, NewValue::text(studio.variant.value));
    let mut input = NewValue::Object(Vec::new());
    input.set(studio.input.by, NewValue::text(studio.presenter.value));
    for member in body.children().filter(|member| *member != script && !member.is_null()) {
        let Some(key) = member.key().filter(|key| *key != video.by) else { continue };
        if presenter.field(&key).is_some() {
            input.put(&key, NewValue::Given(member));
        } else if studio.variant.object.field(&key).is_some() {
            whole.put(&key, NewValue::Given(member));
        } else if !variant.object.field(&key).is_some_and(|field| shape::is_default(field, member)) {
            return Err(format!("{key} is not possible in a video of several scenes"));
        }
    }
    let scene = |piece: &&str| {
        let mut input = input.clone();
        input.put("script", NewValue::text(piece));
        let mut scene = NewValue::Object(Vec::new());
        scene.set(studio.scene.by, NewValue::text(studio.scene_type));
        scene.put(studio.input_name, input);
        scene
    };
    whole.put(studio.scenes, NewValue::List(pieces.iter().map(scene).collect()));
    let indent = indent(body);
    let style = indent.as_deref().map_or(WriteStyle::Line, WriteStyle::Lines);
    Ok(Split { span: body.span(), text: whole.write(style), scenes: pieces.len() })
}

/// The white space at the beginning of the line of a value that spans several lines.
fn indent(value: Value<'_>) -> Option<String> {
    if !value.raw().contains('\n') {
        return None;
    }
    let before = value.document().source(Span::new(value.document().base(), value.span().start));
    let line = before.rsplit('\n').next().unwrap_or_default();
    Some(line.chars().take_while(|c| matches!(c, ' ' | '\t')).collect())
}
