//! The jobs of a request: one, or one for each item of a batch and each language of a translation.

use super::Request;
use super::json::Value;
use super::shape::Branch;
use super::visit::{self, Entered, UnionObject, Visitor};
use crate::profile::contract::{BodyShape, Field, FieldKind, Object};
use crate::profile::{JobKind, OTHER};

/// One task for the service.
#[derive(Clone, Copy, Debug)]
pub struct Job<'d> {
    pub kind: &'static JobKind,
    /// The body, or the item of a batch.
    pub value: Value<'d>,
    /// The number of jobs for the service: one for each output language of a translation.
    pub count: u64,
    /// Whether it is an item of a batch.
    pub batched: bool,
}

/// The jobs of a request in text order; none for a request without a known endpoint.
#[must_use]
pub fn jobs<'d>(request: &Request<'d>) -> Vec<Job<'d>> {
    let Some(operation) = request.operation() else { return Vec::new() };
    let root = request.body.unwrap_or(request.root);
    let Some(shape) = operation.body else {
        return vec![Job { kind: &OTHER, value: root, count: 1, batched: false }];
    };
    let mut jobs = JobVisitor { batch: None, found: Vec::new() };
    visit::body(&mut jobs, shape, root);
    jobs.found
}

/// Visits the bodies that each make a job: the whole body, or the items of a batch.
struct JobVisitor<'d> {
    /// The field with the list of the current batch.
    batch: Option<&'static str>,
    found: Vec<Job<'d>>,
}

impl<'d> JobVisitor<'d> {
    fn push(&mut self, kind: Option<&'static JobKind>, value: Value<'d>) {
        let kind = kind.unwrap_or(&OTHER);
        let count = kind.count.map_or(1, |list| items(value, list));
        self.found.push(Job { kind, value, count, batched: self.batch.is_some() });
    }
}

impl<'d> Visitor<'d> for JobVisitor<'d> {
    type Object = ();
    type Field = ();

    const MOST_ITEMS: usize = usize::MAX;

    fn union(&mut self, met: &UnionObject<'d>) -> Option<Branch> {
        self.push(met.branch.and_then(|branch| branch.variant.object.job).or(met.union.job), met.value);
        None
    }

    fn enter_object(&mut self, entered: &Entered<'d>) -> Option<()> {
        if self.batch.is_none() {
            self.batch = batch(entered.object);
            if self.batch.is_some() {
                return Some(());
            }
        }
        self.push(entered.object.job, entered.value);
        None
    }

    fn wants(&mut self, field: &'static Field, (): &mut ()) -> bool {
        self.batch == Some(field.name)
    }

    fn enter_field(&mut self, _: &'static Field, _: Value<'d>) -> Option<()> {
        Some(())
    }
}

/// The list of a batch: a required field whose items are jobs.
fn batch(object: &'static Object) -> Option<&'static str> {
    object.fields.iter().find_map(|field| {
        let FieldKind::List(list) = &field.kind else { return None };
        let item = match list.item {
            FieldKind::Object(item) => BodyShape::Object(item),
            FieldKind::Union(item) => BodyShape::Union(item),
            _ => return None,
        };
        (field.required && of(item).is_some()).then_some(field.name)
    })
}

/// The kind of job of a body of this shape, for any branch.
fn of(shape: BodyShape) -> Option<&'static JobKind> {
    match shape {
        BodyShape::Object(object) => object.job,
        BodyShape::Union(union) => union.job,
    }
}

/// The number of items in a list; one if it is missing or empty.
fn items(value: Value<'_>, list: &str) -> u64 {
    value.get(list).map_or(0, |list| list.items().count() as u64).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::profile;
    use crate::request::json;

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

    /// Checks that no body that renders something falls into the category “other”.
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
