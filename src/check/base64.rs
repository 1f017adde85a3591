//! `asset/base64-malformed`: base64 data in a request that do not decode.

use std::sync::Arc;

use super::{Context, placeholder};
use crate::finding::{Edit, Finding, Fix, Location};
use crate::request::base64::{Base64Fault, FaultKind, scan};
use crate::request::json::Value;
use crate::rule;
use crate::text::bounds;
use crate::text::{Span, count, counted};

/// The fault of a string that should be base64, if any; `request/placeholder` for a shortened or unfilled one.
#[must_use]
pub fn malformed(value: Value<'_>, context: &Context<'_>) -> Option<Finding> {
    let text = value.as_str()?;
    let fault = scan(&text).err()?;
    if let Some(placeholder) = placeholder::reference(value, context) {
        return Some(placeholder);
    }
    let at = count(fault.start as u64 + 1);
    let (message, label, help) = match fault.kind {
        FaultKind::Empty => {
            ("the base64 data are empty".to_owned(), "", "put the encoded file here: `base64 -w 0 FILE`")
        }
        FaultKind::DataUrl => (
            "a data: URL where only base64 is accepted".to_owned(),
            "not part of the data",
            "keep only what comes after the comma; the type goes into `media_type`",
        ),
        FaultKind::UrlAlphabet => (
            format!(
                "base64 in the URL alphabet (`-` and `_`) at character {at}; the standard alphabet has `+` and `/`"
            ),
            "",
            "encode with the standard alphabet: `base64 -w 0 FILE`",
        ),
        FaultKind::WhiteSpace => (
            format!("a line break or space within the base64 data, at character {at}"),
            "",
            "encode without line breaks: `base64 -w 0 FILE`",
        ),
        FaultKind::Character(c) => {
            let shown = crate::source::clean(c.encode_utf8(&mut [0; 4])).into_owned();
            (format!("`{shown}` at character {at} is not base64"), "", "encode the file again: `base64 -w 0 FILE`")
        }
        FaultKind::InnerPadding => (
            format!("padding (`=`) within the base64 data, at character {at}"),
            "",
            "two pieces were joined: encode the whole file at once",
        ),
        FaultKind::Padding { due } => (
            match due {
                0 => "the base64 data have too much padding (`=`)".to_owned(),
                due => format!("the base64 data lack padding: add {} `=` at the end", count(due as u64)),
            },
            "",
            "encode with padding: `base64 -w 0 FILE`",
        ),
        FaultKind::Length => (
            format!(
                "the base64 data are cut: {} cannot be decoded to whole bytes",
                counted(fault.end as u64, "character")
            ),
            "",
            "encode the file again: `base64 -w 0 FILE`",
        ),
    };
    let mut finding = Finding::new(&rule::ASSET_BASE64_MALFORMED, message)
        .at(Location::value(value.pointer(), value.span_of_bytes(fault.start, fault.end)))
        .help(help);
    if !label.is_empty() {
        finding = finding.label(label);
    }
    if let Some(edit) = mended(value, &text, fault) {
        let title = "write it as standard base64".to_owned();
        finding = finding.fix(Fix { title, safe: true, edits: vec![edit], rename: None });
    }
    Some(finding)
}

/// The corrected text, if each fault has only one correction.
fn mended(value: Value<'_>, text: &str, fault: Base64Fault) -> Option<Edit> {
    let mendable = matches!(
        fault.kind,
        FaultKind::DataUrl | FaultKind::UrlAlphabet | FaultKind::WhiteSpace | FaultKind::Padding { .. }
    );
    if !mendable || text.len() > bounds::TEXT_BYTES {
        return None;
    }
    let body = match fault.kind {
        FaultKind::DataUrl => {
            let (head, body) = text.split_at_checked(fault.end)?;
            head.ends_with("base64,").then_some(body)?
        }
        _ => text,
    };
    let mut mended: String = body
        .chars()
        .filter(|c| !c.is_ascii_whitespace())
        .map(|c| match c {
            '-' => '+',
            '_' => '/',
            c => c,
        })
        .collect();
    mended.truncate(mended.trim_end_matches('=').len());
    mended.extend(std::iter::repeat_n('=', (4 - mended.len() % 4) % 4));
    scan(&mended).ok()?;
    let Span { start, end } = value.span_from(0);
    Some(Edit { file: Arc::from(""), span: Span::new(start, end), text: mended })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::limits::Limits;
    use crate::request::json::parse;

    #[test]
    fn faults_with_their_marks_and_fixes() {
        for (data, marked, mended) in [
            ("SUQz-_-_", Some("-"), Some("SUQz+/+/")),
            ("SUQzBAAAAAAA\\nI1RTU0UA\\n", Some("\\n"), Some("SUQzBAAAAAAAI1RTU0UA")),
            ("data:image\\/png;base64,AAAA", Some("data:image\\/png;base64,"), Some("AAAA")),
            ("AAA", Some(""), Some("AAA=")),
            ("AA=", Some("="), Some("AA==")),
            ("AAAAA", Some("A"), None),
            ("AA==AAAA", Some("=="), None),
            ("SU!z", Some("!"), None),
            ("", Some(""), None),
            ("A\\/+A", None, None),
            ("iVBORw0...", Some("..."), None),
        ] {
            let text = format!("{{\"data\": \"{data}\"}}");
            let document = parse(&text);
            let limits = Limits::default();
            let context = Context { limits: &limits, ready: false, now: 0, newer: None };
            let value = document.at_pointer("/data").expect("a value");
            let finding = malformed(value, &context);
            let span = finding.as_ref().and_then(|finding| finding.location.span);
            assert_eq!(span.map(|span| document.source(span)), marked, "{data}");
            let edit = finding.and_then(|finding| finding.fix).and_then(|fix| fix.edits.into_iter().next());
            let result =
                edit.map(|edit| format!("{}{}{}", &text[..edit.span.start], edit.text, &text[edit.span.end..]));
            assert_eq!(result, mended.map(|mended| format!("{{\"data\": \"{mended}\"}}")), "{data}");
        }
    }
}
