//! Extracts requests from the forms in which people keep them: pieces of JSON, each with a map back to the bytes of its
//! file.
//!
//! A form knows the syntax of its text, but not what a request may contain. Values that only running a program would
//! show become placeholders in the JSON and are listed as unknown; [`vouches`] drops every finding that would depend on
//! them.

#[cfg(feature = "code")]
mod code;
mod command;
mod http;
mod json;
mod known;
mod markdown;
mod notebook;
pub mod secret;
mod send;
mod shell;
mod strand;
pub mod table;
mod tool;
mod yaml;

use std::path::Path;
use std::sync::OnceLock;

use aho_corasick::{AhoCorasick, packed};

pub use known::vouches;

use crate::profile::{self, Profile};
use crate::request::endpoint::{Endpoint, Resolved};
use crate::request::json::{Document, ValueKind, parse};
use crate::request::piece::{Address, Piece, SpanMap};
use crate::request::{Request, endpoint};
use crate::text::Span;
use crate::text::bounds;

/// A form in which people keep requests. The names appear in reports and configurations.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Form {
    Shell,
    Markdown,
    Http,
    Bruno,
    Notebook,
    Yaml,
    /// `.env` and similar files: they contain no requests, but may contain a key.
    Environment,
    #[cfg(feature = "code")]
    Json5,
    #[cfg(feature = "code")]
    Python,
    #[cfg(feature = "code")]
    JavaScript,
    #[cfg(feature = "code")]
    TypeScript,
}

impl Form {
    pub const ALL: &[Self] = &[
        Self::Shell,
        Self::Markdown,
        Self::Http,
        Self::Bruno,
        Self::Notebook,
        Self::Yaml,
        Self::Environment,
        #[cfg(feature = "code")]
        Self::Json5,
        #[cfg(feature = "code")]
        Self::Python,
        #[cfg(feature = "code")]
        Self::JavaScript,
        #[cfg(feature = "code")]
        Self::TypeScript,
    ];

    /// The form of a file, by its name.
    #[must_use]
    pub fn of(path: &Path) -> Option<Self> {
        if is_environment(path) {
            return Some(Self::Environment);
        }
        let extension = path.extension()?.to_str()?;
        let is = |form: &Self| form.extensions().iter().any(|known| known.eq_ignore_ascii_case(extension));
        Self::ALL.iter().copied().find(is)
    }

    /// The extensions of its files.
    #[must_use]
    pub fn extensions(self) -> &'static [&'static str] {
        match self {
            Self::Shell => &["sh", "bash", "zsh"],
            Self::Markdown => &["md", "mdx", "markdown"],
            Self::Http => &["http", "rest"],
            Self::Bruno => &["bru"],
            Self::Notebook => &["ipynb"],
            Self::Yaml => &["yaml", "yml"],
            Self::Environment => &["env"],
            #[cfg(feature = "code")]
            Self::Json5 => &["jsonc", "json5"],
            #[cfg(feature = "code")]
            Self::Python => &["py"],
            #[cfg(feature = "code")]
            Self::JavaScript => &["js", "jsx", "mjs", "cjs", "tsx"],
            #[cfg(feature = "code")]
            Self::TypeScript => &["ts", "mts", "cts"],
        }
    }

    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Shell => "shell",
            Self::Markdown => "markdown",
            Self::Http => "http",
            Self::Bruno => "bruno",
            Self::Notebook => "notebook",
            Self::Yaml => "yaml",
            Self::Environment => "environment",
            #[cfg(feature = "code")]
            Self::Json5 => "json5",
            #[cfg(feature = "code")]
            Self::Python => "python",
            #[cfg(feature = "code")]
            Self::JavaScript => "javascript",
            #[cfg(feature = "code")]
            Self::TypeScript => "typescript",
        }
    }
}

/// `.env`, `.env.local`.
fn is_environment(path: &Path) -> bool {
    let name = path.file_name().and_then(|name| name.to_str());
    name.and_then(|name| name.strip_prefix(".env")).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

/// The service whose command line and keys to look for.
fn service() -> &'static Profile {
    profile::default()
}

/// The services whose requests to look for in other forms, whether or not a configuration names them: [`is_for`]
/// decides which ones to check.
fn services() -> impl Iterator<Item = &'static Profile> {
    profile::ALL.iter().copied().filter(|profile| !profile.operations.is_empty())
}

/// The target of a method and an address, in the service that knows them best.
fn resolve(address: &endpoint::SplitAddress<'_>, method: &str) -> Resolved {
    let all: Vec<Resolved> = services().map(|service| address.resolve(service, Some(method))).collect();
    let known = all.iter().find(|resolved| matches!(resolved, Resolved::Known(_)));
    let ours = || all.iter().find(|resolved| !matches!(resolved, Resolved::Foreign));
    known.or_else(ours).copied().unwrap_or(Resolved::Foreign)
}

/// Whether a file may contain a request of one of these services, because it has one of their words. Other files are
/// not parsed.
#[must_use]
pub fn may_hold(bytes: &[u8]) -> bool {
    static NEEDLES: OnceLock<Needles> = OnceLock::new();
    match NEEDLES.get_or_init(Needles::new) {
        Needles::Packed(searcher) => searcher.find(bytes).is_some(),
        Needles::Automaton(automaton) => automaton.is_match(bytes),
    }
}

/// Searches for several words at once. A walk reads most files only for this search, so it determines the time of a
/// walk.
enum Needles {
    /// Many bytes in one instruction.
    Packed(packed::Searcher),
    /// For processors without such instructions: one byte after the other.
    Automaton(AhoCorasick),
}

impl Needles {
    fn new() -> Self {
        let words = needles();
        let packed = || packed::Searcher::new(&words);
        packed().map_or_else(|| Self::Automaton(automaton(&words)), Self::Packed)
    }
}

fn automaton(words: &[String]) -> AhoCorasick {
    AhoCorasick::new(words).unwrap_or_else(|_| unreachable!("a few short words make an automaton"))
}

/// A file is searched for requests only if it contains one of these words.
fn needles() -> Vec<String> {
    let mut words: Vec<String> =
        services().flat_map(|service| service.words.iter().map(|word| (*word).to_owned())).collect();
    for service in services() {
        words.extend(service.keys.prefixes.iter().map(|prefix| (*prefix).to_owned()));
        words.extend(service.keys.names.iter().flat_map(|name| [name.to_ascii_uppercase(), (*name).to_owned()]));
        words.extend(spellings(service.title));
        words.extend(service.command_line.iter().flat_map(|line| spellings(line.program)));
    }
    words.sort();
    words.dedup();
    words
}

/// The spellings of a name in addresses, constants, types and variables.
fn spellings(name: &str) -> [String; 5] {
    let with_first = |convert: fn(&str) -> String, rest: &str| {
        let (first, _) = name.split_at(name.len().min(1));
        convert(first) + rest.get(first.len()..).unwrap_or("")
    };
    let lower = name.to_ascii_lowercase();
    [
        name.to_owned(),
        name.to_ascii_uppercase(),
        with_first(str::to_ascii_uppercase, &lower),
        with_first(str::to_ascii_lowercase, name),
        lower,
    ]
}

/// The requests in a text of a form: a bounded number, and only those that are certainly for this service.
#[must_use]
pub fn pieces(form: Form, text: &str) -> Vec<Piece> {
    let ours = names_service(text);
    let mut found = match form {
        Form::Shell => command::pieces(text, ours),
        Form::Markdown => in_markdown(text, ours),
        Form::Http => http::pieces(text, ours),
        Form::Bruno => http::bruno(text, ours),
        Form::Notebook => notebook::pieces(text, ours),
        Form::Yaml => yaml::pieces(text, ours),
        Form::Environment => Vec::new(),
        #[cfg(feature = "code")]
        Form::Json5 => code::whole(text).into_iter().collect(),
        #[cfg(feature = "code")]
        Form::Python => code::pieces(code::Language::Python, text, ours),
        #[cfg(feature = "code")]
        Form::JavaScript => code::pieces(code::Language::JavaScript, text, ours),
        #[cfg(feature = "code")]
        Form::TypeScript => code::pieces(code::Language::TypeScript, text, ours),
    };
    found.truncate(bounds::FORM_PIECES);
    found.retain(is_certain);
    found
}

/// The documents of a text that the configuration declares as requests for an endpoint, whatever they look like; none
/// if a file of this form is more than its documents.
#[must_use]
pub fn declared(form: Form, text: &str, endpoint: Endpoint) -> Option<Vec<Piece>> {
    let mut found = match form {
        Form::Yaml => yaml::whole(text),
        #[cfg(feature = "code")]
        Form::Json5 => code::whole(text).into_iter().collect(),
        _ => return None,
    };
    found.truncate(bounds::FORM_PIECES);
    let name = endpoint.name();
    let (method, url) = name.split_once(' ')?;
    for piece in &mut found {
        piece.address = Some(Address { method: method.to_owned(), url: url.to_owned(), span: Span::default() });
    }
    Some(found)
}

/// The requests inside a JSON document that is not a request itself: collections, recordings, workflows.
#[must_use]
pub fn within(document: &Document<'_>) -> Vec<Piece> {
    let mut found = json::pieces(document, names_service(document.text()));
    found.retain(is_certain);
    found
}

/// The endpoint to which the form sends a piece.
#[must_use]
pub fn endpoint(piece: &Piece) -> Option<Endpoint> {
    let address = piece.address.as_ref()?;
    match resolve(&endpoint::SplitAddress::parse(&address.url), &address.method) {
        Resolved::Known(endpoint) => Some(endpoint),
        _ => None,
    }
}

/// Whether a piece is a request to one of these services.
#[must_use]
pub fn is_for(piece: &Piece, profiles: &[&'static Profile]) -> bool {
    if let Some(endpoint) = endpoint(piece) {
        return profiles.iter().any(|profile| endpoint.is_of(profile));
    }
    let document = parse(&piece.text);
    let mut records = crate::request::record::records(&document);
    records.any(|(index, root)| profiles.iter().any(|profile| Request::read(profile, index, root, None).is_certain()))
}

/// The text names the service, so that a path alone is one of its paths.
pub fn names_service(text: &str) -> bool {
    service().keys.names.iter().any(|name| memchr::memmem::find(text.as_bytes(), name.as_bytes()).is_some())
}

/// The pieces of the fenced blocks.
fn in_markdown(text: &str, ours: bool) -> Vec<Piece> {
    let mut found = Vec::new();
    for block in markdown::blocks(text) {
        if found.len() >= bounds::FORM_PIECES {
            break;
        }
        let body = text.get(block.body.start..block.body.end).unwrap_or("");
        if !may_hold(body.as_bytes()) {
            continue;
        }
        let outer = SpanMap::verbatim(block.body.start, body.len());
        for piece in in_block(block.language, body, ours) {
            let mut piece = piece.within(&outer);
            piece.place = command::line(text, span(&piece).start);
            found.push(piece);
        }
    }
    found
}

/// The pieces of a block of code in this language.
fn in_block(language: &str, body: &str, ours: bool) -> Vec<Piece> {
    match language.to_ascii_lowercase().as_str() {
        "sh" | "bash" | "zsh" | "shell" | "console" | "shell-session" | "terminal" | "curl" | "cmd" => {
            command::pieces(body, ours)
        }
        "http" | "rest" => http::pieces(body, ours),
        "json" | "jsonc" | "json5" => in_json(body),
        #[cfg(feature = "code")]
        "py" | "python" | "python3" => code::pieces(code::Language::Python, body, ours),
        #[cfg(feature = "code")]
        "js" | "javascript" | "jsx" | "node" | "mjs" | "tsx" => code::pieces(code::Language::JavaScript, body, ours),
        #[cfg(feature = "code")]
        "ts" | "typescript" => code::pieces(code::Language::TypeScript, body, ours),
        "" => {
            let found = command::pieces(body, ours);
            if found.is_empty() { in_json(body) } else { found }
        }
        _ => Vec::new(),
    }
}

/// A block that is JSON as a whole: one request, several, or a document that contains some. Documents show JSON with
/// ellipses and comments, so invalid JSON is ignored.
fn in_json(body: &str) -> Vec<Piece> {
    let document = parse(body);
    let Some(root) = document.root().filter(|_| document.errors().is_empty()) else { return Vec::new() };
    if matches!(root.kind(), ValueKind::Object | ValueKind::Array) {
        let plain = Piece {
            text: body.to_owned(),
            map: SpanMap::verbatim(0, body.len()),
            address: None,
            form: "json",
            place: String::new(),
            unknown: Vec::new(),
            open: Vec::new(),
        };
        if is_certain(&plain) {
            return vec![plain];
        }
    }
    json::pieces(&document, true)
}

/// Whether a piece is unmistakably a request to this service.
fn is_certain(piece: &Piece) -> bool {
    let document = parse(&piece.text);
    if piece.address.is_some() {
        // An ellipsis for the reader is not a fault of the body.
        return document.errors().is_empty() || !is_elided(&piece.text);
    }
    if !document.errors().is_empty() {
        return false;
    }
    let mut records = crate::request::record::records(&document).peekable();
    records.peek().is_some()
        && records.all(|(index, root)| {
            let is_of = |service| {
                let request = Request::read(service, index, root, None);
                request.is_certain() && (request.envelope.is_some() || known::shows_itself(root, piece))
            };
            services().any(is_of)
        })
}

/// Whether something is left out for the reader's sake.
fn is_elided(text: &str) -> bool {
    text.contains("...") || text.contains('…')
}

/// The place of a piece in its file.
#[must_use]
pub fn span(piece: &Piece) -> Span {
    piece.map.span(Span::new(0, piece.text.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_without_a_word_of_a_service_is_not_parsed() {
        for text in [
            "HEYGEN_API_KEY=x",
            "class HeyGenClient:",
            "const heyGenKey = 1",
            "HeygenVideo",
            "https://api.heygen.com",
            "fetch(`${base}/v3/videos`)",
            "{\"avatar_id\": \"a\"}",
            "sk_V2_hgu_abc",
        ] {
            assert!(may_hold(text.as_bytes()), "{text}");
            let long = format!("{}{text}{}", "x ".repeat(500), " y".repeat(500));
            assert!(may_hold(long.as_bytes()), "{text}");
        }
        for text in ["", "hey", "def total(items):", "/v1/users", "avatarId", &"heyge ".repeat(1000)] {
            assert!(!may_hold(text.as_bytes()), "{text}");
        }
    }

    proptest::proptest! {
        /// Both ways of searching find the same words.
        #[test]
        fn packed_or_not(text in "(x|hey|heygen|HEYGEN|/v3|/v3/|avatar_|id|voice_id|_| ){0,40}") {
            proptest::prop_assert_eq!(may_hold(text.as_bytes()), automaton(&needles()).is_match(&text));
        }
    }
}
