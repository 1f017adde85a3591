//! Completion at a cursor: fields, values, endpoints, all from the contract.

use std::collections::BTreeSet;
use std::path::Path;

use gen_lsp_types::{
    CompletionItem, CompletionItemKind, CompletionItemTextEdit, Documentation, InsertTextFormat, MarkupContent,
    MarkupKind, TextEdit,
};

use super::client::Client;
use super::cursor::{self, Cursor, TokenRole};
use super::describe;
use super::document::OpenDocument;
use super::place::Located;
use crate::config::Config;
use crate::limits::Limits;
use crate::request::Request;
use crate::request::contract::{BodyShape, Field, FieldKind, Literal, Object, Operation};
use crate::request::endpoint::SplitAddress;
use crate::request::json::{Value, quote};
use crate::request::place::{Expected, Name, names, operation, place};
use crate::text::Span;

pub(super) fn completion(
    document: &OpenDocument,
    offset: usize,
    config: &Config,
    client: &Client,
) -> Vec<CompletionItem> {
    let text = &document.text.text;
    let extension = document.extension();
    // In JSON Lines the document of the cursor is its line.
    let Some(cursor) = cursor::at(text, offset) else { return Vec::new() };
    let Some((patched, at)) = cursor.patched(text) else { return Vec::new() };
    let located = Located { text: &patched, extension, offset: at };
    let assigned = located.assigned(config, &document.path);
    let made = located.with(assigned, |request, value| {
        let maker = CompletionBuilder { document, cursor: &cursor, limits: config.limits_of(request.profile), client };
        match cursor.role {
            TokenRole::Key => maker.keys(request, value, assigned.endpoint.is_some()),
            TokenRole::Value => maker.values(request, value, assigned.endpoint.is_some()),
        }
    });
    made.unwrap_or_default()
}

struct CompletionBuilder<'a> {
    document: &'a OpenDocument,
    cursor: &'a Cursor,
    limits: &'a Limits,
    client: &'a Client,
}

/// The text to insert: plain, and as a snippet.
struct Insert {
    plain: String,
    snippet: String,
}

impl Insert {
    fn plain(text: impl Into<String>) -> Self {
        let plain = text.into();
        Self { snippet: literally(&plain), plain }
    }
}

/// Escapes a text for a snippet.
fn literally(text: &str) -> String {
    text.replace('\\', "\\\\").replace('$', "\\$").replace('}', "\\}")
}

impl CompletionBuilder<'_> {
    fn keys(&self, request: &Request<'_>, value: Value<'_>, claimed: bool) -> Option<Vec<CompletionItem>> {
        let held = value.parent()?;
        let operation = operation(request, claimed)?;
        let expected = place(request, operation, held)?.expected;
        // Leave out the fields that the object has already.
        let there: Vec<_> = held.children().filter(|child| *child != value).filter_map(Value::key).collect();
        let names = names(expected, held).into_iter().filter(|name| there.iter().all(|key| key != name.text()));
        Some(names.enumerate().map(|(at, name)| self.key(name, at)).collect())
    }

    fn key(&self, name: Name, at: usize) -> CompletionItem {
        let quoted = quote(name.text());
        let mut insert = Insert::plain(&quoted);
        if !self.cursor.has_colon {
            let value = match name {
                Name::Field(field) => skeleton(&field.kind),
                Name::Tag(union) => choice(union.values().map(quote)),
            };
            insert = Insert {
                plain: format!("{quoted}: {}", value.plain),
                snippet: format!("{}: {}", insert.snippet, value.snippet),
            };
            if self.cursor.comma_after {
                insert.plain.push(',');
                insert.snippet.push(',');
            }
        }
        let (detail, text) = match name {
            Name::Field(field) => (describe::kind(&field.kind), describe::field(field, self.limits)),
            Name::Tag(union) => ("what it is".to_owned(), describe::tag(union)),
        };
        let rank = u8::from(!name.is_required());
        let required = if name.is_required() { "required, " } else { "" };
        CompletionItem {
            kind: Some(CompletionItemKind::Field),
            detail: Some(format!("{required}{detail}")),
            sort_text: Some(format!("{rank}{at:03}")),
            ..self.item(name.text(), &quoted, insert, Some(text))
        }
    }

    /// The values of the first field in a new draft, each with its endpoints.
    fn beginnings(&self, request: &Request<'_>, value: Value<'_>) -> Option<Vec<CompletionItem>> {
        let held = value.parent().filter(|held| request.envelope.is_none() && Some(*held) == request.body)?;
        let key = value.key().filter(|_| !has_its_own_type(&self.document.path))?;
        // A key that no such body has means that the file is not a request.
        let others: Vec<_> = held.children().filter(|child| *child != value).filter_map(Value::key).collect();
        let fits = |object: &Object| others.iter().all(|key| object.fields.iter().any(|field| *field.name == **key));
        let mut known = BTreeSet::new();
        let mut items = Vec::new();
        for operation in request.profile.operations {
            let Some(BodyShape::Union(union)) = operation.body else { continue };
            for variant in union.variants.iter().filter(|variant| *union.by == *key && fits(variant.object)) {
                if !known.insert(variant.value) {
                    continue;
                }
                let what = format!("{}: {}", operation.name(), variant.object.what);
                let item = self.value(&quote(variant.value), items.len(), Some(what));
                items.push(CompletionItem { detail: Some(operation.name()), ..item });
            }
        }
        Some(items)
    }

    fn values(&self, request: &Request<'_>, value: Value<'_>, claimed: bool) -> Option<Vec<CompletionItem>> {
        if let Some(items) = self.addresses(request, value) {
            return Some(items);
        }
        let Some(operation) = operation(request, claimed) else { return self.beginnings(request, value) };
        let place = place(request, operation, value)?;
        let mut values: Vec<(String, Option<String>)> = match place.expected {
            Expected::Tag(union) => union
                .variants
                .iter()
                .map(|variant| (quote(variant.value), Some(variant.object.what.to_owned())))
                .collect(),
            Expected::Kind(kind) => literals(kind).into_iter().map(|literal| (literal, None)).collect(),
            _ => Vec::new(),
        };
        if let Some(Field { null: true, .. }) = place.field {
            values.push(("null".to_owned(), None));
        }
        let default = place.field.and_then(|field| field.default).map(describe::literal);
        if let Some(default) = &default
            && values.iter().all(|(value, _)| value != default)
        {
            values.insert(0, (default.clone(), None));
        }
        let skeleton = match place.expected {
            Expected::Kind(
                kind @ (FieldKind::Object(_) | FieldKind::Union(_) | FieldKind::Map(_) | FieldKind::List(_)),
            ) if !self.cursor.quoted => {
                let insert = skeleton(kind);
                Some(CompletionItem {
                    kind: Some(CompletionItemKind::Struct),
                    ..self.item(&insert.plain.clone(), &insert.plain.clone(), insert, None)
                })
            }
            _ => None,
        };
        let made = values.into_iter().enumerate().map(|(at, (value, what))| {
            let mut item = self.value(&value, at, what);
            if default.as_ref() == Some(&value) {
                item.detail = Some("default".to_owned());
            }
            item
        });
        Some(skeleton.into_iter().chain(made).collect())
    }

    fn value(&self, value: &str, at: usize, what: Option<String>) -> CompletionItem {
        let mut insert = Insert::plain(value);
        if self.cursor.comma_after {
            insert.plain.push(',');
            insert.snippet.push(',');
        }
        CompletionItem {
            kind: Some(CompletionItemKind::EnumMember),
            sort_text: Some(format!("{at:03}")),
            ..self.item(value.trim_matches('"'), value, insert, what)
        }
    }

    /// Endpoints, at the address of an envelope.
    fn addresses(&self, request: &Request<'_>, value: Value<'_>) -> Option<Vec<CompletionItem>> {
        let held = value.parent().filter(|held| *held == request.root)?;
        let key = value.key()?;
        if !matches!(&*key, "path" | "url" | "endpoint") {
            return None;
        }
        let token = Span::new(self.cursor.token.start, self.cursor.token.end);
        let typed = self.document.text.text.get(token.start..token.end)?.trim_matches('"');
        let address = SplitAddress::parse(typed);
        let method = held.get("method").and_then(Value::as_str).map(|method| method.to_ascii_uppercase());
        let ours = address.host.is_none_or(|host| request.profile.is_host(host));
        let begun = ours && address.path.starts_with("/v");
        if method.is_none() && !begun && held.get("body").is_none() {
            return None;
        }
        // Keep the host and the method before the path.
        let before = typed.find("/v").map_or("", |at| typed.get(..at).unwrap_or(""));
        let spoken = address.method.map(str::to_ascii_uppercase).or(method);
        let fits = |operation: &&Operation| spoken.as_deref().is_none_or(|method| method == operation.method);
        let made = request.profile.operations.iter().filter(fits).enumerate().map(|(at, operation)| {
            let written = quote(&format!("{before}{}", operation.path));
            CompletionItem {
                kind: Some(CompletionItemKind::Value),
                detail: Some(format!("{} {}", operation.method, operation.what)),
                sort_text: Some(format!("{at:03}")),
                ..self.item(operation.path, &written, Insert::plain(&written), Some(describe::operation(operation)))
            }
        });
        Some(made.collect())
    }

    /// `written` is compared with the token and has the same quotes.
    fn item(&self, label: &str, written: &str, insert: Insert, text: Option<String>) -> CompletionItem {
        let unit = self.client.unit;
        let range = self.document.text.range(self.cursor.token, unit);
        let (new_text, format) = if self.client.snippets {
            (insert.snippet, InsertTextFormat::Snippet)
        } else {
            (insert.plain, InsertTextFormat::PlainText)
        };
        let comma = self.cursor.comma_before.map(|at| {
            vec![TextEdit { range: self.document.text.range(Span::new(at, at), unit), new_text: ",".to_owned() }]
        });
        let filter = if self.cursor.quoted { written } else { label };
        CompletionItem {
            label: label.to_owned(),
            filter_text: Some(filter.to_owned()),
            text_edit: Some(CompletionItemTextEdit::TextEdit(TextEdit { range, new_text })),
            insert_text_format: Some(format),
            additional_text_edits: comma,
            documentation: text
                .map(|value| Documentation::MarkupContent(MarkupContent { kind: MarkupKind::Markdown, value })),
            ..CompletionItem::default()
        }
    }
}

/// Whether a `type` in files of this name is something other than that of a request.
fn has_its_own_type(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    ["package.json", "composer.json", "bower.json", "manifest.json"].contains(&&*name)
        || name.starts_with("tsconfig")
        || [".schema.json", "-lock.json", ".lock.json", ".geo.json"].iter().any(|end| name.ends_with(end))
}

/// The values that the contract lists for a field, as JSON.
fn literals(kind: &FieldKind) -> Vec<String> {
    match kind {
        FieldKind::Text(text) => text.values.iter().map(|value| quote(value)).collect(),
        FieldKind::Number(number) => number.values.iter().map(ToString::to_string).collect(),
        FieldKind::Flag => [true, false].map(|flag| describe::literal(Literal::Flag(flag))).to_vec(),
        FieldKind::Map(_) | FieldKind::Object(_) | FieldKind::Union(_) | FieldKind::List(_) => Vec::new(),
    }
}

/// The beginning of a value for a field.
fn skeleton(kind: &FieldKind) -> Insert {
    let around = |open: &str, close: &str| Insert {
        plain: format!("{open}{close}"),
        snippet: format!("{open}$1{}", literally(close)),
    };
    match kind {
        FieldKind::Text(text) if !text.values.is_empty() => choice(text.values.iter().map(|value| quote(value))),
        FieldKind::Text(_) => around("\"", "\""),
        FieldKind::Number(number) if !number.values.is_empty() => choice(number.values.iter().map(ToString::to_string)),
        FieldKind::Number(_) => Insert { plain: String::new(), snippet: "$1".to_owned() },
        FieldKind::Flag => choice(["true", "false"].into_iter().map(str::to_owned)),
        FieldKind::Map(_) | FieldKind::Object(_) | FieldKind::Union(_) => around("{", "}"),
        FieldKind::List(_) => around("[", "]"),
    }
}

/// A choice of values; without snippets, the first.
fn choice(values: impl Iterator<Item = String>) -> Insert {
    let values: Vec<String> = values.collect();
    let escape = |value: &String| literally(value).replace(',', "\\,").replace('|', "\\|");
    let listed: Vec<String> = values.iter().map(escape).collect();
    Insert { plain: values.into_iter().next().unwrap_or_default(), snippet: format!("${{1|{}|}}", listed.join(",")) }
}
