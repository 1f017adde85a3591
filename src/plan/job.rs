//! The jobs that a request makes: one, or one for each item of a batch and each language of a translation.

use serde::Serialize;

use crate::request::Request;
use crate::request::contract::{Kind as Type, Object, Shape, Union};
use crate::request::json::{self, Value};
use crate::request::shape;

/// What the service is asked to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    AgentSession,
    AvatarVideo,
    ImageVideo,
    CinematicVideo,
    StudioVideo,
    /// A video of which the type cannot be told.
    Video,
    Translation,
    TemplateVideo,
    Lipsync,
    Proofread,
    Speech,
    Voice,
    Avatar,
    Clipping,
    BackgroundRemoval,
    Upload,
    /// Anything else: a message to an agent, a webhook, a list query.
    Other,
}

impl Kind {
    /// It counts towards the concurrency limit of the plan: the documents name sessions of the video agent, renders of
    /// avatar videos and translations.
    #[must_use]
    pub fn is_limited(self) -> bool {
        matches!(
            self,
            Self::AgentSession
                | Self::AvatarVideo
                | Self::ImageVideo
                | Self::CinematicVideo
                | Self::StudioVideo
                | Self::Video
                | Self::Translation
        )
    }

    /// For one and for several of them.
    #[must_use]
    pub fn title(self) -> (&'static str, &'static str) {
        match self {
            Self::AgentSession => ("video agent session", "video agent sessions"),
            Self::AvatarVideo => ("avatar video", "avatar videos"),
            Self::ImageVideo => ("video of a picture", "videos of a picture"),
            Self::CinematicVideo => ("cinematic video", "cinematic videos"),
            Self::StudioVideo => ("studio video", "studio videos"),
            Self::Video => ("video of unknown type", "videos of unknown type"),
            Self::Translation => ("translation", "translations"),
            Self::TemplateVideo => ("template video", "template videos"),
            Self::Lipsync => ("lip-sync", "lip-syncs"),
            Self::Proofread => ("proofread", "proofreads"),
            Self::Speech => ("speech", "speeches"),
            Self::Voice => ("new voice", "new voices"),
            Self::Avatar => ("new avatar", "new avatars"),
            Self::Clipping => ("clipping", "clippings"),
            Self::BackgroundRemoval => ("background removal", "background removals"),
            Self::Upload => ("upload", "uploads"),
            Self::Other => ("other request", "other requests"),
        }
    }

    fn of(name: &str) -> Option<Self> {
        Some(match name {
            "AgentSession" => Self::AgentSession,
            "AvatarVideo" => Self::AvatarVideo,
            "ImageVideo" => Self::ImageVideo,
            "CinematicVideo" => Self::CinematicVideo,
            "StudioVideo" => Self::StudioVideo,
            "Video" => Self::Video,
            "Translation" => Self::Translation,
            "TemplateVideo" => Self::TemplateVideo,
            "Lipsync" => Self::Lipsync,
            "Proofread" | "ProofreadVideo" => Self::Proofread,
            "SpeechRequest" => Self::Speech,
            "VoiceClone" | "VoiceDesign" => Self::Voice,
            "NewAvatar" | "PhotoAvatar" | "DigitalTwin" | "PromptAvatar" => Self::Avatar,
            "Clipping" => Self::Clipping,
            "BackgroundRemoval" => Self::BackgroundRemoval,
            "Upload" | "DirectUpload" => Self::Upload,
            _ => return None,
        })
    }
}

/// One thing that the service is asked to do.
#[derive(Clone, Copy, Debug)]
pub struct Job<'d> {
    pub kind: Kind,
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
        None => vec![Job { kind: Kind::Other, value: root, count: 1, batched: false }],
    }
}

/// The list of a batch, and what its items are.
fn batch(object: &'static Object) -> Option<(&'static str, Shape)> {
    object.fields.iter().find_map(|field| {
        let Type::List(list) = &field.kind else { return None };
        let item = match list.item {
            Type::Object(item) => Shape::Object(item),
            Type::Union(item) => Shape::Union(item),
            _ => return None,
        };
        (field.required && Kind::of(item.name()).is_some()).then_some((field.name, item))
    })
}

fn job(shape: Shape, value: Value<'_>, batched: bool) -> Option<Job<'_>> {
    if value.kind() != json::Kind::Object {
        return None;
    }
    let kind = match shape {
        Shape::Union(union) => branch(union, value).or_else(|| Kind::of(union.name)),
        Shape::Object(object) => Kind::of(object.name),
    };
    let kind = kind.unwrap_or(Kind::Other);
    let count = match kind {
        Kind::Translation => languages(value),
        _ => 1,
    };
    Some(Job { kind, value, count, batched })
}

fn branch(union: &'static Union, value: Value<'_>) -> Option<Kind> {
    Kind::of(shape::branch(union, value)?.variant.object.name)
}

fn languages(translation: Value<'_>) -> u64 {
    let named = translation.get("output_languages").map_or(0, |list| list.items().count() as u64);
    named.max(1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::request::contract::{OBJECTS, OPERATIONS};

    fn found(text: &str) -> Vec<(Kind, u64, String)> {
        let document = json::parse(text);
        let request = Request::read(None, document.root().expect("a value"), None);
        jobs(&request).iter().map(|job| (job.kind, job.count, job.value.pointer())).collect()
    }

    #[test]
    fn bodies_and_batches() {
        let asset = r#"{"type": "url", "url": "https://a.b/c.mp4"}"#;
        assert_eq!(
            found(r#"{"type": "avatar", "avatar_id": "a", "script": "Hi"}"#),
            [(Kind::AvatarVideo, 1, String::new())]
        );
        let translation = format!(r#"{{"video": {asset}, "output_languages": ["Spanish", "French"]}}"#);
        assert_eq!(found(&translation), [(Kind::Translation, 2, String::new())]);
        let batch = format!(
            r#"{{"method": "POST", "path": "/v3/video-translations/batches", "body": {{"video_translations": [{translation}, {translation}]}}}}"#
        );
        let at = |index| format!("/body/video_translations/{index}");
        assert_eq!(found(&batch), [(Kind::Translation, 2, at(0)), (Kind::Translation, 2, at(1))]);
        let mixed =
            r#"{"path": "/v3/videos/batches", "json": {"videos": [{"type": "image", "image": {}}, 3, {"x": 1}]}}"#;
        assert_eq!(
            found(mixed),
            [(Kind::ImageVideo, 1, "/json/videos/0".to_owned()), (Kind::Video, 1, "/json/videos/2".to_owned())]
        );
        assert_eq!(found(r#"{"method": "GET", "path": "/v3/videos"}"#), [(Kind::Other, 1, String::new())]);
        assert_eq!(found("[]"), []);
    }

    /// A renamed object in the data must not quietly become "other".
    #[test]
    fn every_name_is_one_of_the_data() {
        let video = OPERATIONS.iter().filter_map(|operation| operation.body).map(Shape::name);
        let all: Vec<&str> = OBJECTS.iter().map(|object| object.name).chain(video).collect();
        for name in [
            "AgentSession",
            "AvatarVideo",
            "ImageVideo",
            "CinematicVideo",
            "StudioVideo",
            "Video",
            "Translation",
            "TemplateVideo",
            "Lipsync",
            "Proofread",
            "ProofreadVideo",
            "SpeechRequest",
            "VoiceClone",
            "VoiceDesign",
            "NewAvatar",
            "PhotoAvatar",
            "DigitalTwin",
            "PromptAvatar",
            "Clipping",
            "BackgroundRemoval",
            "Upload",
            "DirectUpload",
        ] {
            assert!(all.contains(&name) && Kind::of(name).is_some(), "{name}");
        }
        let render = OPERATIONS.iter().filter(|operation| operation.method == "POST" && operation.body.is_some());
        for operation in render.filter(|operation| operation.path.matches('/').count() == 2) {
            let shape = operation.body.expect("filtered");
            let other =
                ["Nothing", "BrandGlossary", "BrandKit", "FillerWordRemoval", "Podcast"].contains(&shape.name());
            assert!(other || Kind::of(shape.name()).is_some(), "{} is counted as other", operation.name());
        }
    }
}
