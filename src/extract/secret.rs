//! Keys of the service written in a text.

use std::sync::OnceLock;

use aho_corasick::AhoCorasick;

use super::service;
use crate::text::Span;

/// Anything shorter is a name or an example.
const SHORTEST: usize = 20;
/// A key has at least this many different characters; a row of `x` is not a key.
const VARIED: usize = 8;
/// The most occurrences to search for in one text.
const MOST: usize = 100;

/// How a word leads to a key.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Lead {
    /// It begins the key itself.
    Prefix,
    /// It is a header of the service.
    Header,
    /// The key follows, for whatever service.
    Bearer,
    /// It begins the name of a variable: `HEYGEN_API_KEY`.
    Name,
}

/// The places of keys: after a header of the service, in a variable with its name, sent to it as a bearer token, or
/// recognisable by their prefix.
///
/// `ours` means that the text is for the service: other services have headers of the same name.
#[must_use]
pub fn keys(text: &str, ours: bool) -> Vec<Span> {
    static LEADS: OnceLock<Option<AhoCorasick>> = OnceLock::new();
    let Some(line) = service().command_line else { return Vec::new() };
    let words = || line.key_prefixes.iter().chain(line.key_headers).chain([&"bearer ", &line.program]);
    let automaton = LEADS.get_or_init(|| AhoCorasick::builder().ascii_case_insensitive(true).build(words()).ok());
    let Some(automaton) = automaton else { return Vec::new() };
    let headers = line.key_prefixes.len();
    let bearer = headers + line.key_headers.len();
    let mut found: Vec<Span> = Vec::new();
    for hit in automaton.find_iter(text) {
        let lead = match hit.pattern().as_usize() {
            at if at < headers => Lead::Prefix,
            at if at < bearer => Lead::Header,
            at if at == bearer => Lead::Bearer,
            _ => Lead::Name,
        };
        let start = match lead {
            Lead::Prefix => Some(hit.start()),
            Lead::Header => value(text, hit.end()).filter(|_| ours),
            Lead::Bearer => Some(hit.end()).filter(|at| goes_to_service(text, *at)),
            Lead::Name => named(text, hit.end()),
        };
        let Some(start) = start.filter(|start| found.last().is_none_or(|last| last.end <= *start)) else { continue };
        let rest = text.get(start..).unwrap_or("");
        let belongs = |byte: &u8| is_of_key(*byte) || lead == Lead::Bearer && matches!(byte, b'.' | b'+' | b'/' | b'~');
        let len = rest.bytes().take_while(belongs).count();
        let key = rest.get(..len).unwrap_or("");
        if is_key(if lead == Lead::Prefix { key.get(hit.len()..).unwrap_or("") } else { key }) {
            found.push(Span::new(start, start + len));
        }
        if found.len() >= MOST {
            break;
        }
    }
    found
}

/// The start of the value after the name of a header: `: `, `": "`, `=`, `', '`. A quoted text may be on the next line.
fn value(text: &str, at: usize) -> Option<usize> {
    let rest = text.get(at..)?;
    let is_between =
        |byte: &u8| matches!(byte, b' ' | b':' | b'=' | b'"' | b'\'' | b'`' | b',' | b'\\' | b'\t' | b'\r' | b'\n');
    let len = rest.bytes().take(LONGEST_GAP).take_while(is_between).count();
    let between = rest.get(..len)?;
    let quoted = between.ends_with(['"', '\'', '`']);
    (between.contains([':', '=', ',']) && (quoted || !between.contains('\n'))).then_some(at + len)
}

/// The longest text between a name and its value.
const LONGEST_GAP: usize = 80;

/// The start of the value of a variable whose name begins before `at` with the name of the service, and ends like the
/// name of a key.
fn named(text: &str, at: usize) -> Option<usize> {
    const LONGEST_NAME: usize = 40;
    let rest = text.get(at..)?;
    let len = rest.bytes().take(LONGEST_NAME).take_while(|byte| byte.is_ascii_alphanumeric() || *byte == b'_').count();
    let name = rest.get(..len)?.to_ascii_lowercase();
    if !(name.ends_with("key") || name.ends_with("token") || name.ends_with("secret")) {
        return None;
    }
    let start = value(text, at + len)?;
    // A name of something else is not a key; random text has many digits.
    let quoted = text.get(..start)?.ends_with(['"', '\'', '`']);
    let given: &str = text.get(start..)?;
    let given = given.get(..given.bytes().take_while(|byte| is_of_key(*byte)).count())?;
    let ends = text.get(start + given.len()..)?.chars().next();
    let plain =
        ends.is_none_or(|next| next.is_whitespace() || matches!(next, '"' | '\'' | '`' | ';' | ',' | '\\' | '#'));
    let digits = given.bytes().filter(u8::is_ascii_digit).count();
    (plain && (quoted || digits >= DIGITS)).then_some(start)
}

/// A key without quotes has at least this many digits.
const DIGITS: usize = 4;

/// Whether the nearest address belongs to the service, to which the bearer token is then sent.
fn goes_to_service(text: &str, at: usize) -> bool {
    const FURTHEST: usize = 2_000;
    let from = text.ceil_char_boundary(at.saturating_sub(FURTHEST));
    let to = text.floor_char_boundary((at + FURTHEST).min(text.len()));
    let (Some(before), Some(after)) = (text.get(from..at), text.get(at..to)) else { return false };
    let before = before.rfind("://").map(|start| (at - from - start, from + start));
    let after = after.find("://").map(|start| (start, at + start));
    let Some((_, address)) = [before, after].into_iter().flatten().min() else { return false };
    let host = text.get(address + 3..).unwrap_or("").split(['/', '"', '\'', '`', ' ', ':', '\n', '?']).next();
    host.is_some_and(|host| service().is_host(&host.to_ascii_lowercase()))
}

fn is_of_key(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'=')
}

/// Words that mark examples.
const EXAMPLES: [&str; 10] =
    ["your", "example", "placeholder", "dummy", "fake", "changeme", "replace", "insert", "xxxx", "12345678"];

/// Whether the text looks random: letters and digits, and many different ones.
fn is_key(text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    let mut different = [false; 256];
    text.bytes().for_each(|byte| different[usize::from(byte)] = true);
    text.len() >= SHORTEST
        && different.iter().filter(|there| **there).count() >= VARIED
        && text.bytes().any(|byte| byte.is_ascii_digit())
        && text.bytes().any(|byte| byte.is_ascii_alphabetic())
        && !EXAMPLES.iter().any(|word| lower.contains(word))
}

/// Masks the keys of a text except for their first four characters. No byte moves.
pub fn mask(text: &mut String, keys: &[Span]) {
    const SHOWN: usize = 4;
    for key in keys {
        let (start, end) = (key.start + SHOWN, key.end.min(text.len()));
        if start < end && text.is_char_boundary(start) && text.is_char_boundary(end) {
            text.replace_range(start..end, &"*".repeat(end - start));
        }
    }
}

/// Masks the keys of a text on its own.
pub fn hide(text: &mut String) {
    let keys = keys(text, true);
    mask(text, &keys);
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
            format!("# one\nHEYGEN_API_KEY={OTHER}\n"),
            format!("const HEYGEN_API_TOKEN =\n  \"{OTHER}\";"),
            format!("fetch('https://api.heygen.com/v3/videos', {{headers: {{Authorization: 'Bearer {OTHER}'}}}})"),
        ] {
            let found = keys(&text, true);
            assert_eq!(found.len(), 1, "{text}");
            let key = &text[found[0].start..found[0].end];
            assert!(key == KEY || key == OTHER, "{key}");
            let mut masked = text.clone();
            mask(&mut masked, &found);
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
            "HEYGEN_API_KEY=\nANOTHER_SETTING_OF_THE_PROGRAM_1234=5678",
            "const heygenKey = config_value_of_environment(1234)",
            "HEYGEN_API_KEY: ${{ secrets.HEYGEN_API_KEY_OF_2024_0001 }}",
            "heygen_key = settings_for_heygen_key_no_2.value",
            "curl https://api.example.com -H 'Authorization: Bearer ZjY4M2E0Nzk5YWJjNGQ2ZWI5' # heygen",
        ] {
            assert!(keys(text, true).is_empty(), "{text}");
        }
        assert!(keys(&format!("X-Api-Key: {OTHER}"), false).is_empty(), "another service");
    }
}
