//! The template of a request, with cells in place of fields.

use super::Filled;
use super::cells::{Row, quoted};
use super::{Column, TableCell};
use crate::request::contract::{self, BodyShape};
use crate::request::json::{self, Value};
use crate::request::piece::{Address, Piece, PieceBuilder};
use crate::text::Span;

/// A value of the future request.
#[derive(Debug)]
pub enum Mould<'t> {
    /// Copied from the template at this offset.
    Given {
        start: usize,
        raw: &'t str,
    },
    /// Offset of its brace in the template, and its members with their quoted keys.
    Object {
        at: Option<usize>,
        members: Vec<(String, Mould<'t>)>,
    },
    List {
        at: Option<usize>,
        items: Vec<Mould<'t>>,
    },
    Cell(CellSlot),
}

/// The target of a cell.
#[derive(Debug)]
pub struct CellSlot {
    /// The index of the column in the table; none if the table lacks it.
    column: Option<usize>,
    name: String,
    want: Want,
    /// An empty cell does not leave the field out.
    required: bool,
}

/// A slot, with its path from a value.
type SlotAt = (Vec<String>, CellSlot);

/// The notation of a cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Want {
    Text,
    Number,
    Flag,
    /// A list or an object: JSON in the cell.
    Json,
}

impl<'t> Mould<'t> {
    pub fn new(template: Option<Value<'t>>, columns: &[(Column, Option<usize>)], shape: Option<BodyShape>) -> Self {
        let of = |(column, at): &(Column, Option<usize>)| {
            let (want, required) = wanted(shape, &column.field);
            (column.field.clone(), CellSlot { column: *at, name: column.name.clone(), want, required })
        };
        let slots = columns.iter().map(of).collect();
        Self::of(template, slots).unwrap_or(Self::Object { at: None, members: Vec::new() })
    }

    fn of(value: Option<Value<'t>>, mut slots: Vec<SlotAt>) -> Option<Self> {
        if let Some(at) = slots.iter().rposition(|(path, _)| path.is_empty()) {
            return Some(Self::Cell(slots.swap_remove(at).1));
        }
        if slots.is_empty() {
            return value.map(|value| Self::Given { start: value.span().start, raw: value.raw() });
        }
        let at = value.map(|value| value.span().start);
        let mut groups: Vec<(String, Vec<SlotAt>)> = Vec::new();
        for (mut path, slot) in slots {
            let head = path.remove(0);
            match groups.iter_mut().find(|(known, _)| *known == head) {
                Some((_, group)) => group.push((path, slot)),
                None => groups.push((head, vec![(path, slot)])),
            }
        }
        let numbered = groups.iter().all(|(head, _)| head.parse::<usize>().is_ok());
        let is_list = value.map_or(numbered, |value| value.kind() == json::ValueKind::Array);
        if is_list {
            let mut items: Vec<Option<Value<'t>>> = value.into_iter().flat_map(Value::items).map(Some).collect();
            groups.sort_by_key(|(head, _)| head.parse::<usize>().unwrap_or(usize::MAX));
            let mut groups = groups.into_iter().peekable();
            let mut made = Vec::new();
            let reached = items.len();
            items.extend((0..groups.len()).map(|_| None));
            for (index, item) in items.into_iter().enumerate() {
                let own = groups.next_if(|(head, _)| head.parse() == Ok(index)).map(|(_, own)| own);
                if own.is_none() && index >= reached {
                    break;
                }
                made.extend(Self::of(item, own.unwrap_or_default()));
            }
            return Some(Self::List { at, items: made });
        }
        let mut members = Vec::new();
        for member in value.into_iter().flat_map(Value::children) {
            let Some(key) = member.key() else { continue };
            let own = groups.iter().position(|(head, _)| *head == key).map(|at| groups.remove(at).1);
            members.extend(Self::of(Some(member), own.unwrap_or_default()).map(|mould| (json::quote(&key), mould)));
        }
        for (head, own) in groups {
            members.extend(Self::of(None, own).map(|mould| (json::quote(&head), mould)));
        }
        Some(Self::Object { at, members })
    }

    pub fn write(&self, writer: &mut Writer<'_>) {
        match self {
            Self::Given { start, raw } => writer.given(*start, raw),
            Self::Object { at, members } => {
                writer.mark(*at, "{");
                let mut first = true;
                for (key, mould) in members {
                    if matches!(mould, Self::Cell(slot) if writer.leaves_out(slot)) {
                        writer.gaps = true;
                        continue;
                    }
                    if !std::mem::take(&mut first) {
                        writer.mark(*at, ", ");
                    }
                    match mould {
                        Self::Cell(slot) => writer.member(key, slot),
                        _ => {
                            writer.mark(*at, key);
                            writer.mark(*at, ": ");
                            mould.write(writer);
                        }
                    }
                }
                writer.mark(*at, "}");
            }
            Self::List { at, items } => {
                writer.mark(*at, "[");
                for (index, item) in items.iter().enumerate() {
                    if index > 0 {
                        writer.mark(*at, ", ");
                    }
                    item.write(writer);
                }
                writer.mark(*at, "]");
            }
            Self::Cell(slot) => writer.member("", slot),
        }
    }
}

/// The notation of a field, and whether every request needs it.
fn wanted(shape: Option<BodyShape>, path: &[String]) -> (Want, bool) {
    let mut objects: Vec<&'static contract::Object> = shape.into_iter().flat_map(BodyShape::objects).collect();
    let mut kinds: Vec<(&'static contract::FieldKind, bool)> = Vec::new();
    for (depth, part) in path.iter().enumerate() {
        if depth > 0 && part.parse::<usize>().is_err() {
            objects = kinds.iter().flat_map(|(kind, _)| within(kind)).collect();
        }
        if part.parse::<usize>().is_ok() {
            let item = |(kind, required): &(&'static contract::FieldKind, bool)| match kind {
                contract::FieldKind::List(list) => Some((list.item, *required)),
                _ => None,
            };
            kinds = kinds.iter().filter_map(item).collect();
            continue;
        }
        let fields = objects.iter().filter_map(|object| object.field(part));
        kinds = fields.map(|field| (&field.kind, field.required)).collect();
    }
    let has = |wanted: fn(&contract::FieldKind) -> bool| kinds.iter().any(|(kind, _)| wanted(kind));
    let want = if has(|kind| matches!(kind, contract::FieldKind::Number(_))) {
        Want::Number
    } else if has(|kind| matches!(kind, contract::FieldKind::Flag)) {
        Want::Flag
    } else if kinds.is_empty() || has(|kind| matches!(kind, contract::FieldKind::Text(_))) {
        Want::Text
    } else {
        Want::Json
    };
    (want, !kinds.is_empty() && kinds.iter().all(|(_, required)| *required))
}

/// The objects that a value may be.
fn within(kind: &'static contract::FieldKind) -> Vec<&'static contract::Object> {
    match kind {
        contract::FieldKind::Object(object) => vec![*object],
        contract::FieldKind::Union(union) => BodyShape::Union(union).objects().collect(),
        contract::FieldKind::List(list) => within(list.item),
        contract::FieldKind::Map(Some(kind)) => within(kind),
        _ => Vec::new(),
    }
}

/// Writes the request of a row, or of all rows.
pub struct Writer<'r> {
    text: &'r str,
    row: &'r Row,
    /// The cells are unknown, and places refer to the template.
    common: bool,
    builder: PieceBuilder,
    unknown: Vec<Span>,
    cells: Vec<(Span, Span)>,
    pub gaps: bool,
}

impl<'r> Writer<'r> {
    pub fn row(text: &'r str, row: &'r Row) -> Self {
        let builder = PieceBuilder::new();
        Self { text, row, common: false, builder, unknown: Vec::new(), cells: Vec::new(), gaps: false }
    }

    pub fn common(text: &'r str, header: &'r Row) -> Self {
        Self { common: true, ..Self::row(text, header) }
    }

    pub fn finish(self, form: &'static str, place: String, address: Option<Address>) -> Filled {
        let (text, map) = self.builder.finish(write_back);
        let piece = Piece { text, map, address, form, place, unknown: self.unknown, open: Vec::new() };
        Filled { piece, cells: self.cells, gaps: self.gaps }
    }

    /// Text of the template, which has no place in a row.
    fn given(&mut self, start: usize, raw: &str) {
        if self.common {
            self.builder.copy(start, raw);
        } else {
            self.mark(None, raw);
        }
    }

    /// Text that comes from no cell.
    fn mark(&mut self, at: Option<usize>, text: &str) {
        let place = match at.filter(|_| self.common) {
            Some(at) => Span::new(at, at + 1),
            None => self.row.span,
        };
        self.builder.replace(place, text);
    }

    fn cell(&self, slot: &CellSlot) -> Option<TableCell> {
        self.row.cells.get(slot.column?).copied().filter(|_| !self.common)
    }

    /// Whether the cell is empty and the field optional.
    fn leaves_out(&self, slot: &CellSlot) -> bool {
        let is_empty = || self.cell(slot).is_none_or(|cell| cell.text(self.text).trim().is_empty());
        !self.common && slot.column.is_some() && !slot.required && is_empty()
    }

    /// A member filled by a cell, with its key unless that is empty.
    fn member(&mut self, key: &str, slot: &CellSlot) {
        let start = self.builder.text().len();
        if !key.is_empty() {
            // The key is nowhere in the file: two places that do not meet keep edits away from it.
            let row = self.row.span;
            self.builder.replace(Span::new(row.start, row.start), key);
            self.builder.replace(Span::new(row.end, row.end), ": ");
        }
        let value = self.builder.text().len();
        match self.cell(slot) {
            Some(cell) => self.value(cell, slot.want),
            None if self.common || slot.column.is_none() => {
                let name = json::quote(&format!("{{{{{}}}}}", slot.name));
                self.builder.replace(self.row.span, &name);
                self.unknown.push(Span::new(value, self.builder.text().len()));
            }
            // The row ends before this column.
            None => self.builder.replace(Span::new(self.row.span.end, self.row.span.end), "\"\""),
        }
        let end = self.builder.text().len();
        self.cells.push((Span::new(start, end), Span::new(value, end)));
    }

    fn value(&mut self, cell: TableCell, want: Want) {
        let text = cell.text(self.text);
        let trimmed = text.trim();
        let inner = self.text.get(cell.inner.start..cell.inner.end).unwrap_or("");
        let lead = inner.len() - inner.trim_start().len();
        let plain = cell.inner.start + lead;
        match want {
            Want::Number if serde_json::from_str::<serde_json::Number>(trimmed).is_ok() => {
                self.builder.copy(plain, trimmed);
            }
            Want::Flag if matches!(trimmed, "true" | "false") => self.builder.copy(plain, trimmed),
            Want::Flag if trimmed.eq_ignore_ascii_case("true") => self.builder.replace(cell.span, "true"),
            Want::Flag if trimmed.eq_ignore_ascii_case("false") => self.builder.replace(cell.span, "false"),
            Want::Json if trimmed.starts_with(['[', '{']) && json::parse(trimmed).errors().is_empty() => {
                self.builder.replace(cell.span, trimmed);
            }
            _ => self.string(cell, inner),
        }
    }

    /// The text of a cell as a JSON string.
    fn string(&mut self, cell: TableCell, inner: &str) {
        self.builder.replace(Span::new(cell.span.start, cell.inner.start), "\"");
        let doubled = cell.is_quoted();
        let (mut from, mut at) = (0, 0);
        for (here, c) in inner.char_indices() {
            if here < at || !(c < ' ' || matches!(c, '"' | '\\')) {
                continue;
            }
            let len = if c == '"' && doubled { 2 } else { 1 };
            let start = cell.inner.start;
            self.builder.copy(start + from, inner.get(from..here).unwrap_or(""));
            let escaped = json::quote(&c.to_string());
            let place = Span::new(start + here, (start + here + len).min(cell.inner.end));
            self.builder.replace(place, escaped.get(1..escaped.len() - 1).unwrap_or(""));
            at = here + len;
            from = at.min(inner.len());
        }
        self.builder.copy(cell.inner.start + from, inner.get(from..).unwrap_or(""));
        self.builder.replace(Span::new(cell.inner.end, cell.span.end), "\"");
    }
}

/// New JSON text for a cell: the content of a string, or the JSON itself.
fn write_back(text: &str) -> Option<String> {
    if text.starts_with('"') {
        return serde_json::from_str::<String>(text).ok().map(|text| quoted(&text));
    }
    (!text.contains(['"', ',', ';', '\t', '\n', '\r', '\\'])).then(|| text.to_owned())
}
