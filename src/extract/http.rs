//! Requests as text: `.http` and `.rest` files, and the blocks of Bruno.

use super::command::line;
use super::send::{PieceSite, Sent, form_of};
use super::strand::Strand;
use crate::request::envelope::{METHODS, MULTIPART, URL_ENCODED, is_form};
use crate::request::piece::Piece;
use crate::text::{Span, bounds};

/// The requests of a `.http` file: request line, headers, blank line, body, up to a line that begins with `###`.
pub fn pieces(text: &str, ours: bool) -> Vec<Piece> {
    let mut found = Vec::new();
    let mut request: Option<Draft> = None;
    let mut start = 0;
    for whole in text.split_inclusive('\n') {
        let at = start;
        start += whole.len();
        let written = whole.trim_end_matches(['\n', '\r']);
        if found.len() >= bounds::FORM_PIECES {
            return found;
        }
        if written.starts_with("###") {
            found.extend(request.take().and_then(|request| request.piece(text, at, ours)));
            continue;
        }
        match &mut request {
            None => request = Draft::begin(written, at),
            Some(draft) if draft.body.is_none() => draft.head(written, at, start),
            Some(_) => {}
        }
    }
    found.extend(request.and_then(|request| request.piece(text, text.len(), ours)));
    found
}

/// A request that has not ended yet.
struct Draft {
    at: usize,
    method: Strand,
    url: Strand,
    host: Option<String>,
    /// The content type, if it is that of a form.
    form: Option<Strand>,
    /// Offset of the body.
    body: Option<usize>,
}

impl Draft {
    fn begin(line: &str, at: usize) -> Option<Self> {
        let trimmed = line.trim_start();
        let shift = line.len() - trimmed.len();
        let (method, rest) = trimmed.split_once([' ', '\t'])?;
        if !METHODS.contains(&method) {
            return None;
        }
        let url = rest.trim_start();
        let url_at = at + shift + method.len() + 1 + (rest.len() - url.len());
        let url = url.split_once(" HTTP/").map_or(url, |(url, _)| url).trim_end();
        if url.is_empty() {
            return None;
        }
        let mut word = Strand::new();
        word.copy(at + shift, method);
        Some(Self { at, method: word, url: templated(url_at, url), host: None, form: None, body: None })
    }

    /// Reads a line of the head, which ends at `next`.
    fn head(&mut self, line: &str, at: usize, next: usize) {
        let trimmed = line.trim();
        if trimmed.is_empty() {
            self.body = Some(next);
        } else if trimmed.starts_with(['?', '&']) {
            self.url.extend(templated(at + (line.len() - line.trim_start().len()), trimmed));
        } else if let Some((name, value)) = trimmed.split_once(':')
            && name.eq_ignore_ascii_case("host")
        {
            self.host = Some(value.trim().to_owned());
        } else if let Some(form) = form_of(templated(at + (line.len() - line.trim_start().len()), trimmed)) {
            self.form = Some(form);
        }
    }

    fn piece(self, text: &str, end: usize, ours: bool) -> Option<Piece> {
        let mut sent = Sent { method: Some(self.method), url: Some(self.url), host: self.host, ..Sent::default() };
        let body = self.body.and_then(|from| text.get(from..end)).unwrap_or("");
        let from = self.body.unwrap_or(end);
        // Scripts for the response follow the body.
        let lines = body.split_inclusive('\n').take_while(|line| !line.starts_with("> ") && !line.starts_with("<> "));
        let len: usize = lines.map(str::len).sum();
        let body = templated(from, body.get(..len).unwrap_or("")).trimmed();
        let first = body.display();
        if first.starts_with(['{', '[']) {
            sent.body = Some(body.finish_json(|text| Some(text.to_owned())));
        } else {
            // A file, a form, a script.
            sent.unseen = !first.is_empty();
        }
        sent.form = self.form.filter(|_| !first.is_empty());
        sent.piece(PieceSite { form: "http", place: &|| line(text, self.at) }, ours)
    }
}

/// Text in which a tool fills in `{{…}}` and `{% … %}`.
pub fn templated(start: usize, text: &str) -> Strand {
    /// How far to search for the end of a placeholder, so that a text of only placeholders costs no more than its
    /// length.
    const FURTHEST: usize = 512;
    let mut strand = Strand::new();
    let mut from = 0;
    let bytes = text.as_bytes();
    for at in memchr::memchr_iter(b'{', bytes) {
        if at < from {
            continue;
        }
        let close = match bytes.get(at + 1) {
            Some(b'{') => "}}",
            Some(b'%') => "%}",
            _ => continue,
        };
        // A placeholder does not span lines: `{{` may also begin two objects.
        let near = text.get(at + 2..text.floor_char_boundary(at + FURTHEST)).unwrap_or("");
        let line = near.lines().next().unwrap_or("");
        let Some(len) = line.find(close).filter(|len| *len > 0) else { continue };
        let name = line.get(..len).unwrap_or("").trim();
        if name.starts_with('"') {
            continue;
        }
        strand.copy(start + from, text.get(from..at).unwrap_or(""));
        let end = at + 4 + len;
        strand.unknown(Span::new(start + at, start + end), name.rsplit(['.', '$', ' ']).next().unwrap_or(name));
        from = end;
    }
    strand.copy(start + from, text.get(from..).unwrap_or(""));
    strand
}

/// The words of Bruno for a body that is a form.
const FORM_WORDS: [(&str, &str); 2] = [("formUrlEncoded", URL_ENCODED), ("multipartForm", MULTIPART)];

/// The request of a Bruno file: `post { url: … }`, `body:json { … }`.
pub fn bruno(text: &str, ours: bool) -> Vec<Piece> {
    let mut sent = Sent::default();
    let mut at = 0;
    let mut block: Option<(&str, usize)> = None;
    let mut start = 0;
    for whole in text.split_inclusive('\n') {
        let here = start;
        start += whole.len();
        let line = whole.trim_end();
        match block {
            None => {
                let Some(name) = line.strip_suffix('{').map(str::trim) else { continue };
                block = Some((name, start));
            }
            Some((name, from)) if line == "}" => {
                let inner = text.get(from..here).unwrap_or("");
                let upper = name.to_ascii_uppercase();
                if METHODS.contains(&&*upper) {
                    at = from;
                    sent.method = Some(Strand::of(&upper));
                    sent.url = entry(inner, from, "url");
                    if let Some(word) = entry(inner, from, "body")
                        && let Some((_, kind)) = FORM_WORDS.iter().find(|(known, _)| word.display() == *known)
                    {
                        sent.form = Some(Strand::implied(word.span().unwrap_or_default(), kind));
                        sent.unseen = true;
                    }
                } else if name == "headers" {
                    let kind = entry(inner, from, "Content-Type").or_else(|| entry(inner, from, "content-type"));
                    sent.form = kind.filter(|kind| kind.literal().is_some_and(|kind| is_form(&kind))).or(sent.form);
                } else if name == "body:json" || name == "body" {
                    let body = templated(from, inner).trimmed();
                    sent.body = Some(body.finish_json(|text| Some(text.to_owned())));
                }
                block = None;
            }
            Some(_) => {}
        }
    }
    sent.piece(PieceSite { form: "bruno", place: &|| line(text, at) }, ours).into_iter().collect()
}

/// The value of `name: value` in a block of Bruno.
fn entry(inner: &str, from: usize, name: &str) -> Option<Strand> {
    let mut start = from;
    for line in inner.split_inclusive('\n') {
        let at = start;
        start += line.len();
        if let Some((key, value)) = line.split_once(':')
            && key.trim() == name
        {
            let trimmed = value.trim();
            let shift = key.len() + 1 + (value.len() - value.trim_start().len());
            return Some(templated(at + shift, trimmed));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn request_files() {
        let text = "@base = https://api.heygen.com\n### One\n# c\nPOST {{base}}/v3/videos HTTP/1.1\nX-Api-Key: {{key}}\n\n\
                    {\"script\": \"Hi {{name}}\", \"n\": {{n}}}\n\n> {% x %}\n###\nGET https://api.heygen.com/v1/video.list\n\n\
                    ### Other\nPOST https://example.com/v3/videos\n\n{}\n### File\nPOST https://api.heygen.com/v3/videos\n\n< ./a.json\n";
        let found = pieces(text, true);
        assert_eq!(found.len(), 2, "{found:#?}");
        assert_eq!(found[0].text, "{\"script\": \"Hi {{name}}\", \"n\": \"{{n}}\"}");
        let address = found[0].address.as_ref().expect("an address");
        assert_eq!(
            (address.method.as_str(), address.url.as_str(), found[0].place.as_str()),
            ("POST", "/v3/videos", "line 4")
        );
        assert_eq!(&text[address.span.start..address.span.end], "{{base}}/v3/videos");
        assert_eq!(found[1].text, "{\"method\": \"GET\", \"url\": \"https://api.heygen.com/v1/video.list\"}");
        let block = "POST /v3/videos HTTP/1.1\nHost: api.heygen.com\n\n{\"a\": 1}\n";
        assert_eq!(pieces(block, false).len(), 1);
        assert!(pieces(&block.replace("heygen", "example"), true).is_empty());
    }

    #[test]
    fn bruno_files() {
        let text = "meta {\n  name: x\n}\n\npost {\n  url: {{host}}/v3/videos\n  body: json\n}\n\nbody:json {\n  {\n    \"a\": {{b}}\n  }\n}\n";
        let found = bruno(text, true);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].text, "{\n    \"a\": \"{{b}}\"\n  }");
        assert_eq!(found[0].place, "line 6");
    }
}
