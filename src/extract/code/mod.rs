//! Python and JavaScript: literals that a call sends as its body, or that are clearly requests.
//!
//! The grammars are those of tree-sitter, so code with errors still has a tree. Nothing is run: a name, an
//! interpolation or a call inside a literal is unknown. If a call gives URL and body through variables, the literals
//! that the same file assigns to them are used.

mod literal;
mod syntax;

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::ops::ControlFlow;

use tree_sitter::{Node, ParseOptions, Parser, Tree};

use self::literal::{LiteralShape, Literals};
use super::command::line;
use super::send::{PieceSite, Sent};
use super::strand::Strand;
use crate::request::envelope::{METHODS, MULTIPART, OBJECT_AS_TEXT, URL_ENCODED, is_content_type, is_form};
use crate::request::piece::Piece;
use crate::text::{Span, bounds};

use self::syntax::Arguments;
pub use self::syntax::Language;

/// Steps of the parser before it gives up on a text; each is about a hundred operations.
const MOST_STEPS: usize = 50_000;
/// The most nodes to visit.
const MOST_NODES: usize = 1_000_000;

/// Python clients that send a dictionary in `data` as a form.
const FORM_CLIENTS: [&str; 3] = ["requests", "httpx", "aiohttp"];

/// Libraries whose calls describe answers in a test, besides everything with “mock” in its name.
const MOCKS: [&str; 7] = ["responses", "rsps", "respx", "nock", "httpretty", "aioresponses", "pook"];

/// The most type assertions in angle brackets: each costs another parse.
const MOST_ASSERTIONS: usize = 64;

/// The requests in a program.
pub fn pieces(language: Language, text: &str, ours: bool) -> Vec<Piece> {
    let Some((tree, text)) = tree(language, text) else { return Vec::new() };
    let text = text.as_ref();
    let literals = Literals { language, text, is_draft: false };
    let mut finder = CallFinder { literals, names: Names::default(), calls: Vec::new(), bare: Vec::new(), ours };
    finder.look(tree.root_node());
    finder.found()
}

/// The literal that is the whole text: JSON with comments, JSON5.
pub fn whole(text: &str) -> Option<Piece> {
    // An object at the beginning of a statement would be a block.
    let wrapped = format!("({text}\n)");
    let (tree, _) = tree(Language::JavaScript, &wrapped)?;
    let root = tree.root_node();
    let statement = root.named_children(&mut root.walk()).find(|node| node.kind() == "expression_statement")?;
    if root.has_error() {
        return None;
    }
    let literals = Literals { language: Language::JavaScript, text: &wrapped, is_draft: false };
    let (body, open) = literals.body(literals.unwrapped(statement.named_child(0)?))?;
    let outer = crate::request::piece::SpanMap::shifted_back(1, wrapped.len());
    let form = "json5";
    let piece = Piece {
        text: body.text,
        map: body.map,
        address: None,
        form,
        place: line(text, 0),
        unknown: body.unknown,
        open,
    };
    Some(piece.within(&outer))
}

/// The tree of a program, and the text that it describes: that of the file, but for type assertions.
fn tree(language: Language, text: &str) -> Option<(Tree, Cow<'_, str>)> {
    if text.len() > bounds::PARSED_FORM_BYTES {
        return None;
    }
    let mut parser = Parser::new();
    parser.set_language(&language.grammar()).ok()?;
    let mut steps = 0;
    let mut parse = |text: &str| {
        let bytes = text.as_bytes();
        let mut bounded = |_: &tree_sitter::ParseState| {
            steps += 1;
            if steps > MOST_STEPS { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        };
        let options = ParseOptions::new().progress_callback(&mut bounded);
        parser.reset();
        parser.parse_with_options(&mut |at, _| bytes.get(at..).unwrap_or_default(), None, Some(options))
    };
    let (mut tree, mut text) = (parse(text)?, Cow::Borrowed(text));
    // One at a time: the grammar takes what follows `<T>` for the content of an element.
    for _ in 0..MOST_ASSERTIONS {
        let Some(assertion) = language.assertion(&tree) else { break };
        // Spaces, so that everything else keeps its place.
        let spaces = text.get(assertion.clone())?.bytes().map(|byte| if byte == b'\n' { '\n' } else { ' ' });
        let spaces: String = spaces.collect();
        let mut without = text.clone().into_owned();
        without.replace_range(assertion, &spaces);
        let Some(next) = parse(&without) else { break };
        (tree, text) = (next, Cow::Owned(without));
    }
    Some((tree, text))
}

/// The values of the names in a program.
#[derive(Default)]
struct Names<'t> {
    /// Every value assigned to a name, in text order.
    given: HashMap<&'t str, Vec<Node<'t>>>,
    /// Names whose members are set one by one.
    changed: HashSet<&'t str>,
}

impl<'t> Names<'t> {
    /// The value of a name at a place, as far as text order shows.
    fn value(&self, name: &str, at: usize) -> Option<Node<'t>> {
        let given = self.given.get(name)?;
        given.iter().rev().find(|value| value.start_byte() < at).or(given.first()).copied()
    }
}

struct CallFinder<'t> {
    literals: Literals<'t>,
    names: Names<'t>,
    calls: Vec<Node<'t>>,
    /// Objects at places where a body may be.
    bare: Vec<Node<'t>>,
    ours: bool,
}

/// The surroundings of a node.
#[derive(Clone, Copy, PartialEq, Eq)]
enum NodeContext {
    /// A possible place of a body: the value of a variable, a body's keyword, a return value.
    Body,
    Elsewhere,
}

impl<'t> CallFinder<'t> {
    /// Collects names, calls and objects.
    fn look(&mut self, root: Node<'t>) {
        let mut open = vec![(root, NodeContext::Elsewhere)];
        let mut seen = 0;
        while let Some((node, place)) = open.pop() {
            seen += 1;
            if seen > MOST_NODES {
                return;
            }
            let language = self.literals.language;
            let mut inner = NodeContext::Elsewhere;
            if let Some((name, value)) = language.given(node, self.literals.text) {
                self.names.given.entry(name).or_default().push(value);
                inner = NodeContext::Body;
            } else if let Some(name) = language.changed(node, self.literals.text) {
                self.names.changed.insert(name);
            } else if language.is_call(node) {
                self.calls.push(node);
                if language.is_serialiser(node, self.literals.text) {
                    inner = NodeContext::Body;
                }
            } else if language.is_body(node, self.literals.text) {
                inner = NodeContext::Body;
            } else if language.is_transparent(node) {
                inner = place;
            }
            if place == NodeContext::Body && language.is_object(node) {
                self.bare.push(node);
                // Its content is part of it.
                inner = NodeContext::Elsewhere;
            }
            let mut cursor = node.walk();
            let children: Vec<_> = node.named_children(&mut cursor).collect();
            open.extend(children.into_iter().rev().map(|child| (child, inner)));
        }
    }

    fn found(self) -> Vec<Piece> {
        let mut taken = HashSet::new();
        let mut found = Vec::new();
        for call in &self.calls {
            let Some((sent, body)) = self.sent(*call) else { continue };
            let Some(url) = &sent.url else { continue };
            if url.span().is_none() || (sent.body.is_none() && body.is_some()) {
                continue;
            }
            let place = || line(self.literals.text, call.start_byte());
            let site = PieceSite { form: self.literals.language.form(), place: &place };
            let piece = sent.piece(site, self.ours);
            // A body that is sent to another service is not a request either.
            if let Some(body) = body {
                taken.insert(body.id());
            }
            found.extend(piece);
        }
        for object in &self.bare {
            if taken.contains(&object.id()) {
                continue;
            }
            let Some((body, mut open)) = self.draft().body(*object) else { continue };
            // The program may add to it before sending it, or send it as part of something else.
            if !open.contains(&0) {
                open.push(0);
            }
            found.push(Piece {
                text: body.text,
                map: body.map,
                address: None,
                form: self.literals.language.form(),
                place: line(self.literals.text, object.start_byte()),
                unknown: body.unknown,
                open,
            });
        }
        found.sort_by_key(super::span);
        found
    }

    /// The literals of an object that the program changes before it sends it.
    fn draft(&self) -> Literals<'t> {
        Literals { is_draft: true, ..self.literals }
    }

    /// The request that a call sends, and the object that is its body.
    fn sent(&self, call: Node<'t>) -> Option<(Sent, Option<Node<'t>>)> {
        let Literals { language, text, .. } = self.literals;
        // `self._post(…)` is a method of a client of one's own.
        let callee = language.callee(call, text)?.trim_start_matches('_');
        if language.root(call, text).is_some_and(is_mock) {
            return None;
        }
        let arguments = language.arguments(call, text);
        let verb = matches!(callee, "post" | "put" | "patch" | "delete" | "get");
        let named = |keys: &[&str]| keys.iter().find_map(|key| arguments.named(key));
        let mut positional = arguments.positional.iter().copied();
        let mut method = None;
        if verb {
            method = Some(Strand::of(&callee.to_ascii_uppercase()));
        } else if let Some(given) = named(&["method"]) {
            method = Some(self.text_of(given)?);
        } else if matches!(callee, "request" | "Request")
            && let Some(first) = arguments.positional.first().and_then(|first| self.text_of(*first))
            && first.literal().is_some_and(|word| is_method(&word))
        {
            positional.next();
            method = Some(first);
        } else if !matches!(callee, "fetch" | "axios" | "request" | "ofetch" | "got" | "$fetch" | "urlopen" | "Request")
        {
            return None;
        }
        let url = self.text_of(named(&["url"]).or_else(|| positional.next())?)?;
        let url = self.with_base(call, url);
        let writes = method.as_ref().and_then(Strand::literal).is_some_and(|method| !is_method_without_body(&method));
        let takes_body = verb || arguments.positional.len() > 2;
        let data = named(&["json", "body", "data", "content", "form", "multipart"])
            .or_else(|| positional.next().filter(|_| writes && takes_body));
        let mut sent = Sent { method, url: Some(url), ..Sent::default() };
        let files = named(&["files"]).and_then(|files| language.keyword(files)).filter(|_| self.sends_forms(call));
        let Some(data) = data else {
            sent.form = files.map(|keyword| stand_for(keyword, MULTIPART));
            return Some((sent, None));
        };
        sent.form = self.form_header(&arguments).or_else(|| self.form(call, data));
        let Some((object, name)) = self.object_of(data) else {
            sent.unseen = true;
            return Some((sent, None));
        };
        let is_changed = name.is_some_and(|name| self.names.changed.contains(name));
        let literals = if is_changed { self.draft() } else { self.literals };
        let Some((body, open)) = literals.body(object) else {
            sent.unseen = true;
            return Some((sent, None));
        };
        sent.open = !open.is_empty() || is_changed;
        sent.inner_open = open;
        sent.body = Some(body);
        Some((sent, Some(object)))
    }

    /// The content type of a body that is not sent as JSON: a dictionary in `data` of a Python client, a form object in
    /// JavaScript, an object that `fetch` turns into text.
    fn form(&self, call: Node<'t>, data: Node<'t>) -> Option<Strand> {
        let Literals { language, text, .. } = self.literals;
        let value = self.resolved_node(data);
        let keyword = language.keyword(data);
        let name = keyword.map(|keyword| language.key_name(keyword, text));
        let (place, kind) = if language == Language::Python {
            let is_data = name.is_none_or(|name| name == "data");
            (is_data && self.sends_forms(call) && language.is_object(value))
                .then_some((keyword.unwrap_or(data), URL_ENCODED))?
        } else if let (Some(keyword), Some("form" | "multipart")) = (keyword, name) {
            (keyword, if name == Some("form") { URL_ENCODED } else { MULTIPART })
        } else if language.is_object(value) {
            let is_fetch = call.child_by_field_name("function").is_some_and(|function| {
                matches!(text.get(function.byte_range()), Some("fetch" | "window.fetch" | "globalThis.fetch"))
            });
            (is_fetch && name == Some("body")).then_some((data, OBJECT_AS_TEXT))?
        } else {
            let kind = match language.callee(value, text)? {
                "URLSearchParams" => URL_ENCODED,
                "FormData" => MULTIPART,
                _ => return None,
            };
            (data, kind)
        };
        Some(stand_for(place, kind))
    }

    /// The content type in the headers of a call, if it is that of a form.
    fn form_header(&self, arguments: &Arguments<'t>) -> Option<Strand> {
        let Literals { language, text, .. } = self.literals;
        let headers = self.resolved_node(arguments.named("headers")?);
        let headers = language.is_object(headers).then(|| language.properties(headers, text))?;
        let (_, value) = headers.into_iter().find(|(name, _)| is_content_type(name))?;
        self.text_of(value).filter(|kind| kind.literal().is_some_and(|kind| is_form(&kind)))
    }

    /// The address with the base of the client before it: `httpx.Client(base_url="…/v3")`, `axios.create({ baseURL: … })`.
    fn with_base(&self, call: Node<'t>, url: Strand) -> Strand {
        let shown = url.display();
        let begin = url.span().map_or(0, |span| span.start);
        if shown.contains("://") || shown.starts_with("{{") {
            return url;
        }
        let base = self.client(call).and_then(|client| {
            let arguments = self.literals.language.arguments(client, self.literals.text);
            let base = ["base_url", "baseURL", "prefixUrl"].iter().find_map(|key| arguments.named(key));
            self.text_of(base?)?.literal()
        });
        let Some(base) = base else { return url };
        let slash = if shown.starts_with('/') { "" } else { "/" };
        let mut whole = Strand::implied(Span::new(begin, begin), &format!("{}{slash}", base.trim_end_matches('/')));
        whole.extend(url);
        whole
    }

    /// The call that made the client of a call.
    fn client(&self, call: Node<'t>) -> Option<Node<'t>> {
        let Literals { language, text, .. } = self.literals;
        let name = language.receiver(call, text)?;
        let client = self.literals.unwrapped(self.names.value(name, call.start_byte())?);
        language.is_call(client).then_some(client)
    }

    /// Whether the client of a call encodes a dictionary in `data` as a form.
    fn sends_forms(&self, call: Node<'t>) -> bool {
        let Literals { language, text, .. } = self.literals;
        let is_known = |root: Option<&str>| root.is_some_and(|root| FORM_CLIENTS.contains(&root));
        is_known(language.root(call, text))
            || self.client(call).is_some_and(|client| is_known(language.root(client, text)))
    }

    /// An expression, or the value of the name that it is.
    fn resolved_node(&self, node: Node<'t>) -> Node<'t> {
        let node = self.literals.unwrapped(node);
        let name = self.literals.language.name(node, self.literals.text);
        let value = name.and_then(|name| self.names.value(name, node.start_byte()));
        value.map_or(node, |value| self.literals.unwrapped(value))
    }

    /// The text of an expression, with names replaced by their values.
    fn text_of(&self, node: Node<'t>) -> Option<Strand> {
        let node = self.literals.unwrapped(node);
        if let Some(name) = self.literals.language.name(node, self.literals.text) {
            let value = self.literals.unwrapped(self.names.value(name, node.start_byte())?);
            return match self.literals.shape(value) {
                LiteralShape::Text(strand) => Some(self.resolved(strand, value.start_byte())),
                _ => None,
            };
        }
        match self.literals.shape(node) {
            LiteralShape::Text(strand) => Some(self.resolved(strand, node.start_byte())),
            _ => None,
        }
    }

    /// A URL whose first part is a name to which the file assigns a text.
    fn resolved(&self, strand: Strand, at: usize) -> Strand {
        let Some(name) = strand.first_variable() else { return strand };
        let value = self.names.value(name, at).map(|value| self.literals.shape(self.literals.unwrapped(value)));
        match value {
            Some(LiteralShape::Text(first)) if first.first_variable().is_none() => strand.with_first(&first),
            _ => strand,
        }
    }

    /// The object of an expression, and its name.
    fn object_of(&self, node: Node<'t>) -> Option<(Node<'t>, Option<&'t str>)> {
        let Literals { language, text, .. } = self.literals;
        let mut node = self.literals.unwrapped(node);
        for _ in 0..3 {
            match language.serialised(node, text) {
                Some(inner) => node = self.literals.unwrapped(inner),
                None => break,
            }
        }
        if language.is_object(node) {
            return Some((node, None));
        }
        let name = language.name(node, text)?;
        let value = self.literals.unwrapped(self.names.value(name, node.start_byte())?);
        let value = language.serialised(value, text).map_or(value, |inner| self.literals.unwrapped(inner));
        language.is_object(value).then_some((value, Some(name)))
    }
}

/// A text that the program does not spell out, at the node that implies it.
fn stand_for(node: Node<'_>, text: &str) -> Strand {
    Strand::implied(Span::new(node.start_byte(), node.end_byte()), text)
}

fn is_mock(name: &str) -> bool {
    MOCKS.contains(&name) || name.to_ascii_lowercase().contains("mock")
}

fn is_method(word: &str) -> bool {
    METHODS.iter().any(|method| method.eq_ignore_ascii_case(word))
}

fn is_method_without_body(word: &str) -> bool {
    ["GET", "HEAD", "OPTIONS", "DELETE"].iter().any(|method| method.eq_ignore_ascii_case(word))
}

#[cfg(test)]
mod tests;
