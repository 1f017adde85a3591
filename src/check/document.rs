//! Documents.

use super::media::Case;
use crate::finding::Finding;
use crate::media::Class;
use crate::rule;

pub(super) fn encrypted(case: &Case<'_>) -> Option<Finding> {
    (case.facts.encrypted && case.facts.format.class() == Class::Document).then(|| {
        let command = format!("qpdf --decrypt {} {}", case.name(), case.mended("pdf"));
        Finding::new(&rule::DOCUMENT_ENCRYPTED, "the PDF is encrypted, so its content may not be read")
            .help(format!("write it without encryption: `{command}` (add --password=… where it needs one)"))
    })
}
