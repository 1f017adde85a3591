//! Turns method, URL and body, in whatever notation of the form, into a piece.

use super::strand::{Finished, Strand, Writer};
use crate::request::contract::BodyEncoding;
use crate::request::endpoint::{self, Endpoint, Resolved};
use crate::request::envelope::{is_content_type, is_form};
use crate::request::json::quote;
use crate::request::piece::{Address, Piece};
use crate::text::Span;

/// A request as the form describes it.
#[derive(Debug, Default)]
pub struct Sent {
    pub method: Option<Strand>,
    /// None if only the name of a command says where it goes: see [`Sent::endpoint`].
    pub url: Option<Strand>,
    /// The `Host` header, if the URL is only a path.
    pub host: Option<String>,
    /// `POST /v3/videos`, if a command of the official command line implies it.
    pub endpoint: Option<&'static str>,
    pub body: Option<Finished>,
    /// A body is sent that is not in this file: it is in another file, or in a variable that is not set here.
    pub unseen: bool,
    /// The parts of a multipart form, by name.
    pub parts: Vec<(String, Strand)>,
    /// The content type, if the body is sent as a form; its place is what makes it one: a header, an option.
    pub form: Option<Strand>,
    /// The body contains more than is written here.
    pub open: bool,
    /// Offsets of objects in the body that contain more than is written.
    pub inner_open: Vec<usize>,
}

/// The place of a piece in its file.
#[derive(Clone, Copy)]
pub struct PieceSite<'s> {
    pub form: &'static str,
    /// Finding the place may take a search through the file, and most calls go to other services.
    pub place: &'s dyn Fn() -> String,
}

impl Sent {
    /// The piece; none if it cannot be for this service.
    ///
    /// `ours` means that the file names the service; then a path after a variable is one of its paths.
    pub fn piece(self, site: PieceSite<'_>, ours: bool) -> Option<Piece> {
        let Self { method, url, host, endpoint: command, body, unseen, parts, form, open, inner_open } = self;
        let opened = body.as_ref().map(|body| opened(body, open, inner_open)).unwrap_or_default();
        if let Some(command) = command {
            let body = body?;
            let (method, url) = command.split_once(' ')?;
            let address = Address { method: method.to_owned(), url: url.to_owned(), span: Span::default() };
            return Some(with_body(body, address, site, opened));
        }
        let url = url?;
        let span = url.span()?;
        let method_name = match method.as_ref().map(Strand::literal) {
            Some(Some(method)) => method.to_ascii_uppercase(),
            Some(None) => return None,
            None if body.is_some() || unseen || !parts.is_empty() => "POST".to_owned(),
            None => "GET".to_owned(),
        };
        let (written, mut known_host) = address_of(&url.display())?;
        let resolved = match host {
            Some(host) if written.starts_with('/') => {
                known_host = !host.contains(['{', '$', '<']);
                super::resolve(&endpoint::SplitAddress::parse(&format!("https://{host}{written}")), &method_name)
            }
            _ => super::resolve(&endpoint::SplitAddress::parse(&written), &method_name),
        };
        match resolved {
            Resolved::Foreign => return None,
            Resolved::Known(Endpoint::Operation(_)) if known_host || ours || body.is_some() => {}
            _ if known_host || ours => {}
            _ => return None,
        }
        match (resolved, body) {
            (Resolved::Known(Endpoint::Operation(operation)), body)
                if operation.encoding == BodyEncoding::Json && form.is_some() =>
            {
                Some(envelope(&method_name, &url, form.as_ref(), body, &[], site, opened))
            }
            (Resolved::Known(Endpoint::Operation(_)), Some(body)) => {
                let address = Address { method: method_name, url: written, span };
                Some(with_body(body, address, site, opened))
            }
            // Nothing can be said about a body that is not here.
            (Resolved::Known(Endpoint::Operation(operation)), None)
                if unseen || !parts.is_empty() && operation.encoding != BodyEncoding::Multipart =>
            {
                None
            }
            (_, body) => Some(envelope(&method_name, &url, None, body, &parts, site, opened)),
        }
    }
}

/// The value of a header line, `Content-Type: …`, if it is the content type of a form.
pub fn form_of(header: Strand) -> Option<Strand> {
    let text = header.literal()?;
    let (name, value) = text.split_once(':')?;
    let skip = text.len() - value.trim_start().len();
    (is_content_type(name) && is_form(value)).then(|| header.without(skip))?
}

/// The address without a variable for the host, and whether it names a host.
fn address_of(url: &str) -> Option<(String, bool)> {
    if let Some(rest) = url.strip_prefix("{{") {
        let rest = rest.get(rest.find("}}")? + 2..)?;
        let path = if rest.starts_with('/') { rest.to_owned() } else { format!("/{rest}") };
        return Some((path, false));
    }
    if url.contains("://") {
        let host = url.split("://").nth(1)?.split('/').next()?;
        let variable = host.contains(['{', '$', '<']);
        return Some((url.to_owned(), !variable));
    }
    // `curl api.example.com/v3/videos`
    if !url.starts_with('/') && url.split('/').next().is_some_and(|host| host.contains('.')) {
        return Some((format!("https://{url}"), true));
    }
    url.starts_with('/').then(|| (url.to_owned(), false))
}

/// Offsets of objects in the text of a body that contain more than is written.
fn opened(body: &Finished, root: bool, mut inner: Vec<usize>) -> Vec<usize> {
    if root {
        inner.push(body.text.find(|c: char| !c.is_whitespace()).unwrap_or(0));
    }
    inner
}

fn with_body(body: Finished, address: Address, site: PieceSite<'_>, open: Vec<usize>) -> Piece {
    let Finished { text, map, unknown } = body;
    Piece { text, map, address: Some(address), form: site.form, place: (site.place)(), unknown, open }
}

/// `{"method": …, "url": …, "headers": …, "body": …}` with the parts mapped to their places in the form; those of a
/// multipart form appear beside the body. Headers are written only for the content type.
fn envelope(
    method: &str,
    url: &Strand,
    content_type: Option<&Strand>,
    body: Option<Finished>,
    parts: &[(String, Strand)],
    site: PieceSite<'_>,
    open: Vec<usize>,
) -> Piece {
    let span = url.span().unwrap_or_default();
    let (before, after) = (Span::new(span.start, span.start), Span::new(span.end, span.end));
    let mut out = Writer::default();
    out.stands(before, &format!("{{\"method\": \"{method}\", \"url\": \""));
    url.clone().without_host().write_string(&mut out);
    out.stands(after, "\"");
    if let Some((kind, place)) = content_type.and_then(|kind| Some((kind, kind.span()?))) {
        out.stands(Span::new(place.start, place.start), ", \"headers\": {\"Content-Type\": ");
        out.stands(place, &quote(&kind.display()));
        out.stands(Span::new(place.end, place.end), "}");
    }
    let mut shift = 0;
    if let Some(body) = body.filter(|body| !body.text.trim().is_empty()) {
        out.stands(after, ", \"body\": ");
        shift = out.len();
        out.append(&body);
    }
    for (name, value) in parts {
        let Some(span) = value.span() else { continue };
        out.stands(Span::new(span.start, span.start), &format!(", {}: \"", quote(name)));
        value.write_string(&mut out);
        out.stands(Span::new(span.end, span.end), "\"");
    }
    out.stands(after, "}");
    // Fixes never edit the parts that only an envelope has.
    let Finished { text, map, unknown } = out.finish(|_| None);
    let open = open.into_iter().map(|at| at + shift).collect();
    Piece { text, map, address: None, form: site.form, place: (site.place)(), unknown, open }
}
