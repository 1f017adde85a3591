//! Percent-coding (RFC 3986).

use std::borrow::Cow;
use std::fmt::Display;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, percent_encode};

/// Everything except the characters that a path may contain.
const PATH: &AsciiSet = &NON_ALPHANUMERIC.remove(b'/').remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// The bytes of a text, with `A` for `%41`. Anything that is not an escape stays.
#[must_use]
pub fn decoded(text: &str) -> Cow<'_, [u8]> {
    percent_decode_str(text).into()
}

/// The same as text; invalid UTF-8 becomes U+FFFD.
#[must_use]
pub fn decoded_text(text: &str) -> Cow<'_, str> {
    percent_decode_str(text).decode_utf8_lossy()
}

/// Encodes a path for a URL, and keeps its slashes.
#[must_use]
pub fn encoded_path(path: &[u8]) -> impl Display {
    percent_encode(path, PATH)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_and_back() {
        for text in ["", "/a b/ü%20#?.json", "漢字", "100 %", "%zz%4"] {
            let encoded = encoded_path(text.as_bytes()).to_string();
            assert!(encoded.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"/-._~%".contains(&byte)), "{encoded}");
            assert_eq!(decoded_text(&encoded), text);
        }
        assert_eq!(decoded_text("a%2Fb%"), "a/b%");
        assert_eq!(decoded_text("%ff"), "\u{fffd}");
        assert_eq!(decoded("%ff").as_ref(), [0xff]);
    }
}
