//! Values that nobody has filled in yet: `<your id>`, `{{name}}`, `YOUR_KEY`, `xxx`.

use std::ops::Range;

/// Whether the whole trimmed text is a placeholder.
///
/// Words in capitals, such as `AVATAR_ID`, do not count, because such ids exist.
#[must_use]
#[inline]
pub fn is_placeholder(text: &str) -> bool {
    // Most texts begin with a letter and are decided here.
    let plain = text.bytes().next().is_none_or(|byte| byte.is_ascii_graphic() && !begins(byte));
    !plain && is_whole(text)
}

fn is_whole(text: &str) -> bool {
    let text = text.trim();
    if !text.bytes().next().is_some_and(begins) {
        return false;
    }
    let whole = |range: Option<Range<usize>>| range.is_some_and(|range| range == (0..text.len()));
    whole(bracketed(text, 0))
        || whole(dollar(text, 0))
        || whole(your(text, 0))
        || whole(template(text))
        || matches!(text, "…" | "[…]" | "[...]")
        || text.bytes().all(|byte| byte == b'.') && text.len() >= 3
        || text.bytes().all(|byte| byte == b'*') && text.len() >= 3
        || is_crosses(text)
}

/// Whether a placeholder may begin with this byte.
fn begins(byte: u8) -> bool {
    BEGINS[usize::from(byte)]
}

/// Indexed by byte; the last entry is for `…`.
const BEGINS: [bool; 256] = {
    let mut table = [false; 256];
    let bytes = b"<{[%$YyxX.*=\xe2";
    let mut at = 0;
    while at < bytes.len() {
        table[bytes[at] as usize] = true;
        at += 1;
    }
    table
};

/// The first placeholder within an id or a URL, as bytes of the text.
#[must_use]
pub fn find_within(text: &str) -> Option<Range<usize>> {
    // The type in place of the value, as in generated examples.
    if is_placeholder(text) || text == "string" {
        return Some(0..text.len());
    }
    let bytes = text.as_bytes();
    for (at, byte) in text.bytes().enumerate().filter(|(_, byte)| begins(*byte)) {
        let c = if byte.is_ascii() { char::from(byte) } else { text[at..].chars().next()? };
        let word_start = at == 0 || !bytes[at - 1].is_ascii_alphanumeric();
        let found = match c {
            '<' | '{' | '[' | '%' => bracketed(text, at),
            '$' => dollar(text, at),
            'Y' | 'y' if word_start => your(text, at),
            'x' | 'X' if word_start => {
                let run = run(text, at, |c| matches!(c, 'x' | 'X'));
                let ends = !text[run.end..].starts_with(|c: char| c.is_ascii_alphanumeric());
                (run.len() >= 4 && ends).then_some(run)
            }
            // One dot alone is common.
            '.' | '*' if bytes.get(at + 1) != Some(&byte) => None,
            '.' | '*' => {
                let run = run(text, at, |other| other == c);
                (run.len() >= 3).then_some(run)
            }
            '…' => Some(at..at + c.len_utf8()),
            _ => None,
        };
        if found.is_some() {
            return found;
        }
    }
    None
}

/// What templates and programs leave in a text, in text order: `{{name}}`, `${name}`, `undefined`, `[object Object]`,
/// `TODO`.
pub fn leftovers(text: &str) -> impl Iterator<Item = Range<usize>> {
    // “todo” is an everyday word of Spanish and Portuguese.
    let romance = text.contains(['ñ', '¿', '¡', 'ã', 'õ'])
        || [" el ", " que ", " de ", " os "].iter().any(|word| text.contains(word));
    let mut from = 0;
    std::iter::from_fn(move || {
        while let Some(at) = text.get(from..)?.find(['{', '$', 'u', '[', 'T', 'F']).map(|at| from + at) {
            let rest = text.get(at..)?;
            let before = text.get(..at)?.chars().next_back();
            let word = |word: &str| {
                let after = rest.strip_prefix(word)?.chars().next();
                let is_part = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_');
                (!is_part(before) && !is_part(after)).then_some(at..at + word.len())
            };
            let found = match rest.as_bytes().first()? {
                b'{' if rest.starts_with("{{") => bracketed(text, at),
                b'$' if rest.starts_with("${") => dollar(text, at),
                b'u' => word("undefined"),
                b'[' => rest.starts_with("[object Object]").then(|| at..at + "[object Object]".len()),
                b'T' if !romance => word("TODO"),
                b'F' => word("FIXME"),
                _ => None,
            };
            from = found.as_ref().map_or(at + 1, |found| found.end);
            if found.is_some() {
                return found;
            }
        }
        None
    })
}

fn run(text: &str, at: usize, belongs: impl Fn(char) -> bool) -> Range<usize> {
    let rest = text.get(at..).unwrap_or("");
    at..at + rest.find(|c| !belongs(c)).unwrap_or(rest.len())
}

/// An identifier, or words with spaces as people write placeholders.
fn is_name(text: &str) -> bool {
    text.starts_with(|c: char| c.is_alphabetic() || c == '_')
        && text.len() <= 64
        && text.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | ' ' | '$' | ':'))
}

fn is_capitals(text: &str) -> bool {
    text.len() >= 2
        && text.starts_with(|c: char| c.is_ascii_uppercase())
        && text.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || matches!(c, '_' | '-' | ' '))
}

/// The text from `at` on, as far as a placeholder can reach, so that a text of many open brackets is not searched to
/// its end for each.
fn window(text: &str, at: usize) -> Option<&str> {
    const LONGEST: usize = 512;
    let rest = text.get(at..)?;
    rest.get(..rest.floor_char_boundary(LONGEST))
}

/// `<name>`, `{name}`, `{{ anything }}`, `[NAME]`, `%NAME%` at `at`.
fn bracketed(text: &str, at: usize) -> Option<Range<usize>> {
    let rest = window(text, at)?;
    if let Some(inner) = rest.strip_prefix("{{") {
        let len = inner.find("}}").filter(|len| *len > 0)?;
        // A third brace, as in some template languages.
        let end = at + 4 + len;
        return Some(at..end + usize::from(text.get(end..).is_some_and(|rest| rest.starts_with('}'))));
    }
    let close = match rest.as_bytes().first()? {
        b'<' => '>',
        b'{' => '}',
        b'[' => ']',
        b'%' => '%',
        _ => return None,
    };
    let inner = rest.get(1..)?;
    let len = inner.find(close)?;
    let name = inner.get(..len)?;
    let fits = match close {
        // A tag of SSML or HTML is markup.
        '>' => is_name(name) && !matches!(name, "break" | "speak" | "p" | "s" | "br" | "b" | "i"),
        '}' => is_name(name),
        ']' => is_capitals(name),
        // `%2F%20` and the like are bytes of a URL.
        _ => is_capitals(name) && name.len() >= 3 && !name.bytes().take(2).all(|byte| byte.is_ascii_hexdigit()),
    };
    fits.then_some(at..at + len + 2)
}

/// `${name}`, `$NAME`, `$name` at `at`.
fn dollar(text: &str, at: usize) -> Option<Range<usize>> {
    let rest = window(text, at)?.strip_prefix('$')?;
    if let Some(inner) = rest.strip_prefix('{') {
        let len = inner.find('}').filter(|len| *len > 0)?;
        return Some(at..at + len + 3);
    }
    let name = run(text, at + 1, |c| c.is_ascii_alphanumeric() || matches!(c, '_' | '.'));
    let starts = text.get(name.clone())?.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
    (starts && name.len() >= 2).then_some(at..name.end)
}

/// `YOUR_AVATAR_ID`, `your-domain` at `at`.
fn your(text: &str, at: usize) -> Option<Range<usize>> {
    let rest = text.get(at..)?;
    let (head, tail) = rest.split_at_checked(4)?;
    if !head.eq_ignore_ascii_case("your") || !tail.starts_with(['_', '-']) {
        return None;
    }
    let word = run(text, at, |c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-'));
    (word.len() > 5).then_some(word)
}

/// `={{ … }}` as n8n writes it, and anything from `{{` to the last `}}`.
fn template(text: &str) -> Option<Range<usize>> {
    let inner = text.strip_prefix('=').unwrap_or(text);
    (inner.starts_with("{{") && inner.ends_with("}}") && inner.len() > 4).then_some(0..text.len())
}

/// `xxx`, `XXXX-XXXX`. A long run of one letter is a text made to test how long it may be.
fn is_crosses(text: &str) -> bool {
    const LONGEST: usize = 64;
    (3..=LONGEST).contains(&text.len())
        && text.starts_with(['x', 'X'])
        && text.bytes().all(|byte| matches!(byte, b'x' | b'X' | b'-' | b'_'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_values() {
        for text in [
            "<avatar-id>",
            "<your avatar id>",
            "{{X}}",
            "{{ $json.body.script }}",
            "={{ $json.id }}",
            "{x}",
            "{voice_id}",
            "$X1",
            "${VOICE}",
            "YOUR_AVATAR_ID",
            "your-voice-id",
            "...",
            "…",
            "***",
            "%TITLE%",
            "[TITLE]",
            "[YOUR SCRIPT]",
            "xxx",
            "XXXX-XXXX",
            " {{a}} ",
            "{{{raw}}}",
            "{{a}} {{b}}",
        ] {
            assert!(is_placeholder(text), "{text}");
        }
        for text in [
            "",
            "AVATAR_ID",
            "NAME",
            "avatar_12345678",
            "Well...",
            "<break time=\"1s\"/>",
            "<break>",
            "{}",
            "{\"a\": 1}",
            "[1]",
            "[pause]",
            "$5",
            "$1,000",
            "100%",
            "50% off, 20% more",
            "Hello {name}, welcome",
            "a <b> c",
            "x",
            "..",
            "Your voice matters",
            "yours_truly",
            "1bd001e7e50f421d891986aad5158bc8",
            "Hi {{name}}",
            "[Music]",
        ] {
            assert!(!is_placeholder(text), "{text}");
        }
    }

    #[test]
    fn leftover_placeholders_in_a_script() {
        let found = |text: &'static str| leftovers(text).map(|range| &text[range]).collect::<Vec<_>>();
        assert_eq!(found("Hi {{name}}, your ${plan} plan"), ["{{name}}", "${plan}"]);
        assert_eq!(found("Hi undefined! [object Object] TODO: end"), ["undefined", "[object Object]", "TODO"]);
        for text in ["{smiles} hello", "an undefinedness", "[pause] $5 {1}", "TODOS", "¡TODO es posible!", "{{}}", ""]
        {
            assert!(found(text).is_empty(), "{text}");
        }
        let many = "{{a".repeat(20_000);
        assert_eq!(leftovers(&many).count(), 0);
    }

    #[test]
    fn within_ids_and_urls() {
        for (text, found) in [
            ("https://example.com/{{file}}.mp3", "{{file}}"),
            ("https://<host>/a.mp3", "<host>"),
            ("https://...", "..."),
            ("https://your-domain.com/hook", "your-domain"),
            ("https://${HOST}/a", "${HOST}"),
            ("https://$HOST/a", "$HOST"),
            ("sk_***", "***"),
            ("abc123…", "…"),
            ("av_xxxxxxxx", "xxxxxxxx"),
            ("https://%BUCKET_NAME%.s3.amazonaws.com/k", "%BUCKET_NAME%"),
        ] {
            assert_eq!(find_within(text).map(|range| &text[range]), Some(found), "{text}");
        }
        for text in [
            "AVATAR_ID",
            "https://example.com/a%20b%2Fc%AB%CD.mp3?x=%7B%7D",
            "https://b.s3.amazonaws.com/k.mp3?X-Amz-Credential=A%2F20261122%2Fus",
            "https://hooks.example.com:8443/h?x=1#f",
            "https://bücher.example/hook",
            "Daisy-inskirt-20220818",
            "https://yourapp.com/hook",
            "https://example.com/a..b/c",
            "https://[::1]/x.png",
            "boxxxy",
        ] {
            assert_eq!(find_within(text), None, "{text}");
        }
    }
}
