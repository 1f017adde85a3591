//! Keys of the service that stand in a text as they are.

use std::sync::OnceLock;

use aho_corasick::AhoCorasick;

use super::service;
use crate::text::Span;

/// Shorter than this, it is a name or an example.
const SHORTEST: usize = 20;
/// A key has at least so many different characters; a row of `x` is none.
const VARIED: usize = 8;
/// So many are looked for in one text.
const MOST: usize = 100;

/// Where keys stand: behind a header of the service, or known by how they begin.
///
/// `ours` says that the text is for the service: other services have headers of the same name.
#[must_use]
pub fn keys(text: &str, ours: bool) -> Vec<Span> {
    static BEGINS: OnceLock<Option<AhoCorasick>> = OnceLock::new();
    let Some(line) = service().command_line else { return Vec::new() };
    let words = || line.key_prefixes.iter().chain(line.key_headers);
    let automaton = BEGINS.get_or_init(|| AhoCorasick::builder().ascii_case_insensitive(true).build(words()).ok());
    let Some(automaton) = automaton else { return Vec::new() };
    let mut found: Vec<Span> = Vec::new();
    for hit in automaton.find_iter(text) {
        let is_prefix = hit.pattern().as_usize() < line.key_prefixes.len();
        let start = if is_prefix { Some(hit.start()) } else { value(text, hit.end()).filter(|_| ours) };
        let Some(start) = start.filter(|start| found.last().is_none_or(|last| last.end <= *start)) else { continue };
        let rest = text.get(start..).unwrap_or("");
        let len = rest.bytes().take_while(|byte| is_of_key(*byte)).count();
        let key = rest.get(..len).unwrap_or("");
        if is_key(if is_prefix { key.get(hit.len()..).unwrap_or("") } else { key }) {
            found.push(Span::new(start, start + len));
        }
        if found.len() >= MOST {
            break;
        }
    }
    found
}

/// Where the value begins behind the name of a header: `: `, `": "`, `=`, `', '`.
fn value(text: &str, at: usize) -> Option<usize> {
    let rest = text.get(at..)?;
    let between =
        rest.bytes().take_while(|byte| matches!(byte, b' ' | b':' | b'=' | b'"' | b'\'' | b',' | b'\\')).count();
    rest.get(..between)?.contains([':', '=', ',']).then_some(at + between)
}

fn is_of_key(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'=')
}

/// What is random has letters and digits, and many different ones.
fn is_key(text: &str) -> bool {
    let mut different = [false; 256];
    text.bytes().for_each(|byte| different[usize::from(byte)] = true);
    text.len() >= SHORTEST
        && different.iter().filter(|there| **there).count() >= VARIED
        && text.bytes().any(|byte| byte.is_ascii_digit())
        && text.bytes().any(|byte| byte.is_ascii_alphabetic())
        && !text.to_ascii_lowercase().contains("your")
}

/// Puts stars in the place of all keys of a text but for their first four characters. No byte moves.
pub fn mask(text: &mut String, ours: bool) {
    const SHOWN: usize = 4;
    for key in keys(text, ours) {
        let hidden = key.start + SHOWN..key.end;
        text.replace_range(hidden.clone(), &"*".repeat(hidden.len()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = "sk_V2_hgu_k4Dq9ZtX0aB7mN2pL5sR8";
    const OTHER: &str = "ZjY4M2E0Nzk5YWJjNGQ2ZWI5-1700000000";

    #[test]
    fn keys_and_what_is_none() {
        for text in [
            format!("KEY={KEY}\n"),
            format!("curl -H 'X-Api-Key: {OTHER}' https://api.heygen.com/v3/videos"),
            format!("{{\"headers\": {{\"x-api-key\": \"{OTHER}\"}}}}"),
            format!("headers = {{'X-Api-Key': '{KEY}'}}"),
        ] {
            let found = keys(&text, true);
            assert_eq!(found.len(), 1, "{text}");
            let key = &text[found[0].start..found[0].end];
            assert!(key == KEY || key == OTHER, "{key}");
            let mut masked = text.clone();
            mask(&mut masked, true);
            assert!(masked.len() == text.len() && !masked.contains(&key[4..]), "{masked}");
        }
        for text in [
            "X-Api-Key: $HEYGEN_API_KEY",
            "X-Api-Key: YOUR_HEYGEN_API_KEY_GOES_HERE_1",
            "X-Api-Key: <your-api-key>",
            "'X-Api-Key': process.env.HEYGEN_API_KEY",
            "sk_V2_hgu_xxxxxxxxxxxxxxxxxxxxxxxx",
            "sk_V2_hgu_...",
            "the header x-api-key is needed by all endpoints of 2024",
        ] {
            assert!(keys(text, true).is_empty(), "{text}");
        }
        assert!(keys(&format!("X-Api-Key: {OTHER}"), false).is_empty(), "another service");
    }
}
