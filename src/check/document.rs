//! Documents.

use super::case::Case;
use crate::finding::Finding;
use crate::media::Class;
use crate::rule;

pub(super) fn encrypted(case: &Case<'_>) -> Option<Finding> {
    (case.facts.needs_password && case.facts.format.class() == Class::Document).then(|| {
        let command = format!("qpdf --decrypt --password=PASSWORD {} {}", case.name(), case.mended("pdf"));
        Finding::new(&rule::DOCUMENT_ENCRYPTED, "the PDF is encrypted, and opens only with a password")
            .help(format!("write it without encryption: `{command}`"))
    })
}
