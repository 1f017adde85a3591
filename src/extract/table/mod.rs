//! CSV and TSV as manifests: each row is a request. The configuration maps columns to fields, and a template may
//! contain the fields that all rows share.

mod cells;
mod mould;
mod reader;

use std::collections::HashMap;

use crate::request::contract::BodyShape;
use crate::request::json::{Document, Value};
use crate::request::piece::{Address, Piece};
use crate::suggest;
use crate::text::Span;

pub use cells::{Row, Rows, TableCell};
use mould::{Mould, Writer};
pub use reader::{RowBlock, RowReader};

/// `columns = { "voice_settings.speed" = "pace" }`: the field that a column fills in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// The parts of the field's path.
    pub field: Vec<String>,
    /// The name in the header.
    pub name: String,
}

impl Column {
    #[must_use]
    pub fn new(field: &str, name: &str) -> Self {
        let field = field.strip_prefix('/').map_or_else(|| field.replace('.', "/"), str::to_owned);
        Self { field: field.split('/').map(str::to_owned).collect(), name: name.to_owned() }
    }

    /// The path as people write it.
    #[must_use]
    pub fn path(&self) -> String {
        self.field.join(".")
    }
}

/// A configured column that the table lacks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Absent {
    pub column: Column,
    /// The name in the header that was probably meant, and its place.
    pub near: Option<(String, Span)>,
}

/// The most names of a header to compare with a missing one.
const MOST_COMPARED: usize = 1_000;

/// A table whose rows are requests.
#[derive(Debug)]
pub struct Sheet<'t> {
    text: &'t str,
    form: &'static str,
    delimiter: u8,
    /// The names of the columns.
    pub header: Row,
    pub absent: Vec<Absent>,
    mould: Mould<'t>,
    address: Option<Address>,
}

/// The request of a row, or of all rows.
#[derive(Debug)]
pub struct Filled {
    pub piece: Piece,
    /// The members in the text of the piece that cells fill in: the whole member, and its value.
    pub cells: Vec<(Span, Span)>,
    /// A cell is empty, so its field is left out.
    pub gaps: bool,
}

impl<'t> Sheet<'t> {
    /// The table in a text; none without a first row. `template` is a JSON object that every row completes.
    #[must_use]
    pub fn read(
        text: &'t str,
        is_tsv: bool,
        columns: &[Column],
        endpoint: &str,
        shape: Option<BodyShape>,
        template: Option<&'t Document<'t>>,
    ) -> Option<Self> {
        let start = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
        let delimiter = cells::delimiter(text.get(start..)?, is_tsv);
        let header = Rows::new(text, delimiter, start).next()?;
        let names: Vec<_> = header.cells.iter().map(|cell| cell.text(text).trim().to_owned()).collect();
        // A hostile header may have a million names.
        let mut places: HashMap<&str, usize> = HashMap::new();
        names.iter().enumerate().for_each(|(at, name)| _ = places.entry(name).or_insert(at));
        let place = |name: &str| places.get(name).copied();
        let (mut absent, mut bound) = (Vec::new(), Vec::new());
        for column in columns {
            // Either side may be the field: the name in the header is the column.
            let turned = Column::new(&column.name, &column.path());
            let found = place(&column.name).map(|at| (column.clone(), Some(at)));
            let (column, at) = found
                .or_else(|| place(&turned.name).map(|at| (turned, Some(at))))
                .unwrap_or_else(|| (column.clone(), None));
            if at.is_none() {
                let near = suggest::nearest(&column.name, names.iter().take(MOST_COMPARED).map(String::as_str))
                    .and_then(place);
                let near = near.and_then(|at| Some((names.get(at)?.clone(), header.cells.get(at)?.span)));
                absent.push(Absent { column: column.clone(), near });
            }
            bound.push((column, at));
        }
        let mould = Mould::new(template.and_then(Document::root), &bound, shape);
        let (method, url) = endpoint.split_once(' ')?;
        let address = Some(Address { method: method.to_owned(), url: url.to_owned(), span: Span::default() });
        let form = if is_tsv { "tsv" } else { "csv" };
        Some(Self { text, form, delimiter, header, absent, mould, address })
    }

    /// The rows of the text that begins with the header.
    #[must_use]
    pub fn rows(&self) -> Rows<'t> {
        Rows::new(self.text, self.delimiter, self.header.span.end)
    }

    /// The rows of a text that follows it.
    #[must_use]
    pub fn more_rows<'m>(&self, text: &'m str) -> Rows<'m> {
        Rows::new(text, self.delimiter, 0)
    }

    /// The request of a row of this text, which is the `number`th of the file, counted from 1 with the header.
    #[must_use]
    pub fn fill(&self, text: &str, row: &Row, number: usize) -> Filled {
        let mut writer = Writer::row(text, row);
        self.mould.write(&mut writer);
        writer.finish(self.form, format!("row {number}"), self.address.clone())
    }

    /// The fields that all rows share, with the cells unknown. Places refer to the template or to the header.
    #[must_use]
    pub fn common(&self) -> Filled {
        let mut writer = Writer::common(self.text, &self.header);
        self.mould.write(&mut writer);
        writer.finish(self.form, String::new(), self.address.clone())
    }
}

/// Whether the root is an object, as a template must be.
#[must_use]
pub fn is_template(root: Option<Value<'_>>) -> bool {
    root.is_some_and(|root| root.kind() == crate::request::json::ValueKind::Object)
}

#[cfg(test)]
mod tests;
