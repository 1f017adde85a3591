//! The media that a request refers to: their places and uses.

use std::borrow::Cow;

use super::Request;
use super::contract::{Field, FieldKind, TextFormat};
use super::json::{self, Value};
use super::shape::Branch;
use super::visit::{self, Entered, UnionObject, Uses, Visitor};
use crate::finding::Location;

/// A media file that a request refers to.
#[derive(Clone, Debug)]
pub struct Reference<'d> {
    /// 0-based index of its request in a manifest.
    pub record: Option<u32>,
    /// The string that names it: the URL, the id, the base64 data, the path.
    pub value: Value<'d>,
    /// The uses, never empty: the first that accepts the file's format counts.
    pub uses: Uses,
    /// The field that refers to it: `image`, `audio_url`.
    pub field: &'static str,
    pub source: MediaLocator<'d>,
}

impl Reference<'_> {
    /// The place of the string.
    #[must_use]
    pub fn location(&self) -> Location {
        Location { record: self.record, ..Location::value(self.value.pointer(), self.value.span()) }
    }
}

/// How a media file is named.
#[derive(Clone, Debug, PartialEq)]
pub enum MediaLocator<'d> {
    Url(Cow<'d, str>),
    AssetId(Cow<'d, str>),
    /// The value of the reference is the string with the data, which may be large, so it is not decoded here.
    Base64 {
        media_type: Option<Cow<'d, str>>,
    },
    /// A path in a draft, to be replaced by a URL or an asset id.
    Path(Cow<'d, str>),
}

/// All media references of a request, in the field order of the contract.
#[must_use]
pub fn references<'d>(request: &Request<'d>) -> Vec<Reference<'d>> {
    let mut finder = ReferenceFinder { record: request.index, found: Vec::new() };
    let Some(operation) = request.operation() else { return finder.found };
    let body = request.body.or(request.envelope.map(|envelope| envelope.root));
    if let (Some(shape), Some(body)) = (operation.body, body) {
        visit::body(&mut finder, shape, body);
    }
    finder.found
}

struct ReferenceFinder<'d> {
    record: Option<u32>,
    found: Vec<Reference<'d>>,
}

impl<'d> Visitor<'d> for ReferenceFinder<'d> {
    type Object = ();
    type Field = ();

    const MOST_ENTRIES: usize = 1_000;

    fn enter_object(&mut self, _: &Entered<'d>) -> Option<()> {
        Some(())
    }

    fn wants(&mut self, field: &'static Field, (): &mut ()) -> bool {
        may_lead(&field.kind, field)
    }

    fn enter_field(&mut self, _: &'static Field, _: Value<'d>) -> Option<()> {
        Some(())
    }

    fn leaf(&mut self, field: &'static Field, kind: &'static FieldKind, value: Value<'d>, _: Uses) {
        if field.uses.is_empty() {
            return;
        }
        let (FieldKind::Text(_) | FieldKind::Union(_), Some(given)) = (kind, value.as_str()) else { return };
        let source = match kind {
            FieldKind::Text(text) => match text.format {
                Some(TextFormat::HttpsUrl | TextFormat::AssetId) if is_local(&given) => MediaLocator::Path(given),
                Some(TextFormat::HttpsUrl) => MediaLocator::Url(given),
                Some(TextFormat::AssetId) => MediaLocator::AssetId(given),
                Some(TextFormat::File) => MediaLocator::Path(given),
                _ => return,
            },
            // Drafts have a string in place of an asset object.
            FieldKind::Union(union) if union.is_asset() => {
                if is_local(&given) {
                    MediaLocator::Path(given)
                } else if given.starts_with("https://") {
                    MediaLocator::Url(given)
                } else {
                    return;
                }
            }
            _ => return,
        };
        self.push(value, field, source);
    }

    /// An object that names a media file is one reference; the walk continues into other objects.
    fn union(&mut self, met: &UnionObject<'d>) -> Option<Branch> {
        let branch = met.branch?;
        if !met.union.is_asset() {
            return Some(branch);
        }
        let field = met.field.filter(|field| !field.uses.is_empty())?;
        self.asset(field, met.value, branch.variant.value);
        None
    }
}

impl<'d> ReferenceFinder<'d> {
    fn asset(&mut self, field: &'static Field, value: Value<'d>, branch: &str) {
        let text = |name: &str| value.get(name).and_then(|value| Some((value, value.as_str()?)));
        match branch {
            "url" => {
                if let Some((value, given)) = text("url") {
                    let source = if is_local(&given) { MediaLocator::Path(given) } else { MediaLocator::Url(given) };
                    self.push(value, field, source);
                }
            }
            "asset_id" => {
                if let Some((value, given)) = text("asset_id") {
                    let source =
                        if is_local(&given) { MediaLocator::Path(given) } else { MediaLocator::AssetId(given) };
                    self.push(value, field, source);
                }
            }
            _ => {
                if let Some(data) = value.get("data").filter(|data| data.kind() == json::ValueKind::String) {
                    let media_type = text("media_type").map(|(_, given)| given);
                    self.push(data, field, MediaLocator::Base64 { media_type });
                }
            }
        }
    }

    fn push(&mut self, value: Value<'d>, field: &'static Field, source: MediaLocator<'d>) {
        let (record, uses, field) = (self.record, field.uses, field.name);
        self.found.push(Reference { record, value, uses, field, source });
    }
}

/// Whether a value of this kind may name a media file, or contain one that does.
fn may_lead(kind: &FieldKind, field: &Field) -> bool {
    match kind {
        FieldKind::Text(_) => !field.uses.is_empty(),
        FieldKind::Union(union) => !union.is_asset() || !field.uses.is_empty(),
        FieldKind::List(list) => may_lead(list.item, field),
        FieldKind::Object(_) => true,
        FieldKind::Map(Some(inner)) => may_lead(inner, field),
        FieldKind::Number(_) | FieldKind::Flag | FieldKind::Map(None) => false,
    }
}

/// Whether a text is the path of a local file rather than a URL or an id: no scheme, and either a leading dot and slash
/// or a known extension.
///
/// `./a.png`, `assets/a.png`, `a.png`, `C:\a.png`; neither `example.com/hook`, nor an id, nor a placeholder.
#[must_use]
pub fn is_local(text: &str) -> bool {
    const LONGEST: usize = 1024;
    // Most texts are web addresses or ids, which have no extension.
    if text.starts_with("https://") || memchr::memchr(b'.', text.as_bytes()).is_none() {
        return false;
    }
    if text.is_empty() || text.len() > LONGEST || text.contains("://") || text.contains(['\n', '{', '}', '<', '>', '$'])
    {
        return false;
    }
    let scheme = text.get(..5).unwrap_or("");
    if ["data:", "file:"].iter().any(|other| other.eq_ignore_ascii_case(scheme)) {
        return false;
    }
    // Only a path begins like this, whatever the extension.
    if ["./", "../", ".\\", "..\\"].iter().any(|start| text.starts_with(start)) {
        return true;
    }
    let name = text.rsplit(['/', '\\']).next().unwrap_or(text);
    let Some((name, extension)) = name.rsplit_once('.') else { return false };
    if name.is_empty() || extension.contains(['?', '#', '&', '=']) {
        return false;
    }
    crate::media::Format::from_extension(extension).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str, endpoint: &str) -> Vec<(String, &'static str, String)> {
        let document = json::parse(text);
        let root = document.root().expect("a value");
        let profile = crate::profile::default();
        let request = Request::read(profile, Some(3), root, super::super::endpoint::parse(profile, endpoint).ok());
        references(&request)
            .into_iter()
            .map(|reference| {
                let location = reference.location();
                assert_eq!((location.record, location.span), (Some(3), Some(reference.value.span())));
                let pointer = location.pointer.unwrap_or_default();
                (pointer, reference.uses[0].name, format!("{:?}", reference.source))
            })
            .collect()
    }

    #[test]
    fn every_kind_of_reference() {
        let body = r#"{
            "type": "studio",
            "watermark": {"image": {"type": "asset_id", "asset_id": "ab12"}},
            "scenes": [
                {"type": "avatar_video", "input": {"type": "avatar", "avatar_id": "a", "audio_url": "https://a.b/c.mp3"}},
                {"type": "video", "source": {"url": "clips/a.mp4"}},
                {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "iVBORw0KGgo="}, "script": "x"}
            ]
        }"#;
        let found = found(body, "POST /v3/videos");
        let wanted = [
            ("/scenes/0/input/audio_url", "speech", r#"Url("https://a.b/c.mp3")"#),
            ("/scenes/1/source/url", "video", r#"Path("clips/a.mp4")"#),
            ("/scenes/2/source/data", "image", r#"Base64 { media_type: Some("image/png") }"#),
            ("/watermark/image/asset_id", "image", r#"AssetId("ab12")"#),
        ];
        let mut found: Vec<_> = found.iter().map(|(a, b, c)| (a.as_str(), *b, c.as_str())).collect();
        found.sort_unstable();
        assert_eq!(found, wanted);
    }

    #[test]
    fn the_place_decides_the_use() {
        let use_of = |body: &str, endpoint: &str| found(body, endpoint).first().map(|(_, place, _)| *place);
        let asset = r#"{"type": "asset_id", "asset_id": "x"}"#;
        let photo = format!(r#"{{"type": "photo", "name": "A", "file": {asset}}}"#);
        let twin = format!(r#"{{"type": "digital_twin", "name": "A", "file": {asset}}}"#);
        assert_eq!(use_of(&photo, "POST /v3/avatars"), Some("photo"));
        assert_eq!(use_of(&twin, "POST /v3/avatars"), Some("footage"));
        assert_eq!(use_of(&format!(r#"{{"files": [{asset}]}}"#), "POST /v3/video-agents"), Some("attachment"));
        let upload = r#"{"method": "POST", "path": "/v3/assets", "file": "big.mp4", "size_bytes": 3}"#;
        assert_eq!(use_of(upload, ""), Some("asset"));
        assert_eq!(use_of(r#"{"image": "face.png", "type": "image"}"#, "POST /v3/videos"), Some("image"));
        assert_eq!(use_of(r#"{"callback_url": "https://a.b/c"}"#, "POST /v3/video-agents"), None);
    }

    #[test]
    fn local_paths() {
        for path in ["a.png", "./a.PNG", "../x/a b.mp4", "C:\\a\\b.wav", "/home/me/a.srt"] {
            assert!(is_local(path), "{path}");
        }
        for other in [
            "https://example.com/a.png",
            "example.com/hook",
            "8f027b07",
            "<file>.png",
            "",
            "data:image/png;base64,AA",
            ".png",
            "file:///a.png",
        ] {
            assert!(!is_local(other), "{other}");
        }
    }
}
