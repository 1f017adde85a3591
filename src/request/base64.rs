//! Checks that base64 in a request uses the standard alphabet with padding and nothing else, and computes its decoded
//! length.

use crate::media::{decoded_len, sextet};

/// Why a text is not base64 according to RFC 4648, section 4.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FaultKind {
    Empty,
    /// It begins with `data:…,`: only the part after the comma is base64.
    DataUrl,
    /// `-` or `_`, from the alphabet for URLs and file names (section 5).
    UrlAlphabet,
    /// A line break or another space, as MIME encoders write it.
    WhiteSpace,
    /// Any other character.
    Character(char),
    /// `=` before the end.
    InnerPadding,
    /// The padding at the end is missing or too long; this many characters are correct.
    Padding {
        due: usize,
    },
    /// One character more than any number of bytes encodes to: something is missing.
    Length,
}

/// The first fault of a text, and its position.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Base64Fault {
    pub kind: FaultKind,
    /// Byte offsets in the decoded JSON string.
    pub start: usize,
    pub end: usize,
}

/// The number of bytes that a text encodes.
///
/// # Errors
///
/// The first fault, if the text is not base64 of the standard alphabet with its padding.
pub fn scan(text: &str) -> Result<usize, Base64Fault> {
    let fault = |kind, start, end| Err(Base64Fault { kind, start, end });
    if text.is_empty() {
        return fault(FaultKind::Empty, 0, 0);
    }
    if text.get(..5).is_some_and(|head| head.eq_ignore_ascii_case("data:")) {
        let end = memchr::memchr(b',', text.as_bytes()).map_or(text.len(), |comma| comma + 1);
        return fault(FaultKind::DataUrl, 0, end);
    }
    let bytes = text.as_bytes();
    let body = bytes.iter().position(|byte| sextet(*byte).is_none()).unwrap_or(bytes.len());
    let rest = text.get(body..).unwrap_or("");
    let padding = rest.bytes().take_while(|byte| *byte == b'=').count();
    if padding < rest.len() {
        let odd = rest.get(padding..).unwrap_or("");
        let c = odd.chars().next().unwrap_or_default();
        // A line break after the padding is just a line break; anything else means that the padding came too early.
        let kind = match c {
            c if c.is_whitespace() => FaultKind::WhiteSpace,
            _ if padding > 0 => return fault(FaultKind::InnerPadding, body, body + padding),
            '-' | '_' => FaultKind::UrlAlphabet,
            c => FaultKind::Character(c),
        };
        let start = body + padding;
        return fault(kind, start, start + c.len_utf8());
    }
    let due = (4 - body % 4) % 4;
    match due {
        3 => fault(FaultKind::Length, body.saturating_sub(1), text.len()),
        due if due != padding => fault(FaultKind::Padding { due }, body, text.len()),
        _ => Ok(decoded_len(bytes)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strict() {
        use FaultKind::*;
        assert_eq!(scan("AAAA"), Ok(3));
        assert_eq!(scan("AA=="), Ok(1));
        assert_eq!(scan("A+/AA9w="), Ok(5));
        let cases = [
            ("", Empty, 0, 0),
            ("data:image/png;base64,AAAA", DataUrl, 0, 22),
            ("SUQz-_-_", UrlAlphabet, 4, 5),
            ("SUQz\nAAAA", WhiteSpace, 4, 5),
            ("AA==\n", WhiteSpace, 4, 5),
            ("SUéz", Character('é'), 2, 4),
            ("AA==AAAA", InnerPadding, 2, 4),
            ("AA", Padding { due: 2 }, 2, 2),
            ("AAA", Padding { due: 1 }, 3, 3),
            ("AAAA=", Padding { due: 0 }, 4, 5),
            ("AA=", Padding { due: 2 }, 2, 3),
            ("AAAAA", Length, 4, 5),
            ("====", Padding { due: 0 }, 0, 4),
        ];
        for (text, kind, start, end) in cases {
            assert_eq!(scan(text), Err(Base64Fault { kind, start, end }), "{text}");
        }
    }
}
