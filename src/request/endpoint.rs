//! Which endpoint a request is for: by name, by path, or by the shape of its body.

mod known;

use super::contract::{self, Kind, LEGACY, Legacy, OPERATIONS, Object, Operation, Shape};
use super::json::{self, Value};
use super::shape;

/// An endpoint of today or of the past.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Endpoint {
    Operation(&'static Operation),
    Legacy(&'static Legacy),
}

impl Endpoint {
    /// `POST /v3/videos`.
    #[must_use]
    pub fn name(self) -> String {
        match self {
            Self::Operation(operation) => operation.name(),
            Self::Legacy(legacy) => format!("{} {}", legacy.method, legacy.path),
        }
    }
}

/// What a method and a path lead to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Resolved {
    Known(Endpoint),
    /// A path of the API that takes nothing which could be checked: one video, a deletion.
    Unchecked,
    /// No such endpoint.
    Unknown {
        /// The one that it resembles most.
        nearest: Option<&'static Operation>,
        /// It differs so little that it must be meant.
        typo: bool,
    },
    /// Nothing of this API: another host, another kind of path.
    Foreign,
}

/// A method and an address, taken apart: `POST /v3/videos?limit=3`, `https://api.heygen.com/v3/videos`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Address<'t> {
    /// As written; none when only a path was given.
    pub method: Option<&'t str>,
    /// Without host, query and fragment, and without a slash at its end.
    pub path: &'t str,
    /// What stands after the question mark.
    pub query: Option<&'t str>,
    /// The host, when it is a whole URL.
    pub host: Option<&'t str>,
}

impl<'t> Address<'t> {
    #[must_use]
    pub fn parse(text: &'t str) -> Self {
        if is_plain_path(text) {
            return Self { method: None, path: text, query: None, host: None };
        }
        Self::taken_apart(text)
    }

    fn taken_apart(text: &'t str) -> Self {
        let text = text.trim();
        let (method, rest) = match text.split_once(char::is_whitespace) {
            Some((word, rest)) if !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_alphabetic()) => {
                (Some(word), rest.trim())
            }
            _ => (None, text),
        };
        let rest = rest.split('#').next().unwrap_or(rest);
        let (rest, query) = rest.split_once('?').map_or((rest, None), |(path, query)| (path, Some(query)));
        let (host, path) = match rest.split_once("://") {
            Some((_, rest)) => match rest.find('/') {
                Some(at) => (rest.get(..at), rest.get(at..).unwrap_or("/")),
                None => (Some(rest), "/"),
            },
            None => (None, rest),
        };
        let trimmed = path.trim_end_matches('/');
        Self { method, path: if trimmed.is_empty() { "/" } else { trimmed }, query, host }
    }

    /// Resolves it; a method that stands beside it comes in `method`.
    #[must_use]
    pub fn resolve(&self, method: Option<&str>) -> Resolved {
        if self.host.is_some_and(|host| !is_service(host)) {
            return Resolved::Foreign;
        }
        resolve(method.or(self.method), self.path)
    }
}

/// A path of plain words, as most are: nothing has to be taken off it.
fn is_plain_path(text: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'/' | b'_' | b'-' | b'.' | b'{' | b'}');
    text.len() > 1 && text.starts_with('/') && !text.ends_with('/') && text.bytes().all(plain)
}

/// A host of the service, or a variable that stands for one.
fn is_service(host: &str) -> bool {
    let host = host.rsplit('@').next().unwrap_or(host);
    let host = host.split(':').next().unwrap_or(host).to_ascii_lowercase();
    host == "heygen.com" || host.ends_with(".heygen.com") || host.contains(['{', '<', '$'])
}

/// The endpoint with this method and path. Without a method, the one that writes comes first.
#[must_use]
pub fn resolve(method: Option<&str>, path: &str) -> Resolved {
    if let Some(operation) = method.and_then(|method| plain(method, path)) {
        return Resolved::Known(Endpoint::Operation(operation));
    }
    let matching = |known: &str| method.is_none_or(|wanted| wanted.eq_ignore_ascii_case(known));
    let fits = |operation: &&Operation| {
        matches(operation.path, path) || operation.also.is_some_and(|also| matches(also, path))
    };
    let mut found: Option<&'static Operation> = None;
    for operation in OPERATIONS.iter().filter(fits).filter(|operation| matching(operation.method)) {
        // A path without a variable part is meant before one with: /v3/assets/direct-uploads before /v3/assets/{id}.
        let better = found.is_none_or(|found| {
            (variables(operation.path), operation.method == "GET") < (variables(found.path), found.method == "GET")
        });
        if better {
            found = Some(operation);
        }
    }
    if let Some(operation) = found {
        return Resolved::Known(Endpoint::Operation(operation));
    }
    let legacy = LEGACY.iter().filter(|legacy| matching(legacy.method)).find(|legacy| matches(legacy.path, path));
    if let Some(legacy) = legacy {
        return Resolved::Known(Endpoint::Legacy(legacy));
    }
    let wanted = method.map(str::to_ascii_uppercase);
    let version = path.trim_start_matches('/').split('/').next().unwrap_or("");
    if !matches!(version, "v1" | "v2" | "v3") {
        return Resolved::Foreign;
    }
    if matches!(wanted.as_deref(), Some("GET" | "DELETE" | "HEAD" | "OPTIONS")) && !near_list(path) {
        return Resolved::Unchecked;
    }
    // The right path with the wrong method.
    if let Some(operation) = OPERATIONS.iter().find(fits) {
        return Resolved::Unknown { nearest: Some(operation), typo: version == "v3" };
    }
    let nearest = nearest(wanted.as_deref(), path);
    let typo = nearest.is_some_and(|operation| strsim::damerau_levenshtein(operation.path, path) <= 2);
    Resolved::Unknown { nearest, typo }
}

/// The operation of which this is the path as it stands, without anything that varies.
fn plain(method: &str, path: &str) -> Option<&'static Operation> {
    let fits = |operation: &&Operation| operation.path == path && operation.method.eq_ignore_ascii_case(method);
    OPERATIONS.iter().find(fits).filter(|operation| variables(operation.path) == 0)
}

/// A path that is a list query but for a slip of the pen.
fn near_list(path: &str) -> bool {
    OPERATIONS.iter().any(|operation| {
        operation.method == "GET"
            && variables(operation.path) == 0
            && path.split('/').count() == operation.path.split('/').count()
            && strsim::damerau_levenshtein(operation.path, path) <= 2
    })
}

fn nearest(method: Option<&str>, path: &str) -> Option<&'static Operation> {
    let path: String = path.chars().take(200).collect();
    let score = |operation: &Operation| {
        let same = method.is_none_or(|method| method == operation.method);
        strsim::normalized_damerau_levenshtein(operation.path, &path) + if same { 0.1 } else { 0.0 }
    };
    let best = OPERATIONS.iter().max_by(|a, b| score(a).total_cmp(&score(b)))?;
    (score(best) > 0.6).then_some(best)
}

/// How many parts of a path vary.
fn variables(template: &str) -> usize {
    template.matches('{').count()
}

/// `/v3/templates/{template_id}` matches `/v3/templates/abc`, and itself.
fn matches(template: &str, path: &str) -> bool {
    let (mut template, mut path) = (template.as_bytes(), path.as_bytes());
    loop {
        // A variable fills a part of the path.
        if template.first() == Some(&b'{') {
            let part = |text: &[u8]| memchr::memchr(b'/', text).unwrap_or(text.len());
            let (name, value) = (part(template), part(path));
            if value == 0 {
                return false;
            }
            (template, path) = (&template[name..], &path[value..]);
        }
        match (template, path) {
            ([], []) => return true,
            ([wanted, rest @ ..], [byte, others @ ..]) if wanted == byte => (template, path) = (rest, others),
            _ => return false,
        }
    }
}

/// An endpoint as a person gives it: `POST /v3/videos`, `/v3/videos`, `https://api.heygen.com/v3/videos`.
///
/// # Errors
///
/// A sentence that says what is wrong and names the nearest endpoint.
pub fn parse(text: &str) -> Result<Endpoint, String> {
    let address = Address::parse(text);
    match address.resolve(None) {
        Resolved::Known(endpoint) => Ok(endpoint),
        Resolved::Unchecked => Err(format!("`{text}` takes nothing that could be checked")),
        Resolved::Unknown { nearest: Some(nearest), .. } => {
            Err(format!("`{text}` is not an endpoint; did you mean `{}`?", nearest.name()))
        }
        Resolved::Unknown { nearest: None, .. } | Resolved::Foreign => {
            let short = format!("/v3/{}", address.path.trim_start_matches('/'));
            match resolve(address.method, &short) {
                Resolved::Known(endpoint) => {
                    Err(format!("`{text}` is not an endpoint; did you mean `{}`?", endpoint.name()))
                }
                _ => Err(format!("`{text}` is not an endpoint; give one such as `POST /v3/videos`")),
            }
        }
    }
}

/// How sure an endpoint is that was inferred from a body.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Certainty {
    /// It resembles this endpoint most, and is not for it.
    Nearest,
    /// Good enough for a file that somebody named as a request.
    Likely,
    /// The shape leaves no doubt.
    Certain,
}

/// An endpoint that was inferred from a body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Guess {
    pub endpoint: Endpoint,
    pub certainty: Certainty,
}

/// What a body is for. None when it resembles nothing.
#[must_use]
pub fn infer(body: Value<'_>) -> Option<Guess> {
    if body.kind() != json::Kind::Object {
        return None;
    }
    known::guess(body, weigh)
}

/// The value of this key tells the branches of a union apart, in some union.
fn is_tag(key: &str) -> bool {
    matches!(key, "type" | "engine_type")
}

/// Infers what a body is for. Of texts it looks at nothing but those that [`is_tag`] names and at elements of arrays.
fn weigh(body: Value<'_>) -> Option<Guess> {
    if let Some(legacy) = legacy_body(body) {
        return Some(Guess { endpoint: Endpoint::Legacy(legacy), certainty: Certainty::Certain });
    }
    let keys = Keys::of(body);
    let bodies = || {
        OPERATIONS.iter().filter_map(|operation| {
            let shape = operation.body.filter(|_| operation.encoding == contract::Encoding::Json)?;
            Some((operation, shape, most(shape, &keys)))
        })
    };
    // Only what may reach the score of the most promising one is worth a closer look.
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
    let proven = match score.missing {
        0 => score.evidence >= 2 && score.unknown * 2 < score.known,
        1 => score.evidence >= 3 && score.unknown == 0,
        _ => false,
    };
    let certainty = if score.unknown >= score.known || (score.missing > 0 && score.points <= 0) {
        Certainty::Nearest
    } else if proven && !rival {
        Certainty::Certain
    } else {
        Certainty::Likely
    };
    Some(Guess { endpoint: Endpoint::Operation(operation), certainty })
}

/// The endpoint of a retired version that a body is for: it has keys that only such a body has.
#[must_use]
pub fn legacy_body(body: Value<'_>) -> Option<&'static Legacy> {
    if body.get("type").is_some() {
        return None;
    }
    let keys = marks(body);
    let fits = |(signs, needed): (&&[&str], &u128)| keys & needed == *needed && has_signs(body, signs);
    LEGACY.iter().find(|legacy| legacy.signs.iter().zip(legacy.marks).any(fits))
}

/// The marks of all keys of an object.
fn marks(body: Value<'_>) -> u128 {
    body.children().fold(0, |marks, child| marks | child.key().map_or(0, |key| contract::mark(&key)))
}

fn has_signs(body: Value<'_>, keys: &[&str]) -> bool {
    let mut found = keys.iter().map(|sign| match sign.strip_suffix(":string") {
        Some(sign) => at_sign(body, sign).filter(|value| value.kind() == json::Kind::String),
        None => at_sign(body, sign),
    });
    // The first scene of a v2 body has a character or a voice: other tools have lists of these names too.
    match keys {
        [one] if !one.contains('.') => {
            found.all(|value| value.is_some_and(|value| value.items().next().is_none_or(is_legacy_scene)))
        }
        _ => found.all(|value| value.is_some()),
    }
}

/// The first key of a body that shows for which retired endpoint it is.
#[must_use]
pub fn first_sign<'d>(legacy: &Legacy, body: Value<'d>) -> Option<Value<'d>> {
    let keys = legacy.signs.iter().find(|keys| has_signs(body, keys))?;
    at_sign(body, keys.first()?.trim_end_matches(":string"))
}

/// The value at a sign: a key, or keys with dots between them, of which `*` is any.
#[must_use]
pub fn at_sign<'d>(body: Value<'d>, sign: &str) -> Option<Value<'d>> {
    const MOST: usize = 50;
    let Some((head, rest)) = sign.split_once('.') else {
        return if sign == "*" { body.children().next() } else { body.get(sign) };
    };
    match head {
        "*" => body.children().take(MOST).find_map(|child| at_sign(child, rest)),
        _ => at_sign(body.get(head)?, rest),
    }
}

fn is_legacy_scene(scene: Value<'_>) -> bool {
    ["character", "voice", "input_text", "avatar_id"].iter().any(|key| scene.get(key).is_some())
}

/// The members of a body, at most so many: a request has few.
struct Keys<'d> {
    all: Vec<(std::borrow::Cow<'d, str>, Value<'d>)>,
    /// The marks of all of them.
    marks: u128,
}

impl<'d> Keys<'d> {
    const MOST: usize = 200;

    fn of(body: Value<'d>) -> Self {
        let members = body.children().take(Self::MOST);
        let mut keys: Vec<_> = members.filter_map(|value| Some((value.key()?, value))).collect();
        keys.sort_by(|(a, _), (b, _)| a.cmp(b));
        keys.dedup_by(|(a, _), (b, _)| a == b);
        let marks = keys.iter().fold(0, |marks, (key, _)| marks | contract::mark(key));
        Self { all: keys, marks }
    }

    fn get(&self, name: &str) -> Option<Value<'d>> {
        if self.marks & contract::mark(name) == 0 {
            return None;
        }
        self.all.iter().find(|(key, _)| key == name).map(|(_, value)| *value)
    }
}

#[derive(Clone, Copy)]
struct Score {
    points: i64,
    /// Required fields that neither stand there nor under an old name.
    missing: usize,
    known: usize,
    unknown: usize,
    /// Signs that only a request to this service has.
    evidence: usize,
}

/// The keys that half of all JSON files have: they prove nothing.
const EVERYDAY: [&str; 8] =
    ["content_type", "size_bytes", "folder_id", "request_id", "batch_id", "aspect_ratio", "callback_url", "audio_url"];

/// What a body scores as that of an operation.
fn points(operation: &Operation, shape: Shape, keys: &Keys<'_>) -> Option<Score> {
    let mut score = score(shape, keys)?;
    // Where a body fits two endpoints, the one with the shorter path is what people send.
    score.points -= 2 * operation.path.split('/').count().saturating_sub(3) as i64;
    Some(score)
}

/// What a body may score at most, as far as the marks of its keys tell.
fn most(shape: Shape, keys: &Keys<'_>) -> i64 {
    let all = keys.all.len() as i64;
    let shared = all - i64::from(keys.marks.count_ones());
    let bound = |object: &Object| {
        let known = (i64::from((object.marks & keys.marks).count_ones()) + shared).min(all);
        4 * known - 2 * (all - known)
    };
    // The key that tells branches apart counts for nothing, and what it says for four.
    match shape {
        Shape::Object(object) => bound(object),
        Shape::Union(_) => shape.objects().map(bound).max().unwrap_or(i64::MIN / 2) + 6,
    }
}

fn score(shape: Shape, keys: &Keys<'_>) -> Option<Score> {
    let by = match shape {
        Shape::Object(_) => None,
        Shape::Union(union) => Some(union),
    };
    let tag = by.and_then(|union| keys.get(union.by)).and_then(Value::as_str);
    let named = by.zip(tag.as_deref()).and_then(|(union, tag)| shape::named(union, tag));
    shape
        .objects()
        .filter(|object| named.is_none_or(|named| std::ptr::eq(named, *object)) && object.marks & keys.marks != 0)
        .map(|object| {
            let mut score = object_score(object, keys, by.map(|union| union.by));
            if named.is_some() {
                score.points += 4;
                score.evidence += 1;
            } else if by.is_some() && tag.is_some() {
                score.points -= 4;
            }
            score
        })
        .filter(|score| score.known > 0)
        .max_by_key(|score| score.points)
}

fn object_score(object: &'static Object, keys: &Keys<'_>, by: Option<&str>) -> Score {
    let mut score = Score { points: 0, missing: 0, known: 0, unknown: 0, evidence: 0 };
    let mut past = Vec::new();
    for (key, value) in &keys.all {
        let key = key.as_ref();
        if by == Some(key) {
            continue;
        }
        if let Some(field) = object.field(key) {
            score.known += 1;
            if !is_kind(&field.kind, *value) {
                score.points += 1;
                continue;
            }
            score.points += if field.required { 4 } else { 3 };
            if is_shaped(&field.kind, *value) {
                score.evidence += 2;
            } else if key.contains('_') && !EVERYDAY.contains(&key) {
                score.evidence += 1;
            }
        } else if object.marks & contract::mark(key) == 0 {
            score.unknown += 1;
            score.points -= 2;
        } else if let Some(retired) = object.retired.iter().find(|retired| retired.name == key) {
            score.points += 1;
            past.extend(retired.now);
        } else if object.refused.iter().any(|(name, _)| *name == key) {
            score.points -= 1;
        } else {
            score.unknown += 1;
            score.points -= 2;
        }
    }
    let absent = object
        .fields
        .iter()
        .filter(|field| field.required && keys.get(field.name).is_none() && !past.contains(&field.name));
    score.missing = absent.count();
    score.points -= 4 * score.missing as i64;
    score
}

/// The value is of the kind that the field takes, or may become one when it is filled in.
fn is_kind(kind: &Kind, value: Value<'_>) -> bool {
    match value.kind() {
        json::Kind::Null => true,
        json::Kind::String => !matches!(kind, Kind::List(_) | Kind::Map | Kind::Number(_) | Kind::Flag),
        json::Kind::Number => matches!(kind, Kind::Number(_)),
        json::Kind::Bool => matches!(kind, Kind::Flag),
        json::Kind::Array => matches!(kind, Kind::List(_)),
        json::Kind::Object => matches!(kind, Kind::Map | Kind::Object(_) | Kind::Union(_)),
    }
}

/// A value that is built as only a request to this service builds it: an asset, a scene, an event of its own.
fn is_shaped(kind: &Kind, value: Value<'_>) -> bool {
    match kind {
        Kind::Union(union) => {
            let tag = value.get(union.by).and_then(Value::as_str);
            let variant = tag.and_then(|tag| union.variant(&tag));
            variant.is_some_and(|variant| {
                variant.object.fields.iter().filter(|field| field.required).all(|field| value.get(field.name).is_some())
            })
        }
        Kind::List(list) => value.items().next().is_some_and(|first| match list.item {
            Kind::Text(text) if text.values.len() > 8 => {
                first.as_str().is_some_and(|text_| text.values.contains(&&*text_))
            }
            Kind::Object(object) => object
                .fields
                .iter()
                .any(|field| first.get(field.name).is_some_and(|inner| is_shaped(&field.kind, inner))),
            item => is_shaped(item, first),
        }),
        _ => false,
    }
}

#[cfg(test)]
mod tests;
