//! Escapes text from outside for the reader of a report.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::io;

use serde::Serialize;
use serde_json::ser::{Formatter, Serializer};

use crate::source::{clean, is_harmful};

/// A file name at the start of a log line. One that GitHub would read as a workflow command gets `./` in front.
pub(super) fn line_start(name: &str) -> Cow<'_, str> {
    if name.trim_start().starts_with("::") {
        return Cow::Owned(format!("./{}", clean(name)));
    }
    clean(name)
}

/// At most `most` characters of a text, with an ellipsis if it is cut.
pub(super) fn cut(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

/// Compact JSON that writes every harmful character as `\uXXXX`: the same value, harmless on a terminal.
#[derive(Default)]
struct Harmless {
    layout: JsonLayout,
    depth: usize,
    /// Keys of the outermost object so far.
    keys: usize,
}

/// Where lines of a JSON text begin.
#[derive(Clone, Copy, Default)]
pub(super) struct JsonLayout {
    /// Array elements down to this depth each begin a line.
    pub elements_to: usize,
    /// The number of keys of the outermost object that the first line contains, with their values. Each later key
    /// begins a line. None: keys begin no lines.
    pub head: Option<usize>,
}

impl Harmless {
    fn close<W: ?Sized + io::Write>(&mut self, out: &mut W, bracket: &[u8]) -> io::Result<()> {
        self.depth -= 1;
        out.write_all(bracket)
    }

    fn is_in_head(&self) -> bool {
        self.layout.head.is_some_and(|head| self.keys <= head)
    }
}

impl Formatter for Harmless {
    fn begin_array<W: ?Sized + io::Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.depth += 1;
        out.write_all(b"[")
    }

    fn end_array<W: ?Sized + io::Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.close(out, b"]")
    }

    fn begin_array_value<W: ?Sized + io::Write>(&mut self, out: &mut W, first: bool) -> io::Result<()> {
        match (first, self.depth <= self.layout.elements_to && !self.is_in_head()) {
            (true, true) => out.write_all(b"\n"),
            (true, false) => Ok(()),
            (false, true) => out.write_all(b",\n"),
            (false, false) => out.write_all(b","),
        }
    }

    fn begin_object<W: ?Sized + io::Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.depth += 1;
        out.write_all(b"{")
    }

    fn begin_object_key<W: ?Sized + io::Write>(&mut self, out: &mut W, first: bool) -> io::Result<()> {
        if !first {
            out.write_all(b",")?;
        }
        if self.depth == 1 {
            self.keys += 1;
            if self.layout.head.is_some() && !self.is_in_head() {
                out.write_all(b"\n")?;
            }
        }
        Ok(())
    }

    fn end_object<W: ?Sized + io::Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.close(out, b"}")
    }

    fn write_string_fragment<W: ?Sized + io::Write>(&mut self, out: &mut W, fragment: &str) -> io::Result<()> {
        if fragment.is_ascii() && !fragment.contains('\u{7f}') {
            return out.write_all(fragment.as_bytes());
        }
        let mut from = 0;
        for (at, c) in fragment.char_indices().filter(|(_, c)| is_harmful(*c)) {
            out.write_all(&fragment.as_bytes()[from..at])?;
            for unit in c.encode_utf16(&mut [0; 2]) {
                write!(out, "\\u{unit:04x}")?;
            }
            from = at + c.len_utf8();
        }
        out.write_all(&fragment.as_bytes()[from..])
    }
}

/// A JSON text with every harmful character of its strings as `\uXXXX`.
#[must_use]
pub fn harmless_json(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        // Outside strings, only line breaks are harmful.
        if c == '\n' || !is_harmful(c) {
            out.push(c);
        } else {
            c.encode_utf16(&mut [0; 2]).iter().for_each(|unit| _ = write!(out, "\\u{unit:04x}"));
        }
    }
    out
}

/// Writes one JSON value.
pub(super) fn json(out: &mut dyn io::Write, value: &impl Serialize) -> io::Result<()> {
    json_in_lines(out, value, JsonLayout::default())
}

/// Writes one JSON value in lines.
pub(super) fn json_in_lines(out: &mut dyn io::Write, value: &impl Serialize, layout: JsonLayout) -> io::Result<()> {
    let formatter = Harmless { layout, ..Harmless::default() };
    value.serialize(&mut Serializer::with_formatter(out, formatter)).map_err(io::Error::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_is_lossless_and_harmless() {
        let text = "a\u{1b}[31m\u{202e}b\u{7f}\u{e0041}\u{9b}\"\\\n作ü";
        let mut out = Vec::new();
        json(&mut out, &text).unwrap();
        let out = String::from_utf8(out).unwrap();
        assert_eq!(out, r#""a\u001b[31m\u202eb\u007f\udb40\udc41\u009b\"\\\n作ü""#);
        assert_eq!(serde_json::from_str::<String>(&out).unwrap(), text);
        let pretty = serde_json::to_string_pretty(&[text]).unwrap();
        assert_eq!(harmless_json(&pretty), format!("[\n  {out}\n]"));
    }
}
