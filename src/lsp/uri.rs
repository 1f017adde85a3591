//! Converts URIs of documents to paths and back (RFC 8089, and the variants that editors send).

use std::path::{Path, PathBuf};

use crate::config::normal;
use crate::text::percent::{decoded, encoded_path};

/// The path of a `file:` URI, absolute and without dots; none for any other URI, or one for another host.
pub(super) fn path(uri: &str) -> Option<PathBuf> {
    let (scheme, rest) = uri.split_once(':')?;
    if !scheme.eq_ignore_ascii_case("file") {
        return None;
    }
    let rest = rest.split(['?', '#']).next().unwrap_or(rest);
    let encoded = match rest.strip_prefix("//") {
        Some(rest) => {
            let slash = rest.find('/')?;
            let (host, path) = rest.split_at(slash);
            if !host.is_empty() && !host.eq_ignore_ascii_case("localhost") {
                return if cfg!(windows) { path_of(&decoded(&format!("//{rest}"))) } else { None };
            }
            path
        }
        None => rest,
    };
    let bytes = decoded(encoded);
    if bytes.contains(&0) {
        return None;
    }
    let path = normal(&path_of(windows(&bytes))?);
    path.is_absolute().then_some(path)
}

/// `/c:/a` → `c:/a`, on the system that has such paths.
fn windows(bytes: &[u8]) -> &[u8] {
    match bytes {
        [b'/', drive, b':', ..] if cfg!(windows) && drive.is_ascii_alphabetic() => &bytes[1..],
        _ => bytes,
    }
}

#[cfg(unix)]
fn path_of(bytes: &[u8]) -> Option<PathBuf> {
    use std::os::unix::ffi::OsStrExt;
    Some(PathBuf::from(std::ffi::OsStr::from_bytes(bytes)))
}

#[cfg(not(unix))]
fn path_of(bytes: &[u8]) -> Option<PathBuf> {
    std::str::from_utf8(bytes).ok().map(PathBuf::from)
}

/// The last part of a URI, for unsaved documents: `untitled:Untitled-1` → `Untitled-1`.
pub(super) fn name(uri: &str) -> String {
    let rest = uri.split_once(':').map_or(uri, |(_, rest)| rest);
    let name = String::from_utf8_lossy(&decoded(rest.rsplit(['/', '\\']).next().unwrap_or(rest))).into_owned();
    let kept: String = name.chars().filter(|c| !c.is_control() && !matches!(c, '/' | '\\')).take(100).collect();
    if kept.trim_matches('.').is_empty() { "untitled".to_owned() } else { kept }
}

/// The `file:` URI of an absolute path.
pub(super) fn of_path(path: &Path) -> String {
    let mut uri = "file://".to_owned();
    let mut bytes = path.as_os_str().as_encoded_bytes().to_vec();
    if cfg!(windows) {
        bytes.iter_mut().filter(|byte| **byte == b'\\').for_each(|byte| *byte = b'/');
        if !bytes.starts_with(b"/") {
            uri.push('/');
        }
    }
    uri + &encoded_path(&bytes).to_string()
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn a_path_survives_the_round_trip() {
        for name in ["/a/b.json", "/a b/ü%20#?.json", "/漢字/😀.jsonl", "/a:b/[1].json"] {
            let uri = of_path(Path::new(name));
            assert!(uri.is_ascii() && !uri.contains(' '), "{uri}");
            assert_eq!(path(&uri).as_deref(), Some(Path::new(name)), "{uri}");
        }
        use std::os::unix::ffi::OsStrExt;
        let odd = Path::new(std::ffi::OsStr::from_bytes(b"/a\xff.json"));
        assert_eq!(path(&of_path(odd)).as_deref(), Some(odd));
    }

    #[test]
    fn variants_that_editors_send() {
        let found = |uri: &str| path(uri).map(|path| path.to_string_lossy().into_owned());
        assert_eq!(found("file:///a/./b/../c.json").as_deref(), Some("/a/c.json"));
        assert_eq!(found("file://localhost/a%20b.json").as_deref(), Some("/a b.json"));
        assert_eq!(found("FILE:/a.json").as_deref(), Some("/a.json"));
        assert_eq!(found("file:///c%3A/Users/x.json").as_deref(), Some("/c:/Users/x.json"));
        assert_eq!(found("file:///a%2").as_deref(), Some("/a%2"));
        for other in [
            "untitled:Untitled-1",
            "file://server/share/a.json",
            "git:/a.json?x",
            "",
            "file:",
            "file:///a%00b",
            "file:a",
        ] {
            assert_eq!(found(other), None, "{other}");
        }
        assert_eq!(name("untitled:Untitled-1"), "Untitled-1");
        assert_eq!(name("untitled:/c%3A/x/a.json"), "a.json");
        assert_eq!(name("untitled:.."), "untitled");
    }
}
