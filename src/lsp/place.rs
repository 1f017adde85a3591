//! Finds the request and the value at an offset of a text.

use std::path::Path;

use crate::config::Config;
use crate::profile::Profile;
use crate::request::Request;
use crate::request::endpoint::{self, Endpoint};
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
    /// The endpoint that the configuration assigns to the file.
    pub(super) fn told(&self, config: &Config, path: &Path) -> Option<Endpoint> {
        endpoint::parse(config.limits.profile(), config.requests_of(path)?.endpoint.as_deref()?).ok()
    }

    /// Calls back with the request at the offset and its innermost value there.
    pub(super) fn with<T>(
        &self,
        profile: &'static Profile,
        told: Option<Endpoint>,
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
            work(&Request::read(profile, index, root, told), value)
        };
        if record::layout(self.extension, self.text) == RecordLayout::Lines {
            let mut lines = record::lines(self.text);
            let line = lines.find(|line| line.base <= self.offset && self.offset <= line.base + line.text.len())?;
            return in_document(&line.parse(), true);
        }
        in_document(&json::parse(self.text), false)
    }
}
