//! Text formats.

use super::find;
use crate::media::Format;
use crate::media::srt::time;

/// Lines allowed before the first time line of a subtitle.
const LINES_BEFORE: usize = 6;

/// The text format of the first bytes; none if they are not text.
pub(super) fn format(piece: &[u8]) -> Option<Format> {
    let narrow = to_bytes(piece)?;
    let body: &[u8] = narrow.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&narrow);
    let start = body.trim_ascii_start();
    if body.starts_with(b"version https://git-lfs.github.com/spec/") || body.starts_with(b"version https://hawser.") {
        return Some(Format::LfsPointer);
    }
    if body.starts_with(b"WEBVTT") && body.get(6).is_none_or(u8::is_ascii_whitespace) {
        return Some(Format::Vtt);
    }
    if begins(start, b"[script info]") {
        return Some(Format::Ass);
    }
    // Check for markup first: a web page may quote a subtitle.
    if let Some(format) = markup(start) {
        return Some(format);
    }
    if is_json(start) {
        return Some(Format::Json);
    }
    Some(if is_subtitle(body) { Format::Srt } else { Format::Text })
}

/// The text with one byte per character (`?` for those above 255), or UTF-8 unchanged. None if it has control characters
/// like binary data.
fn to_bytes(piece: &[u8]) -> Option<std::borrow::Cow<'_, [u8]>> {
    let wide = |width: usize, big: bool, from: usize| -> Vec<u8> {
        let units = piece.get(from..).unwrap_or_default().chunks_exact(width);
        units
            .map(|unit| {
                let low = if big { unit[width - 1] } else { unit[0] };
                let rest = if big { &unit[..width - 1] } else { &unit[1..] };
                if rest.iter().all(|&byte| byte == 0) { low } else { b'?' }
            })
            .collect()
    };
    let narrow: std::borrow::Cow<'_, [u8]> = match piece {
        [0xff, 0xfe, 0, 0, ..] => wide(4, false, 4).into(),
        [0, 0, 0xfe, 0xff, ..] => wide(4, true, 4).into(),
        [0xff, 0xfe, ..] => wide(2, false, 2).into(),
        [0xfe, 0xff, ..] => wide(2, true, 2).into(),
        // UTF-16 without a byte order mark: a subtitle starts with a digit and a line ending.
        [b'0'..=b'9', 0, b'0'..=b'9' | b'\r' | b'\n', 0, ..] => wide(2, false, 0).into(),
        [0, b'0'..=b'9', 0, b'0'..=b'9' | b'\r' | b'\n', ..] => wide(2, true, 0).into(),
        _ => piece.into(),
    };
    let is_control = |byte: &u8| matches!(byte, 0..=8 | 14..=26 | 28..=31 | 127);
    // A rare control character is tolerated; a NUL always means binary data.
    let controls = narrow.iter().filter(|byte| is_control(byte)).count();
    let has_nul = memchr::memchr(0, &narrow).is_some();
    if has_nul || controls > narrow.len() / 200 {
        return subtitle_with_dirt(&narrow).then_some(narrow);
    }
    if std::str::from_utf8(&narrow).is_err_and(|error| error.error_len().is_some()) {
        // A legacy encoding, unless it is mostly unreadable like random bytes.
        let readable = narrow.iter().filter(|byte| byte.is_ascii_graphic() || byte.is_ascii_whitespace()).count();
        if readable < narrow.len() / 4 || (narrow.len() < 8 && readable * 2 < narrow.len()) {
            return None;
        }
    }
    Some(narrow)
}

/// Binary data that start like a subtitle: a damaged subtitle.
fn subtitle_with_dirt(bytes: &[u8]) -> bool {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    lines(bytes).filter(|line| !line.is_empty()).take(2).any(time::is_line)
}

/// Trimmed lines; CR, LF and CR LF end one.
fn lines(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    text.split(|&byte| byte == b'\n' || byte == b'\r').map(<[u8]>::trim_ascii)
}

/// A time line near the start, or at least two preceded by a counter.
fn is_subtitle(text: &[u8]) -> bool {
    let mut counted = 0;
    let mut previous: &[u8] = b"";
    for (index, line) in lines(text).filter(|line| !line.is_empty()).enumerate() {
        if time::is_line(line) {
            let counter = previous.len() <= 9 && !previous.is_empty() && previous.iter().all(u8::is_ascii_digit);
            counted += u32::from(counter);
            if index < LINES_BEFORE || counted >= 2 {
                return true;
            }
        }
        previous = line;
    }
    false
}

fn begins(text: &[u8], word: &[u8]) -> bool {
    text.get(..word.len()).is_some_and(|start| start.eq_ignore_ascii_case(word))
}

/// The format of a document by its root element.
fn markup(text: &[u8]) -> Option<Format> {
    if !text.starts_with(b"<") {
        return None;
    }
    let declared = text.starts_with(b"<?xml");
    let mut rest = text;
    // Declarations, instructions, comments, a document type: then the root.
    for _ in 0..64 {
        rest = rest.trim_ascii_start();
        let end: &[u8] = if rest.starts_with(b"<?") {
            b"?>"
        } else if rest.starts_with(b"<!--") {
            b"-->"
        } else if begins(rest, b"<!doctype html") {
            return Some(Format::Html);
        } else if begins(rest, b"<!doctype svg") {
            return Some(Format::Svg);
        } else if rest.starts_with(b"<!") {
            // An internal subset is enclosed in brackets.
            if find(&rest[..rest.len().min(512)], b"[").is_some_and(|open| !rest[..open].contains(&b'>')) {
                b"]>"
            } else {
                b">"
            }
        } else {
            break;
        };
        match find(rest, end) {
            Some(at) => rest = &rest[at + end.len()..],
            None => return declared.then_some(Format::Xml),
        }
    }
    let name = rest.strip_prefix(b"<")?;
    let length = name.iter().take_while(|byte| byte.is_ascii_alphanumeric() || b":-_.".contains(byte)).count();
    let name = &name[..length];
    let local = name.rsplit(|&byte| byte == b':').next().unwrap_or_default();
    const PAGE: [&[u8]; 9] = [b"html", b"head", b"body", b"title", b"meta", b"script", b"div", b"p", b"center"];
    if local.eq_ignore_ascii_case(b"svg") {
        Some(Format::Svg)
    } else if PAGE.iter().any(|page| local.eq_ignore_ascii_case(page)) {
        Some(Format::Html)
    } else {
        (declared || !name.is_empty()).then_some(Format::Xml)
    }
}

/// Whether the text starts like a JSON object or array.
fn is_json(text: &[u8]) -> bool {
    let Some((open, rest)) = text.split_first() else { return false };
    let rest = rest.trim_ascii_start();
    match (open, rest.first()) {
        (b'{', Some(b'"' | b'}')) | (b'[', Some(b'{' | b'[' | b'"' | b']' | b'-' | b'0'..=b'9')) => true,
        (b'[', _) => [b"true".as_slice(), b"false", b"null"].iter().any(|word| rest.starts_with(word)),
        _ => false,
    }
}
