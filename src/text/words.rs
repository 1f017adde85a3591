//! Lists of words in a sentence, and system errors in words.

use std::io;

/// The most words that a message lists.
pub const FEW: usize = 8;

/// `a`, `a or b`, `a, b or c`; a long list is cut.
pub fn either<W: AsRef<str>>(words: impl IntoIterator<Item = W>) -> String {
    let words: Vec<W> = words.into_iter().collect();
    match words.get(..FEW - 1) {
        Some(shown) if words.len() > FEW => format!("{} or {} others", joined(shown), words.len() - shown.len()),
        _ => closed(&words, "or"),
    }
}

/// `a`, `a and b`, `a, b and c`.
pub fn all<W: AsRef<str>>(words: impl IntoIterator<Item = W>) -> String {
    let words: Vec<W> = words.into_iter().collect();
    closed(&words, "and")
}

fn closed<W: AsRef<str>>(words: &[W], conjunction: &str) -> String {
    match words {
        [head @ .., last] if !head.is_empty() => format!("{} {conjunction} {}", joined(head), last.as_ref()),
        words => joined(words),
    }
}

fn joined<W: AsRef<str>>(words: &[W]) -> String {
    let mut out = String::new();
    for (at, word) in words.iter().enumerate() {
        out.push_str(if at == 0 { "" } else { ", " });
        out.push_str(word.as_ref());
    }
    out
}

/// Why something could not be read: lower case, without the number of the error.
#[must_use]
pub fn because(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "there is no such file or folder".to_owned(),
        io::ErrorKind::PermissionDenied => "cannot be read: permission denied".to_owned(),
        _ => format!("cannot be read: {}", reason(error)),
    }
}

/// A system error: lower case, without its number.
#[must_use]
pub fn reason(error: &io::Error) -> String {
    let text = error.to_string();
    let text = text.split(" (os error").next().unwrap_or(&text);
    let mut chars = text.chars();
    let lower: String = chars.next().map(|first| first.to_lowercase().collect()).unwrap_or_default();
    format!("{lower}{}", chars.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists() {
        assert_eq!(
            [either(["a"; 0]), either(["a"]), either(["a", "b"]), either(["a", "b", "c"])],
            ["", "a", "a or b", "a, b or c"]
        );
        assert_eq!(
            [all(["a"; 0]), all(["a"]), all(["a", "b"]), all(["a", "b", "c"])],
            ["", "a", "a and b", "a, b and c"]
        );
        assert_eq!(either(["a"; 9]), "a, a, a, a, a, a, a or 2 others");
        assert_eq!(either(["a"; 8]), "a, a, a, a, a, a, a or a");
    }

    #[test]
    fn errors_have_no_numbers() {
        let full = io::Error::from_raw_os_error(28);
        assert_eq!(because(&full).split("cannot be read: ").nth(1), Some(&*reason(&full)));
        assert!(!reason(&full).contains("os error"), "{}", reason(&full));
    }
}
