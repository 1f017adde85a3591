//! The jobs that a request makes: one, or one for each item of a batch and each language of a translation.

use super::Request;
use super::json::{self, Value};
use super::shape;
use crate::profile::contract::{Kind, Object, Shape, Union};
use crate::profile::{JobKind, OTHER};

/// One thing that the service is asked to do.
#[derive(Clone, Copy, Debug)]
pub struct Job<'d> {
    pub kind: &'static JobKind,
    /// The body, or the item of a batch.
    pub value: Value<'d>,
    /// How many jobs it is for the service: one for each output language of a translation.
    pub count: u64,
    /// It is an item of a batch.
    pub batched: bool,
}

/// The jobs of a request, in the order of the text; none for a request that cannot be placed.
#[must_use]
pub fn jobs<'d>(request: &Request<'d>) -> Vec<Job<'d>> {
    let Some(operation) = request.operation() else { return Vec::new() };
    let root = request.body.unwrap_or(request.root);
    match operation.body {
        Some(Shape::Object(object)) => match batch(object) {
            Some((field, item)) => {
                let items = root.get(field).into_iter().flat_map(Value::items);
                items.filter_map(|value| job(item, value, true)).collect()
            }
            None => job(Shape::Object(object), root, false).into_iter().collect(),
        },
        Some(Shape::Union(union)) => job(Shape::Union(union), root, false).into_iter().collect(),
        None => vec![Job { kind: &OTHER, value: root, count: 1, batched: false }],
    }
}

/// The list of a batch, and what its items are.
fn batch(object: &'static Object) -> Option<(&'static str, Shape)> {
    object.fields.iter().find_map(|field| {
        let Kind::List(list) = &field.kind else { return None };
        let item = match list.item {
            Kind::Object(item) => Shape::Object(item),
            Kind::Union(item) => Shape::Union(item),
            _ => return None,
        };
        (field.required && of(item).is_some()).then_some((field.name, item))
    })
}

fn job(shape: Shape, value: Value<'_>, batched: bool) -> Option<Job<'_>> {
    if value.kind() != json::Kind::Object {
        return None;
    }
    let kind = match shape {
        Shape::Union(union) => branch(union, value).or(union.job),
        Shape::Object(object) => object.job,
    };
    let kind = kind.unwrap_or(&OTHER);
    let count = kind.count.map_or(1, |list| items(value, list));
    Some(Job { kind, value, count, batched })
}

/// The kind of job that a body of this shape makes, whatever its branch.
fn of(shape: Shape) -> Option<&'static JobKind> {
    match shape {
        Shape::Object(object) => object.job,
        Shape::Union(union) => union.job,
    }
}

fn branch(union: &'static Union, value: Value<'_>) -> Option<&'static JobKind> {
    shape::branch(union, value)?.variant.object.job
}

/// How many items a list has; one where it is not there, or empty.
fn items(value: Value<'_>, list: &str) -> u64 {
    value.get(list).map_or(0, |list| list.items().count() as u64).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::profile;

    fn found(text: &str) -> Vec<(&'static str, u64, String)> {
        let document = json::parse(text);
        let request = Request::read(profile::default(), None, document.root().expect("a value"), None);
        jobs(&request).iter().map(|job| (job.kind.name, job.count, job.value.pointer())).collect()
    }

    #[test]
    fn bodies_and_batches() {
        let asset = r#"{"type": "url", "url": "https://a.b/c.mp4"}"#;
        assert_eq!(
            found(r#"{"type": "avatar", "avatar_id": "a", "script": "Hi"}"#),
            [("avatar_video", 1, String::new())]
        );
        let translation = format!(r#"{{"video": {asset}, "output_languages": ["Spanish", "French"]}}"#);
        assert_eq!(found(&translation), [("translation", 2, String::new())]);
        let batch = format!(
            r#"{{"method": "POST", "path": "/v3/video-translations/batches", "body": {{"video_translations": [{translation}, {translation}]}}}}"#
        );
        let at = |index| format!("/body/video_translations/{index}");
        assert_eq!(found(&batch), [("translation", 2, at(0)), ("translation", 2, at(1))]);
        let mixed =
            r#"{"path": "/v3/videos/batches", "json": {"videos": [{"type": "image", "image": {}}, 3, {"x": 1}]}}"#;
        assert_eq!(
            found(mixed),
            [("image_video", 1, "/json/videos/0".to_owned()), ("video", 1, "/json/videos/2".to_owned())]
        );
        assert_eq!(found(r#"{"method": "GET", "path": "/v3/videos"}"#), [("other", 1, String::new())]);
        assert_eq!(found("[]"), []);
    }

    /// A body that makes something is not quietly counted as other.
    #[test]
    fn every_render_has_a_kind_of_its_own() {
        let profile = profile::default();
        let posted = profile.operations.iter().filter(|operation| operation.method == "POST");
        for operation in posted.filter(|operation| operation.path.matches('/').count() == 2) {
            let Some(shape) = operation.body else { continue };
            let other =
                ["Nothing", "BrandGlossary", "BrandKit", "FillerWordRemoval", "Podcast"].contains(&shape.name());
            assert!(other || of(shape).is_some(), "{} is counted as other", operation.name());
        }
    }
}
