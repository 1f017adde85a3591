//! Infers the endpoint of a bare body from the evidence in it.
//!
//! For each operation it asks how much of the body only such a request would have: the value of a discriminator, rare
//! field names, values shaped like an asset or a scene. The evidence adds up, and enough of it is proof. Keys that the
//! operation does not know do not weaken proof, because the API grows and people mistype. They count only if there is
//! little evidence.

use std::borrow::Cow;

use super::super::contract::{self, BodyEncoding, BodyShape, Field, FieldKind, Object, Operation, TextRole, Union};
use super::super::json::{self, Value};
use super::super::shape;
use super::{Endpoint, known, legacy_body};
use crate::profile::{Profile, Recognition};

/// How certain an inferred endpoint is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Certainty {
    /// The nearest endpoint, although the body is not for it.
    Nearest,
    /// Good enough for a file that the user named as a request.
    Likely,
    /// The shape leaves no doubt.
    Certain,
}

/// An endpoint inferred from a body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Guess {
    pub endpoint: Endpoint,
    pub certainty: Certainty,
    /// There is too much evidence to skip the body silently.
    pub resembles: bool,
}

/// The endpoint of a body. None if nothing in it is evidence for any endpoint.
#[must_use]
pub fn infer(profile: &'static Profile, body: Value<'_>) -> Option<Guess> {
    match body.kind() {
        json::ValueKind::Object => known::guess(profile, body, weigh),
        json::ValueKind::String => within_text(profile, body),
        _ => None,
    }
}

/// The endpoint of a body that was encoded twice, so that it is JSON within a string.
fn within_text(profile: &'static Profile, body: Value<'_>) -> Option<Guess> {
    // A text elsewhere in a document is just a value.
    let text = body.as_str().filter(|text| body.parent().is_none() && text.trim_start().starts_with('{'))?;
    let document = json::parse(&text);
    let root = document.root().filter(|root| root.kind() == json::ValueKind::Object)?;
    let guess = known::guess(profile, root, weigh)?;
    matches!(guess.endpoint, Endpoint::Operation(_)).then_some(guess)
}

/// The score that counts as proof.
const PROOF: u32 = 4;
/// The score that suffices for a body with all required fields and no unknown key.
const ENOUGH: u32 = 2;
/// The depth to which values are searched for evidence.
const DEEPEST: u32 = 4;

/// How many elements of a list or entries of a map are searched.
const LOOKED_AT: usize = 20;

/// Infers the endpoint of a body. Reads only the texts that [`Recognition::telling`] names, and elements of arrays.
pub(super) fn weigh(profile: &'static Profile, body: Value<'_>) -> Option<Guess> {
    if let Some(legacy) = legacy_body(profile, body) {
        let endpoint = Endpoint::Legacy(legacy);
        return Some(Guess { endpoint, certainty: Certainty::Certain, resembles: true });
    }
    let keys = Keys::of(body, &profile.recognition);
    let bodies = || {
        profile.operations.iter().filter_map(|operation| {
            let shape = operation.body.filter(|_| operation.encoding == BodyEncoding::Json)?;
            Some((operation, shape, most(shape, &keys)))
        })
    };
    // Skip candidates that cannot reach the best score.
    let (operation, shape, _) = bodies().max_by_key(|(_, _, most)| *most)?;
    let reached = points(operation, shape, &keys).map_or(i64::MIN, |score| score.points);
    let mut best: Option<(Score, &'static Operation)> = None;
    let mut rival = false;
    for (operation, shape, _) in bodies().filter(|(_, _, most)| *most >= reached) {
        let Some(score) = points(operation, shape, &keys) else { continue };
        match best {
            Some((known, other)) if known.points == score.points => rival |= *other != *operation,
            Some((known, _)) if known.points > score.points => {}
            _ => (best, rival) = (Some((score, operation)), false),
        }
    }
    let (score, operation) = best?;
    let certain = !rival && (score.is_proven(&keys) || score.is_whole(&keys));
    let says_nothing = score.evidence() == 0 && score.plain == 0;
    let far = score.evidence() < PROOF - 1
        && (says_nothing || score.unknown >= score.known || (score.missing > 0 && score.points <= 0));
    let certainty = match (certain, far) {
        (true, _) => Certainty::Certain,
        (false, true) => Certainty::Nearest,
        (false, false) => Certainty::Likely,
    };
    let spare = score.missing == 0 && score.unknown == 0 && (score.telling >= 2 || score.evidence() >= 1);
    let resembles = certain || spare || (score.evidence() >= ENOUGH && !keys.is_record());
    Some(Guess { endpoint: Endpoint::Operation(operation), certainty, resembles })
}

/// The first members of a body; a request has few.
struct Keys<'d> {
    all: Vec<NormalMember<'d>>,
    /// The marks of all of them.
    marks: u128,
    words: &'static Recognition,
}

struct NormalMember<'d> {
    /// In snake case.
    name: Cow<'d, str>,
    value: Value<'d>,
    /// It was written differently, for example in camel case.
    otherwise: bool,
}

impl<'d> Keys<'d> {
    const MOST: usize = 200;

    fn of(body: Value<'d>, words: &'static Recognition) -> Self {
        let members = body.children().take(Self::MOST);
        let mut all: Vec<_> = members.filter_map(|value| Some(NormalMember::new(value.key()?, value))).collect();
        all.sort_by(|a, b| a.name.cmp(&b.name));
        all.dedup_by(|a, b| a.name == b.name);
        let marks = all.iter().fold(0, |marks, member| marks | contract::mark(&member.name));
        Self { all, marks, words }
    }

    fn get(&self, name: &str) -> Option<Value<'d>> {
        if self.marks & contract::mark(name) == 0 {
            return None;
        }
        self.all.iter().find(|member| member.name == name).map(|member| member.value)
    }

    /// Whether it looks like a response or a record about a request.
    fn is_record(&self) -> bool {
        self.words.answers.iter().any(|name| self.get(name).is_some())
    }
}

impl<'d> NormalMember<'d> {
    fn new(key: Cow<'d, str>, value: Value<'d>) -> Self {
        let otherwise = key.bytes().any(|byte| byte.is_ascii_uppercase() || byte == b'-');
        let name = if otherwise { shape::snake(&key).into() } else { key };
        Self { name, value, otherwise }
    }
}

/// How well a body fits an object of the contract.
#[derive(Clone, Copy, Default)]
struct Score {
    /// Selects the best of several objects.
    points: i64,
    /// Required fields that are missing, even under an old name.
    missing: usize,
    /// The number of required fields.
    required: usize,
    known: usize,
    unknown: usize,
    /// Known fields other than titles and names.
    telling: usize,
    /// Fields of the right type with common names, which are no evidence.
    plain: u32,
    /// Evidence from the discriminator.
    tag: u32,
    /// Evidence from names.
    names: u32,
    /// Evidence from values.
    values: u32,
    /// Whether there is a field whose name only this service uses.
    own: bool,
}

impl Score {
    fn evidence(&self) -> u32 {
        // Under a discriminator, two plain fields of the branch count as much as one rare name.
        let plain = if self.tag > 1 { (self.plain / 2).min(1) } else { 0 };
        self.tag + self.names + self.values + plain
    }

    /// Whether the evidence suffices whatever else is there.
    fn is_proven(&self, keys: &Keys<'_>) -> bool {
        let nested = self.values >= PROOF;
        let tagged = self.tag > 0 && self.known > 0 && (self.evidence() > self.tag || !keys.is_record());
        if self.evidence() < PROOF {
            return false;
        }
        if nested || tagged {
            return true;
        }
        // Names alone are not enough: a record with such fields among many others is not a request.
        self.missing == 0 && !keys.is_record() && (self.values > 0 || self.unknown <= self.known)
    }

    /// Whether there is no other key and nothing is missing.
    fn is_whole(&self, keys: &Keys<'_>) -> bool {
        if keys.is_record() && self.tag == 0 {
            return false;
        }
        let evidence = match self.tag {
            0 => self.evidence(),
            tag => tag.max(ENOUGH),
        };
        match (self.missing, self.unknown) {
            // With three telling fields and no other, the name of one is unlikely to be chance.
            (0, 0) if self.telling >= 3 => evidence >= 1,
            (0, 0) => evidence >= ENOUGH && (self.telling >= 2 || self.values >= ENOUGH || self.own),
            (1, 0) => self.evidence() > ENOUGH && self.telling >= 2,
            (0, unknown) => self.evidence() > ENOUGH && unknown * 2 < self.known,
            _ => false,
        }
    }
}

/// The score of a body for an operation.
fn points(operation: &Operation, shape: BodyShape, keys: &Keys<'_>) -> Option<Score> {
    let mut score = score(shape, keys)?;
    // If a body fits two endpoints, people usually send it to the one with the shorter path.
    score.points += i64::from(score.values.min(PROOF));
    score.points -= 2 * operation.path.split('/').count().saturating_sub(3) as i64;
    Some(score)
}

/// An upper bound for the score, from the marks of the keys.
fn most(shape: BodyShape, keys: &Keys<'_>) -> i64 {
    let all = keys.all.len() as i64;
    let shared = all - i64::from(keys.marks.count_ones());
    let bound = |object: &Object| {
        let known = (i64::from((object.marks & keys.marks).count_ones()) + shared).min(all);
        4 * known - 2 * (all - known) + i64::from(PROOF)
    };
    // The discriminator itself counts nothing, its value four.
    match shape {
        BodyShape::Object(object) => bound(object),
        BodyShape::Union(_) => shape.objects().map(bound).max().unwrap_or(i64::MIN / 2) + 6,
    }
}

fn score(shape: BodyShape, keys: &Keys<'_>) -> Option<Score> {
    let by = match shape {
        BodyShape::Object(_) => None,
        BodyShape::Union(union) => Some(union),
    };
    let tag = by.and_then(|union| keys.get(union.by)).and_then(Value::as_str);
    let named = by.zip(tag.as_deref()).and_then(|(union, tag)| shape::named(union, tag));
    shape
        .objects()
        .filter(|object| named.is_none_or(|named| std::ptr::eq(named, *object)) && object.marks & keys.marks != 0)
        .map(|object| {
            let mut score = object_score(object, keys, by);
            if named.is_some() {
                score.points += 4;
                score.tag = tag.as_deref().map_or(0, |tag| tag_weight(keys.words, tag));
                // Under a tag with many meanings a required field is evidence, whatever its name.
                let there = |field: &&Field| {
                    field.required && !keys.words.labels.contains(&field.name) && keys.get(field.name).is_some()
                };
                score.names += u32::from(score.tag == 1 && object.fields.iter().any(|field| there(&field)));
            } else if by.is_some() && tag.is_some() {
                score.points -= 4;
            }
            score
        })
        .filter(|score| score.known > 0)
        .max_by_key(|score| score.points)
}

fn object_score(object: &'static Object, keys: &Keys<'_>, by: Option<&'static Union>) -> Score {
    let required = object.fields.iter().filter(|field| field.required);
    let mut score = Score { required: required.clone().count(), ..Score::default() };
    let mut past = Vec::new();
    for member in &keys.all {
        let (name, value) = (member.name.as_ref(), member.value);
        if by.is_some_and(|union| union.by == name) {
            continue;
        }
        if let Some(field) = object.field(name) {
            score.known += 1;
            score.own |= keys.words.own.contains(&name);
            let stray = by.map_or(0, |union| stray_weight(keys.words, union, value, DEEPEST));
            if !is_kind(&field.kind, value) {
                score.points += 1;
                score.names += if keys.words.own.contains(&name) { ENOUGH } else { 0 };
                score.values += stray;
                continue;
            }
            score.points += if field.required { 4 } else { 3 };
            // A text may stand for an object that is not written yet, which is weak evidence.
            let stands_for = value.kind() == json::ValueKind::String && !matches!(field.kind, FieldKind::Text(_));
            score.telling += usize::from((field.required || !keys.words.labels.contains(&name)) && !stands_for);
            let weight = name_weight(keys.words, name).saturating_sub(u32::from(member.otherwise));
            score.plain += u32::from(weight == 0 && !keys.words.labels.contains(&name));
            score.names += weight;
            score.values += value_weight(keys.words, &field.kind, name, value, DEEPEST).max(stray);
        } else if object.marks & contract::mark(name) == 0 {
            score.unknown += 1;
            score.points -= 2;
        } else if let Some(retired) = object.retired.iter().find(|retired| retired.name == name) {
            score.names += name_weight(keys.words, name).saturating_sub(u32::from(member.otherwise));
            score.telling += usize::from(retired.now.is_some() && !keys.words.labels.contains(&name));
            past.extend(retired.now);
            let weight = past_weight(keys.words, object, retired.now, value);
            score.points += if weight > 0 { 3 } else { 1 };
            score.values += weight;
        } else if object.refused.iter().any(|(refused, _)| *refused == name) {
            // A document says that it does not belong here.
            score.points -= 6;
        } else {
            score.unknown += 1;
            score.points -= 2;
        }
    }
    score.missing = required.filter(|field| keys.get(field.name).is_none() && !past.contains(&field.name)).count();
    score.points -= 4 * score.missing as i64;
    // Three required fields together, and nothing else.
    if score.missing == 0 && score.required >= 3 && past.is_empty() && score.unknown == 0 {
        score.names += ENOUGH;
    }
    score
}

/// How rare a field name is elsewhere.
fn name_weight(words: &Recognition, name: &str) -> u32 {
    match name {
        _ if words.similar.contains(&name) => 1,
        _ if words.own.contains(&name) => 2,
        _ if !name.contains('_') || words.everyday.contains(&name) => 0,
        _ => 2,
    }
}

/// How rare the value of a discriminator is elsewhere.
fn tag_weight(words: &Recognition, tag: &str) -> u32 {
    match tag {
        _ if words.everyday_tags.contains(&tag) => 1,
        _ if tag.contains('_') => PROOF,
        _ => 3,
    }
}

/// The evidence of a value under an old name of a field.
fn past_weight(words: &Recognition, object: &'static Object, now: Option<&str>, value: Value<'_>) -> u32 {
    if value.kind() != json::ValueKind::Object && value.kind() != json::ValueKind::Array {
        return 0;
    }
    let head = now.map(|now| now.split('.').next().unwrap_or(now));
    let field = head.and_then(|head| object.field(head));
    let own = field.map_or(0, |field| value_weight(words, &field.kind, field.name, value, DEEPEST));
    // `voice: {voice_id, audio_url}`, `config: {avatar_id}`: fields of the body are one level too deep.
    let inner = value.children().filter_map(Value::key).filter(|key| object.field(key).is_some());
    own.max(inner.map(|key| name_weight(words, &key)).sum::<u32>().min(2))
}

/// How much the shape of a value is specific to this service: an asset, a scene, an event.
fn value_weight(words: &Recognition, kind: &'static FieldKind, name: &str, value: Value<'_>, depth: u32) -> u32 {
    if depth == 0 {
        return 0;
    }
    match kind {
        FieldKind::Text(text) if value.kind() == json::ValueKind::String => {
            let is_telling = words.is_telling(name) && value.as_str().is_some_and(|word| text.values.contains(&&*word));
            u32::from(is_telling || matches!(text.role, TextRole::Script | TextRole::Prompt))
        }
        FieldKind::Union(union) if value.kind() == json::ValueKind::Object => union_weight(words, union, value, depth),
        FieldKind::Object(object) if value.kind() == json::ValueKind::Object => {
            let required = object.fields.iter().filter(|field| field.required);
            let whole = required.clone().count() > 1 && required.clone().all(|field| value.get(field.name).is_some());
            members_weight(words, object, value, depth).min(3).max(u32::from(whole) * 2)
        }
        FieldKind::List(list) => list_weight(words, list.item, value, depth),
        FieldKind::Map(Some(inner)) => {
            let entries = value.children().take(LOOKED_AT);
            entries.map(|entry| value_weight(words, inner, "", entry, depth - 1)).max().unwrap_or(0)
        }
        _ => 0,
    }
}

fn list_weight(words: &Recognition, item: &'static FieldKind, value: Value<'_>, depth: u32) -> u32 {
    match item {
        FieldKind::Text(text) if text.values.len() > 8 => {
            let mut words = value.items().take(LOOKED_AT).filter_map(Value::as_str);
            let named = words.any(|word| word.contains(['.', '_']) && text.values.contains(&&*word));
            if named { PROOF } else { 0 }
        }
        FieldKind::Text(_) => 0,
        item => value.items().next().map_or(0, |first| value_weight(words, item, "", first, depth - 1)),
    }
}

fn union_weight(words: &Recognition, union: &'static Union, value: Value<'_>, depth: u32) -> u32 {
    let tag = value.get(union.by).and_then(Value::as_str);
    if union.is_asset() {
        let has = |name: &str| value.get(name).is_some_and(|value| value.kind() == json::ValueKind::String);
        return match tag.as_deref() {
            Some("url") => u32::from(has("url")) * 3,
            Some("base64") => u32::from(has("data")) * 3,
            Some(tag) if shape::named(union, tag).is_some() => u32::from(has("asset_id")) * 3,
            _ => u32::from(has("asset_id")) * 2,
        };
    }
    let branch = tag.as_deref().and_then(|tag| Some((tag_weight(words, tag), shape::named(union, tag)?)));
    let Some((weight, object)) = branch else {
        let best = union.variants.iter().map(|variant| members_weight(words, variant.object, value, depth));
        return best.max().unwrap_or(0).min(PROOF - 1);
    };
    let members = members_weight(words, object, value, depth);
    let fields = value.children().filter_map(Value::key).any(|key| {
        key != union.by && (object.field(&key).is_some() || object.refused.iter().any(|(refused, _)| *refused == key))
    });
    let mut required = object.fields.iter().filter(|field| field.required).peekable();
    let (bare, whole) = (required.peek().is_none(), required.all(|field| value.get(field.name).is_some()));
    // The name alone completes a branch without required fields.
    if fields || bare { weight + members + u32::from(whole && !bare) } else { 0 }
}

/// The evidence of a body of this operation that is nested too deep, in a field with another structure: `scenes:
/// [{avatar: {type, avatar_id}}]`.
fn stray_weight(words: &Recognition, union: &'static Union, value: Value<'_>, depth: u32) -> u32 {
    if depth == 0 {
        return 0;
    }
    let own = if value.get(union.by).is_some() { union_weight(words, union, value, depth) } else { 0 };
    let inner = value.children().take(LOOKED_AT).map(|inner| stray_weight(words, union, inner, depth - 1));
    inner.max().unwrap_or(0).max(own)
}

/// The evidence in the members of an object.
fn members_weight(words: &Recognition, object: &'static Object, value: Value<'_>, depth: u32) -> u32 {
    /// Above the number of members of any object of the API.
    const MOST: usize = 50;
    let members = value.children().take(MOST).filter_map(|member| {
        let key = member.key()?;
        if let Some(field) = object.field(&key) {
            let fits = is_kind(&field.kind, member);
            return fits.then(|| name_weight(words, &key) + value_weight(words, &field.kind, &key, member, depth - 1));
        }
        let past = object.retired.iter().any(|retired| retired.name == key);
        past.then(|| name_weight(words, &key))
    });
    members.sum()
}

/// Whether the value has the type of the field, or may get it when filled in.
fn is_kind(kind: &'static FieldKind, value: Value<'_>) -> bool {
    match value.kind() {
        json::ValueKind::Null => true,
        json::ValueKind::String => {
            !matches!(kind, FieldKind::List(_) | FieldKind::Map(_) | FieldKind::Number(_) | FieldKind::Flag)
        }
        json::ValueKind::Number => matches!(kind, FieldKind::Number(_)),
        json::ValueKind::Bool => matches!(kind, FieldKind::Flag),
        json::ValueKind::Array => match kind {
            FieldKind::List(list) => value.items().next().is_none_or(|first| is_item(list.item, first)),
            _ => false,
        },
        json::ValueKind::Object => matches!(kind, FieldKind::Map(_) | FieldKind::Object(_) | FieldKind::Union(_)),
    }
}

/// Whether an element may belong to a list of this kind: an object shares a field with the elements.
fn is_item(kind: &'static FieldKind, value: Value<'_>) -> bool {
    let objects: Vec<&'static Object> = match kind {
        FieldKind::Object(object) => vec![object],
        FieldKind::Union(union) => union.variants.iter().map(|variant| variant.object).collect(),
        _ => return true,
    };
    if value.kind() != json::ValueKind::Object {
        return value.is_null();
    }
    let knows = |key: &str| {
        objects.iter().any(|object| object.field(key).is_some() || object.retired.iter().any(|past| past.name == key))
    };
    value.children().next().is_none() || value.children().filter_map(Value::key).any(|key| knows(&key))
}
