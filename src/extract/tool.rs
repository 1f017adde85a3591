//! Calls of the tools of the service's MCP server: `tools/call`, and the calls that models write.
//!
//! A tool takes flat names (`video_url`) where the API takes an object, and may have arguments that the API does not
//! know. The arguments therefore become the body that the server makes from them, and their names are not checked.

use super::json::decoded;
use super::send::{PieceSite, Sent};
use super::strand::Finished;
use crate::profile::CommandLine;
use crate::profile::contract::{BodyShape, Object, Retired, Wrap};
use crate::request::endpoint::{Certainty, infer};
use crate::request::json::{Value, ValueKind, parse, quote};
use crate::request::piece::{Piece, PieceBuilder, SpanMap};
use crate::request::shape;
use crate::text::Span;

/// The form of these pieces.
pub const FORM: &str = "mcp";

/// The call in an object: the name of a tool, with its arguments. `left` is the number of bytes of arguments that may
/// still be read: each of many nested calls contains all inner ones.
pub fn call(value: Value<'_>, place: &dyn Fn() -> String, ours: bool, left: &mut usize) -> Option<Piece> {
    let given = ["arguments", "input"].iter().find_map(|key| value.get(key))?;
    let name = ["name", "tool", "tool_name"].iter().find_map(|key| value.get(key)?.as_str())?;
    let service = super::service();
    let line = service.command_line?;
    let tool = CalledTool::named(&line, &name)?;
    *left = left.checked_sub(given.raw().len())?;
    let (text, map) = match given.kind() {
        ValueKind::Object => (given.raw().to_owned(), SpanMap::verbatim(given.span().start, given.raw().len())),
        _ => decoded(given)?,
    };
    let document = parse(&text);
    let root = document.root().filter(|root| root.kind() == ValueKind::Object && document.errors().is_empty())?;
    let operation = service.operations.iter().find(|operation| operation.name() == tool.endpoint)?;
    let body = tool.body(root, operation.body?);
    let is_proven = || {
        let document = parse(&body.text);
        let guess = document.root().and_then(|root| infer(service, root));
        guess.is_some_and(|guess| guess.certainty == Certainty::Certain)
    };
    // Other services have tools with these names.
    if !(ours || name.contains(line.program) || is_proven()) {
        return None;
    }
    let body = Finished { map: body.map.then(&map), ..body };
    let sent = Sent { endpoint: Some(tool.endpoint), body: Some(body), open: true, ..Sent::default() };
    sent.piece(PieceSite { form: FORM, place }, ours)
}

struct CalledTool {
    endpoint: &'static str,
    /// The type of the resulting body.
    branch: Option<&'static str>,
}

impl CalledTool {
    /// Clients put the name of the server before the tool: `mcp__heygen__create_video`.
    fn named(line: &CommandLine, name: &str) -> Option<Self> {
        let bare = name.rsplit(['.', '/', ':']).next()?;
        let is = |known: &&(&str, &str)| {
            bare.strip_suffix(known.0).is_some_and(|before| before.is_empty() || before.ends_with('_'))
        };
        let (name, endpoint) = line.tools.iter().filter(is).max_by_key(|(known, _)| known.len())?;
        let branch = line.tool_branches.iter().find(|(tool, _)| tool == name).map(|(_, branch)| *branch);
        Some(Self { endpoint, branch })
    }

    /// The body for the API, with the places of the arguments.
    fn body(&self, arguments: Value<'_>, shape: BodyShape) -> Finished {
        let source = arguments.raw();
        let from = arguments.span().start;
        let mut out = PieceBuilder::new();
        out.copy(from, source.get(..1).unwrap_or(""));
        let mut at = from + 1;
        if let (BodyShape::Union(union), Some(branch)) = (shape, self.branch)
            && arguments.get(union.by).is_none()
        {
            let comma = if arguments.children().next().is_some() { ", " } else { "" };
            out.replace(Span::new(at, at), &format!("{}: {}{comma}", quote(union.by), quote(branch)));
        }
        let objects: Vec<&Object> = match (shape, self.branch) {
            (BodyShape::Union(union), Some(branch)) => shape::named(union, branch).into_iter().collect(),
            _ => shape.objects().collect(),
        };
        for member in arguments.members() {
            let (name, retired) = today(&objects, &member.key);
            let (key, value) = (member.key_span, member.value.span());
            let between = |start: usize, end: usize| source.get(start - from..end - from).unwrap_or("");
            if name != member.key {
                out.copy(at, between(at, key.start));
                out.replace(key, &quote(&name));
                at = key.end;
            }
            if let Some((before, behind)) = retired.and_then(|retired| wrapping(retired.wrap)) {
                out.copy(at, between(at, value.start));
                out.replace(Span::new(value.start, value.start), before);
                out.copy(value.start, between(value.start, value.end));
                out.replace(Span::new(value.end, value.end), behind);
                at = value.end;
            }
        }
        out.copy(at, source.get(at - from..).unwrap_or(""));
        let (text, map) = out.finish(|text| Some(text.to_owned()));
        Finished { text, map, unknown: Vec::new() }
    }
}

/// The field of the API that an argument fills, and how.
fn today(objects: &[&Object], given: &str) -> (String, Option<&'static Retired>) {
    let name = shape::snake(given);
    let field = objects.iter().any(|object| object.field(&name).is_some());
    let flat = |object: &&Object| object.retired.iter().find(|past| past.name == name && wrapping(past.wrap).is_some());
    match objects.iter().find_map(flat).filter(|_| !field) {
        Some(retired) => (retired.now.unwrap_or(&name).to_owned(), Some(retired)),
        None if field => (name, None),
        None => (given.to_owned(), None),
    }
}

/// The object around a flat value in the API.
fn wrapping(wrap: Wrap) -> Option<(&'static str, &'static str)> {
    match wrap {
        Wrap::Url => Some((r#"{"type": "url", "url": "#, "}")),
        Wrap::AssetId => Some((r#"{"type": "asset_id", "asset_id": "#, "}")),
        Wrap::Same | Wrap::List | Wrap::Flat => None,
    }
}
