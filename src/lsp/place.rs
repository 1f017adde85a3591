//! Finds the request and the value at an offset of a text.

use std::path::Path;

use crate::config::Config;
use crate::engine::Assigned;
use crate::request::Request;
use crate::request::json::{self, Document, Value};
use crate::request::record::{self, RecordLayout};

/// An offset in a text of requests.
#[derive(Clone, Copy, Debug)]
pub(super) struct Located<'t> {
    pub text: &'t str,
    pub extension: &'t str,
    pub offset: usize,
}

impl Located<'_> {
    /// The services and the endpoint that the configuration assigns to the file.
    pub(super) fn assigned<'c>(&self, config: &'c Config, path: &Path) -> Assigned<'c> {
        Assigned::of(config, path, &[], None)
    }

    /// Calls back with the request at the offset and its innermost value there.
    pub(super) fn with<T>(
        &self,
        assigned: Assigned<'_>,
        work: impl FnOnce(&Request<'_>, Value<'_>) -> Option<T>,
    ) -> Option<T> {
        let in_document = |document: &Document<'_>, lines: bool| {
            let value = document.value_at_offset(self.offset)?;
            let holds = |value: &Value<'_>| {
                let span = value.span();
                span.start <= self.offset && self.offset <= span.end
            };
            let (index, root) = if lines {
                (Some(0), document.root()?)
            } else {
                record::records(document).find(|(_, root)| holds(root))?
            };
            work(&assigned.read(index, root), value)
        };
        if record::layout(self.extension, self.text) == RecordLayout::Lines {
            let mut lines = record::lines(self.text);
            let line = lines.find(|line| line.base <= self.offset && self.offset <= line.base + line.text.len())?;
            return in_document(&line.parse(), true);
        }
        in_document(&json::parse(self.text), false)
    }
}
