//! Finds API keys of services in a text.

use std::sync::OnceLock;

use aho_corasick::AhoCorasick;

use crate::profile::{self, Profile};
use crate::text::Span;

/// Anything shorter is a name or an example.
const SHORTEST: usize = 20;
/// A key has at least this many different characters; a row of `x` is not a key.
const VARIED: usize = 8;
/// The most occurrences to search for in one text.
const MOST: usize = 100;

/// An API key in a text.
#[derive(Clone, Copy, Debug)]
pub struct ApiKey {
    pub service: &'static Profile,
    pub span: Span,
}

/// How a word indicates a key.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Lead {
    /// The key begins with it.
    Prefix,
    /// A key of this shape begins with it; each 0 in the shape stands for a hexadecimal digit.
    Shape(&'static str),
    /// A header of the service.
    Header,
    /// A bearer token follows, of any service.
    Bearer,
    /// The name of a variable begins with it: `HEYGEN_API_KEY`.
    Name,
}

/// The words that indicate keys, and the automaton that finds them.
struct Leads {
    words: Vec<(Lead, &'static Profile)>,
    automaton: AhoCorasick,
}

impl Leads {
    fn new() -> Option<Self> {
        let mut words = Vec::new();
        let mut texts = Vec::new();
        let mut add = |lead: Lead, text: &'static str, service: &'static Profile| {
            words.push((lead, service));
            texts.push(text);
        };
        for service in profile::ALL.iter().copied() {
            let keys = &service.keys;
            keys.prefixes.iter().for_each(|text| add(Lead::Prefix, text, service));
            keys.shapes.iter().for_each(|shape| {
                add(Lead::Shape(shape), shape.split('0').next().unwrap_or_default(), service);
            });
            keys.headers.iter().for_each(|text| add(Lead::Header, text, service));
            keys.names.iter().for_each(|text| add(Lead::Name, text, service));
        }
        add(Lead::Bearer, "bearer ", profile::default());
        // Of two words at the same place, the longer one counts: `xi-api-key` before `xi-api`.
        // Building a DFA would take longer than checking a request.
        let automaton = AhoCorasick::builder()
            .ascii_case_insensitive(true)
            .match_kind(aho_corasick::MatchKind::LeftmostLongest)
            .kind(Some(aho_corasick::AhoCorasickKind::ContiguousNFA))
            .build(texts)
            .ok()?;
        Some(Self { words, automaton })
    }
}

/// The keys in a text: after a header of the service, in a variable with its name, sent to it as a bearer token, or
/// recognised by their shape.
///
/// A header counts only if the text names its service, because other services have headers of the same name; with
/// `ours` it always counts.
#[must_use]
pub fn keys(text: &str, ours: bool) -> Vec<ApiKey> {
    static LEADS: OnceLock<Option<Leads>> = OnceLock::new();
    let Some(Leads { words, automaton }) = LEADS.get_or_init(Leads::new) else { return Vec::new() };
    let is_there = |name: &&str| memchr::memmem::find(text.as_bytes(), name.as_bytes()).is_some();
    // Each service is searched for once, however many headers there are.
    let mut known: Vec<(&str, bool)> = Vec::new();
    let mut names = |service: &Profile| {
        if ours {
            return true;
        }
        let found = known.iter().find(|(name, _)| *name == service.name).map(|(_, is_named)| *is_named);
        found.unwrap_or_else(|| {
            let is_named = service.keys.names.iter().any(is_there);
            known.push((service.name, is_named));
            is_named
        })
    };
    let mut found: Vec<ApiKey> = Vec::new();
    for hit in automaton.find_iter(text) {
        let Some(&(lead, service)) = words.get(hit.pattern().as_usize()) else { continue };
        let starts = match lead {
            Lead::Prefix | Lead::Shape(_) => [Some(hit.start()), None],
            Lead::Header if names(service) => [behind(text, hit.end()), before(text, hit.start())],
            Lead::Header => [None, None],
            Lead::Bearer => [Some(hit.end()).filter(|at| goes_to_service(text, *at)), None],
            Lead::Name => [named(text, hit.end()), None],
        };
        let last = found.last().map_or(0, |last| last.span.end);
        let free = starts.into_iter().flatten().filter(|start| last <= *start);
        let span = free.filter_map(|start| key_at(text, start, lead, hit.len())).next();
        found.extend(span.map(|span| ApiKey { service, span }));
        if found.len() >= MOST {
            break;
        }
    }
    found
}

/// The key that a word of this length at `start` indicates, if it is one.
fn key_at(text: &str, start: usize, lead: Lead, word: usize) -> Option<Span> {
    let rest = text.get(start..)?;
    let belongs = |byte: &u8| is_of_key(*byte) || lead == Lead::Bearer && matches!(byte, b'.' | b'+' | b'/' | b'~');
    let len = rest.bytes().take_while(belongs).count();
    let key = rest.get(..len)?;
    let is_one = match lead {
        Lead::Prefix => is_key(key.get(word..)?),
        Lead::Shape(shape) => is_of_shape(key, shape) && is_key(key),
        Lead::Header | Lead::Bearer | Lead::Name => is_key(key),
    };
    is_one.then_some(Span::new(start, start + len))
}

fn is_of_shape(key: &str, shape: &str) -> bool {
    let fits = |(given, wanted): (u8, u8)| if wanted == b'0' { given.is_ascii_hexdigit() } else { given == wanted };
    key.len() == shape.len() && key.bytes().zip(shape.bytes()).all(fits)
}

/// Words that tools write between the name of a header and its value: `{"name": "X-Api-Key", "value": "…"}`.
const BETWEEN: [&str; 7] = ["value", "key", "name", "type", "string", "text", "enabled"];

/// The start of the value of a header: after its name, or after the words of a tool.
fn behind(text: &str, at: usize) -> Option<usize> {
    let near = text.get(at..text.floor_char_boundary((at + LONGEST_GAP).min(text.len())))?;
    // In a list of names and values, the value has a key of its own after the name.
    let within = near.find("\"value\"").filter(|end| is_between(near.get(..*end).unwrap_or("x")));
    value(text, within.map_or(at, |end| at + end + "\"value\"".len()))
}

/// The same if the value comes before the name, as Postman writes it.
fn before(text: &str, at: usize) -> Option<usize> {
    let near = text.get(text.ceil_char_boundary(at.saturating_sub(LONGEST_GAP * 2))..at)?;
    let from = at - near.len();
    near.rmatch_indices("\"value\"").find_map(|(key, word)| {
        let start = value(text, from + key + word.len()).filter(|start| *start < at)?;
        let end = start + text.get(start..at)?.find('"')?;
        is_between(text.get(end..at)?).then_some(start)
    })
}

/// Whether a text contains only punctuation and words of tools.
fn is_between(text: &str) -> bool {
    let words = text.split(|c: char| !c.is_ascii_alphanumeric());
    text.contains('"') && words.filter(|word| !word.is_empty()).all(|word| BETWEEN.contains(&word))
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

/// The most bytes between a name and its value.
const LONGEST_GAP: usize = 120;

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
    host.is_some_and(|host| profile::default().is_host(&host.to_ascii_lowercase()))
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

/// Replaces the keys of a text with stars, except for their first four characters. The length stays the same.
pub fn mask(text: &mut String, keys: impl IntoIterator<Item = Span>) {
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
    mask(text, keys.iter().map(|key| key.span));
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = "sk_V2_hgu_k4Dq9ZtX0aB7mN2pL5sR8";
    const OTHER: &str = "ZjY4M2E0Nzk5YWJjNGQ2ZWI5-1700000000";

    const SPEECH: &str = "sk_3f9a1c7be05d2846af13907cd8e25b64a7f0c91d35e8b264";

    #[test]
    fn keys_are_found_and_other_text_is_not() {
        for text in [
            format!("KEY={KEY}\n"),
            format!("curl -H 'X-Api-Key: {OTHER}' https://api.heygen.com/v3/videos"),
            format!("{{\"headers\": {{\"x-api-key\": \"{OTHER}\"}}}}"),
            format!("headers = {{'X-Api-Key': '{KEY}'}}"),
            format!("# one\nHEYGEN_API_KEY={OTHER}\n"),
            format!("const HEYGEN_API_TOKEN =\n  \"{OTHER}\";"),
            format!("fetch('https://api.heygen.com/v3/videos', {{headers: {{Authorization: 'Bearer {OTHER}'}}}})"),
            // As HAR, n8n and Postman write headers.
            format!(r#"{{"name": "X-Api-Key", "value": "{OTHER}"}}"#),
            format!("{{\n  \"key\": \"X-Api-Key\",\n  \"value\": \"{OTHER}\",\n  \"type\": \"text\"\n}}"),
            format!(r#"[{{"key":"value","value":"{OTHER}","type":"string"}},{{"key":"key","value":"X-Api-Key"}}]"#),
            format!(
                r#"[{{"key": "value", "value": "{OTHER}"}}, {{"key": "key", "value": "X-Api-Key", "type": "string"}}]"#
            ),
            format!("env:\n  HEYGEN_API_KEY: {OTHER}\n"),
            format!("client = ElevenLabs(api_key=\"{SPEECH}\")"),
            format!("requests.post(url, headers={{\"xi-api-key\": \"{OTHER}\"}})").replace(OTHER, SPEECH),
            format!("ELEVENLABS_API_KEY={SPEECH}\n"),
        ] {
            let found = keys(&text, true);
            assert_eq!(found.len(), 1, "{text}");
            let key = &text[found[0].span.start..found[0].span.end];
            assert!(key == KEY || key == OTHER || key == SPEECH, "{key}");
            assert_eq!(found[0].service.name, if key == SPEECH { "elevenlabs" } else { "heygen-v3" }, "{text}");
            let mut masked = text.clone();
            mask(&mut masked, found.iter().map(|key| key.span));
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
            r#"{"name": "X-Api-Key", "value": "{{HEYGEN_API_KEY_OF_2024}}"}"#,
            r#"{"name": "X-Api-Key", "in": "header", "description": "0123456789abcdef0123456789"}"#,
            "xi-api-key: <your-elevenlabs-key>",
            "xi-api-key: $ELEVENLABS_API_KEY",
            "ELEVENLABS_API_KEY=sk_00000000000000000000000000000000000000000000000000",
            "stripe = 'sk_live_4eC39HqLyjWDarjtT1zdp7dc'",
            "curl https://api.example.com -H 'Authorization: Bearer ZjY4M2E0Nzk5YWJjNGQ2ZWI5' # heygen",
        ] {
            assert!(keys(text, true).is_empty(), "{text}");
        }
        assert!(keys(&format!("X-Api-Key: {OTHER}"), false).is_empty(), "another service");
    }
}
