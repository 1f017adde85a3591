//! The contract at a place within a request, for editors.

use super::Request;
use super::contract::{BodyEncoding, BodyShape, Field, FieldKind, Object, Operation, Union};
use super::endpoint::Endpoint;
use super::json::Value;
use super::shape::{self, Branch};
use super::visit::{self, Entered, UnionObject, Visitor};
use crate::profile::Profile;

/// What may appear at a place.
#[derive(Clone, Copy, Debug)]
pub enum Expected {
    /// The value of a field, or an item of its list.
    Kind(&'static FieldKind),
    Body(BodyShape),
    /// The discriminator of a union.
    Tag(&'static Union),
    /// The parameters of a query.
    Query(&'static [Field]),
    /// The path or URL of an envelope.
    Address,
    Envelope,
}

/// A place, and its field; none for a body and for a discriminator.
#[derive(Clone, Copy, Debug)]
pub struct Place {
    pub field: Option<&'static Field>,
    pub expected: Expected,
}

/// A possible name in an object.
#[derive(Clone, Copy, Debug)]
pub enum Name {
    Field(&'static Field),
    /// The discriminator field of a union.
    Tag(&'static Union),
}

impl Name {
    #[must_use]
    pub fn text(self) -> &'static str {
        match self {
            Self::Field(field) => field.name,
            Self::Tag(union) => union.by,
        }
    }

    #[must_use]
    pub fn is_required(self) -> bool {
        match self {
            Self::Field(field) => field.required,
            Self::Tag(_) => true,
        }
    }
}

/// Deeper than anything in the contract.
const DEEPEST: usize = 64;

/// The place of a value in the request for `operation`.
#[must_use]
pub fn place(request: &Request<'_>, operation: &'static Operation, value: Value<'_>) -> Option<Place> {
    let mut path = vec![value];
    let mut at = value;
    while at != request.root {
        at = at.parent()?;
        path.push(at);
        if path.len() > DEEPEST {
            return None;
        }
    }
    path.pop();
    let mut search = Search { path, found: None };
    let Some(envelope) = request.envelope else { return search.body(operation, request.root) };
    let Some(next) = search.path.last().copied() else {
        return Some(Place { field: None, expected: Expected::Envelope });
    };
    if envelope.body == Some(next) {
        search.path.pop();
        return search.body(operation, next);
    }
    if envelope.query == Some(next) {
        search.path.pop();
        if search.path.is_empty() {
            return Some(Place { field: None, expected: Expected::Query(operation.query) });
        }
        visit::fields(&mut search, operation.query, next);
    } else if envelope.address == next {
        return (next == value).then_some(Place { field: None, expected: Expected::Address });
    } else {
        // The contract may know a field beside the parts of an envelope: the file of an upload.
        visit::body(&mut search, operation.body?, envelope.root);
    }
    search.found
}

/// Walks to a single value.
struct Search<'d> {
    /// The values not reached yet on the way to the target, innermost first; the first is the target itself.
    path: Vec<Value<'d>>,
    found: Option<Place>,
}

impl<'d> Search<'d> {
    fn body(mut self, operation: &'static Operation, body: Value<'d>) -> Option<Place> {
        let shape = operation.body?;
        if self.path.is_empty() {
            return Some(Place { field: None, expected: Expected::Body(shape) });
        }
        visit::body(&mut self, shape, body);
        self.found
    }

    /// Whether to walk into this value: it is the next on the way, and not the last.
    fn reach(&mut self, value: Value<'d>, place: Place) -> bool {
        if self.path.last() != Some(&value) {
            return false;
        }
        self.path.pop();
        if self.path.is_empty() {
            self.found = Some(place);
        }
        !self.path.is_empty()
    }
}

impl<'d> Visitor<'d> for Search<'d> {
    type Object = ();
    type Field = ();

    const MOST_ITEMS: usize = usize::MAX;

    fn union(&mut self, met: &UnionObject<'d>) -> Option<Branch> {
        if let Some(tag) = self.member(met.value, met.union.by) {
            self.reach(tag, Place { field: None, expected: Expected::Tag(met.union) });
            return None;
        }
        met.branch
    }

    fn enter_object(&mut self, _: &Entered<'d>) -> Option<()> {
        Some(())
    }

    /// The member on the way, even if a later one has the same name.
    fn member(&self, object: Value<'d>, name: &'static str) -> Option<Value<'d>> {
        let next = self.path.last().copied()?;
        (next.parent() == Some(object) && next.key().is_some_and(|key| key == name)).then_some(next)
    }

    fn enter_field(&mut self, field: &'static Field, value: Value<'d>) -> Option<()> {
        self.reach(value, Place { field: Some(field), expected: Expected::Kind(&field.kind) }).then_some(())
    }

    fn item(&mut self, field: &'static Field, kind: &'static FieldKind, item: Value<'d>) -> bool {
        self.reach(item, Place { field: Some(field), expected: Expected::Kind(kind) })
    }
}

/// The possible names in an object at a place, in the order in which people write them.
#[must_use]
pub fn names(expected: Expected, value: Value<'_>) -> Vec<Name> {
    let of_object = |object: &'static Object| object.fields.iter().map(Name::Field).collect();
    let of_union = |union: &'static Union| {
        let fields = shape::branch(union, value).map(|branch| branch.variant.object.fields).unwrap_or_default();
        std::iter::once(Name::Tag(union)).chain(fields.iter().map(Name::Field)).collect()
    };
    match expected {
        Expected::Body(BodyShape::Object(object)) => of_object(object),
        Expected::Body(BodyShape::Union(union)) => of_union(union),
        Expected::Kind(FieldKind::Object(object)) => of_object(object),
        Expected::Kind(FieldKind::Union(union)) => of_union(union),
        Expected::Query(fields) => fields.iter().map(Name::Field).collect(),
        _ => Vec::new(),
    }
}

/// The operation that a body was probably started for: the one with the shortest path whose variants know its tag.
#[must_use]
pub fn begun(profile: &'static Profile, body: Value<'_>) -> Option<&'static Operation> {
    let knows = |operation: &&Operation| match (operation.body, operation.encoding) {
        (Some(BodyShape::Union(union)), BodyEncoding::Json) => {
            body.get(union.by).and_then(Value::as_str).is_some_and(|tag| union.variant(&tag).is_some())
        }
        _ => false,
    };
    profile.operations.iter().filter(knows).min_by_key(|operation| operation.path.split('/').count())
}

/// The operation of a request, even of an unfinished one.
#[must_use]
pub fn operation(request: &Request<'_>, claimed: bool) -> Option<&'static Operation> {
    let nearest = match request.target {
        super::Target::Nothing { nearest: Some(Endpoint::Operation(operation)) } if claimed => Some(operation),
        _ => None,
    };
    request
        .operation()
        .or(nearest)
        .or_else(|| begun(request.profile, request.body.filter(|_| request.envelope.is_none())?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::request::json;

    fn at(text: &str, pointer: &str) -> Option<(Option<&'static str>, String)> {
        let document = json::parse(text);
        let request = Request::read(crate::profile::default(), None, document.root()?, None);
        let operation = operation(&request, false)?;
        let place = place(&request, operation, document.at_pointer(pointer)?)?;
        let expected = match place.expected {
            Expected::Tag(union) => format!("tag of {}", union.name),
            Expected::Body(shape) => format!("body {}", shape.name()),
            Expected::Kind(kind) => format!("{kind:?}").split('(').next().unwrap_or_default().to_owned(),
            Expected::Query(_) => "query".to_owned(),
            Expected::Address => "address".to_owned(),
            Expected::Envelope => "envelope".to_owned(),
        };
        Some((place.field.map(|field| field.name), expected))
    }

    #[test]
    fn every_kind_of_place() {
        let body = r#"{"type": "avatar", "avatar_id": "a", "script": "Hi", "voice_settings": {"speed": 1}}"#;
        assert_eq!(at(body, "/voice_settings/speed"), Some((Some("speed"), "Number".to_owned())));
        assert_eq!(at(body, "/script"), Some((Some("script"), "Text".to_owned())));
        assert!(at(body, "/type").is_some_and(|(field, what)| field.is_none() && what.starts_with("tag of")));
        assert!(at(body, "").is_some_and(|(_, what)| what.starts_with("body")));
        let envelope = format!(r#"{{"method": "POST", "path": "/v3/videos", "body": {body}, "note": 1}}"#);
        assert_eq!(at(&envelope, "/body/voice_settings/speed"), Some((Some("speed"), "Number".to_owned())));
        assert_eq!(at(&envelope, "/path"), Some((None, "address".to_owned())));
        assert_eq!(at(&envelope, "/note"), None);
        let list = r#"{"method": "GET", "path": "/v3/videos", "query": {"limit": 3}}"#;
        assert_eq!(at(list, "/query/limit"), Some((Some("limit"), "Number".to_owned())));
        let studio = r#"{"type": "studio", "scenes": [{"type": "video", "source": {"type": "url", "url": "a.mp4"}}]}"#;
        assert!(at(studio, "/scenes/0/source/url").is_some_and(|(field, _)| field == Some("url")));
        assert_eq!(at("{\"a\": 1}", "/a"), None);
    }

    #[test]
    fn a_new_draft_has_its_endpoint() {
        let document = json::parse(r#"{"type": "avatar"}"#);
        let found = begun(crate::profile::default(), document.root().expect("a body")).map(Operation::name);
        assert_eq!(found.as_deref(), Some("POST /v3/videos"));
        let document = json::parse(r#"{"type": "module", "name": "x"}"#);
        assert!(begun(crate::profile::default(), document.root().expect("a body")).is_none());
    }
}
