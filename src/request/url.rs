//! A URL, the positions of its parts, and the kind of its host.

use crate::text::percent;
use std::net::{Ipv4Addr, Ipv6Addr};
use std::ops::Range;

/// The parts of an absolute URL (RFC 3986), as bytes of its text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Url {
    /// Without the colon.
    pub scheme: Range<usize>,
    /// The part between `//` and `@`.
    pub userinfo: Option<Range<usize>>,
    /// Without brackets, user and port; empty without an authority.
    pub host: Range<usize>,
    pub path: Range<usize>,
    /// Without the question mark.
    pub query: Option<Range<usize>>,
}

/// The parts of a text; none if it has no scheme.
///
/// `example.com:8080/x` and `C:\x` have none: a scheme has at least two letters and is followed by `//`, unless it is a
/// scheme without an authority.
#[must_use]
pub fn parse(text: &str) -> Option<Url> {
    let bytes = text.as_bytes();
    let (colon, start) = if text.starts_with("https://") { (5, 8) } else { scheme(text)? };
    let from = |at: usize, [a, b, c]: [u8; 3]| {
        let found = bytes.get(at..).and_then(|rest| memchr::memchr3(a, b, c, rest));
        found.map_or(text.len(), |len| at + len)
    };
    let authority_end = match start == colon + 1 {
        true => start,
        false => from(start, *b"/?#").min(from(start, [b'\\'; 3])),
    };
    let last = |byte: u8, from: usize| bytes[from..authority_end].iter().rposition(|other| *other == byte);
    let (userinfo, host_start) = match last(b'@', start) {
        Some(at) => (Some(start..start + at), start + at + 1),
        None => (None, start),
    };
    let host_port = &text[host_start..authority_end];
    let host = if let Some(inner) = host_port.strip_prefix('[') {
        let end = inner.find(']').unwrap_or(inner.len());
        host_start + 1..host_start + 1 + end
    } else {
        host_start..host_start + last(b':', host_start).unwrap_or(host_port.len())
    };
    let path_end = from(authority_end, *b"?##");
    let query = text[path_end..].starts_with('?').then(|| path_end + 1..from(path_end + 1, [b'#'; 3]));
    Some(Url { scheme: 0..colon, userinfo, host, path: authority_end..path_end, query })
}

/// The end of the scheme, and the start of what follows it.
fn scheme(text: &str) -> Option<(usize, usize)> {
    let colon = memchr::memchr(b':', text.as_bytes())?;
    let scheme = &text[..colon];
    let proper = scheme.starts_with(|c: char| c.is_ascii_alphabetic())
        && scheme.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.'));
    let after = text.get(colon + 1..)?;
    let plain = ["data", "file", "mailto", "blob", "about", "javascript", "urn"];
    if !proper || colon < 2 || !(after.starts_with("//") || plain.iter().any(|name| scheme.eq_ignore_ascii_case(name)))
    {
        return None;
    }
    Some((colon, colon + 1 + if after.starts_with("//") { 2 } else { 0 }))
}

impl Url {
    /// A part of the text that was parsed into this.
    #[must_use]
    pub fn part<'t>(text: &'t str, range: &Range<usize>) -> &'t str {
        text.get(range.clone()).unwrap_or("")
    }

    /// The parameters of the query as written, with the position of each value.
    pub fn parameters<'t>(&self, text: &'t str) -> impl Iterator<Item = (&'t str, Range<usize>)> {
        let query = self.query.clone().unwrap_or(0..0);
        let mut at = query.start;
        Self::part(text, &query).split('&').map(move |pair| {
            let start = at;
            at += pair.len() + 1;
            let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
            let value_start = (start + key.len() + 1).min(start + pair.len());
            (key, value_start..value_start + value.len())
        })
    }

    /// The value of a parameter and its position; the name matches in any case.
    #[must_use]
    pub fn parameter<'t>(&self, text: &'t str, name: &str) -> Option<(&'t str, Range<usize>)> {
        self.query.as_ref()?;
        self.parameters(text)
            .find(|(key, _)| key.eq_ignore_ascii_case(name))
            .map(|(_, range)| (Self::part(text, &range), range))
    }

    /// The extension of the last part of the path, without its dot.
    #[must_use]
    pub fn extension(&self, text: &str) -> Option<Range<usize>> {
        let path = Self::part(text, &self.path);
        let last = |text: &str, byte: u8| text.bytes().rposition(|other| other == byte);
        let name_start = last(path, b'/').map_or(0, |slash| slash + 1);
        let dot = last(&path[name_start..], b'.').filter(|dot| *dot > 0)?;
        let start = self.path.start + name_start + dot + 1;
        let extension = text.get(start..self.path.end)?;
        let proper = (1..=5).contains(&extension.len()) && extension.bytes().all(|byte| byte.is_ascii_alphanumeric());
        proper.then_some(start..self.path.end)
    }
}

/// The kind of host.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Host {
    V4(Ipv4Addr),
    V6(Ipv6Addr),
    /// In lower case, percent-decoded, without a trailing dot.
    Name(String),
}

/// Reads a host as browsers and HTTP clients do, including all notations of IPv4.
#[must_use]
pub fn host(text: &str) -> Host {
    let name = if text.is_ascii() && !text.contains('%') {
        text.to_ascii_lowercase()
    } else {
        percent::decoded_text(text).to_lowercase().replace(['。', '．', '｡'], ".")
    };
    let name = name.strip_suffix('.').unwrap_or(&name);
    // IPv6 addresses have colons, IPv4 addresses begin with a digit. A zone, as in fe80::1%eth0, is not part of the
    // address.
    if name.contains(':')
        && let Ok(address) = name.split('%').next().unwrap_or("").parse::<Ipv6Addr>()
    {
        return Host::V6(address);
    }
    let address = if name.starts_with(|c: char| c.is_ascii_digit()) { ipv4(name) } else { None };
    address.map_or_else(|| Host::Name(name.to_owned()), Host::V4)
}

/// One to four numbers, each decimal, octal or hexadecimal; the last one fills the rest of the 32 bits.
fn ipv4(name: &str) -> Option<Ipv4Addr> {
    let parts: Vec<u64> = name.split('.').map(number).collect::<Option<_>>()?;
    let (last, first) = parts.split_last()?;
    if first.len() > 3 || first.iter().any(|part| *part > 255) || *last >= 1 << (8 * (4 - first.len())) {
        return None;
    }
    let high = first.iter().zip(0..).fold(0u64, |sum, (part, at)| sum | part << (24 - 8 * at));
    u32::try_from(high | last).ok().map(Ipv4Addr::from)
}

fn number(part: &str) -> Option<u64> {
    let (digits, radix) = match part.strip_prefix("0x") {
        Some("") => return Some(0),
        Some(digits) => (digits, 16),
        None if part.len() > 1 && part.starts_with('0') => (&part[1..], 8),
        None => (part, 10),
    };
    let plain = digits.chars().all(|c| c.is_digit(radix));
    if plain { u64::from_str_radix(digits, radix).ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts() {
        let text = "https://user:p@ss@host.example:8443/a/b.MP3?x=1&y#f";
        let url = parse(text).expect("a URL");
        assert_eq!(&text[url.userinfo.clone().expect("a user")], "user:p@ss");
        assert_eq!(&text[url.host.clone()], "host.example");
        assert_eq!(&text[url.path.clone()], "/a/b.MP3");
        assert_eq!(&text[url.query.clone().expect("a query")], "x=1&y");
        assert_eq!(&text[url.extension(text).expect("an extension")], "MP3");
        assert_eq!(url.parameter(text, "X").map(|(value, range)| (value, &text[range])), Some(("1", "1")));
        assert_eq!(url.parameter(text, "y").map(|(value, range)| (value, &text[range])), Some(("", "")));
        let text = "https://[::1]:80/x.png";
        let url = parse(text).expect("a URL");
        assert_eq!(&text[url.host.clone()], "::1");
        assert_eq!(&text[url.path.clone()], "/x.png");
        for text in
            ["example.com/hook", "/a/b", "a.mp3", "C:\\a.mp3", "localhost:80/x", "//cdn.example/x", "", ":", "https:"]
        {
            assert_eq!(parse(text), None, "{text}");
        }
        assert!(parse("data:image/png;base64,AAAA").is_some());
        assert!(parse("https://a/b.tar.gz/").expect("a URL").extension("https://a/b.tar.gz/").is_none());
    }

    #[test]
    fn hosts() {
        let v4 = |a, b, c, d| Host::V4(Ipv4Addr::new(a, b, c, d));
        for text in [
            "127.0.0.1",
            "2130706433",
            "0x7f000001",
            "0x7f.1",
            "0177.0.0.1",
            "017700000001",
            "127.1",
            "127.0.0.1.",
            "%31%32%37.1",
        ] {
            assert_eq!(host(text), v4(127, 0, 0, 1), "{text}");
        }
        assert_eq!(host("8.8.8.8"), v4(8, 8, 8, 8));
        assert_eq!(host("::ffff:10.0.0.1"), Host::V6("::ffff:10.0.0.1".parse().expect("an address")));
        assert_eq!(host("fe80::1%25eth0"), Host::V6("fe80::1".parse().expect("an address")));
        for name in ["256.1.1.1.1", "1.2.3.4.5", "300.1.1.1", "v.com", "1and1.com", "08.1.1.1", "0xg.1", "4294967296"] {
            assert_eq!(host(name), Host::Name(name.to_owned()), "{name}");
        }
        assert_eq!(host("BÜCHER.example."), Host::Name("bücher.example".to_owned()));
    }
}
