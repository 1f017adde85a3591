//! Documents.

use super::case::{Case, MediaCheck};
use crate::finding::Finding;
use crate::media::Class;
use crate::rule;

pub(super) const CHECKS: &[MediaCheck] = &[encrypted];

fn encrypted(case: &Case<'_>) -> Option<Finding> {
    (case.facts.needs_password && case.facts.format.class() == Class::Document).then(|| {
        Finding::new(&rule::DOCUMENT_ENCRYPTED, "the PDF is encrypted, and opens only with a password")
            .help("save it without encryption; qpdf can do so with the password")
    })
}
