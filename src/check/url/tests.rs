use super::*;
use crate::limits::Limits;
use crate::profile;
use crate::request::json::parse as parse_json;

/// 2026-11-22T00:00:00Z.
const NOW: u64 = 1_795_305_600;

fn checked(url: &str, purpose: Purpose) -> Option<(String, String, Finding)> {
    let text = format!("{{\"url\": {url:?}}}");
    let document = parse_json(&text);
    let limits = Limits::default();
    let context = Context { limits: &limits, ready: false, now: NOW, newer: None };
    let value = document.at_pointer("/url").expect("a value");
    let finding = check(value, purpose, &context)?;
    assert_eq!(finding.location.pointer.as_deref(), Some("/url"));
    let marked = document.source(finding.location.span.expect("a span")).to_owned();
    let mut mended = text.clone();
    if let Some(fix) = &finding.fix {
        for edit in &fix.edits {
            mended.replace_range(edit.span.start..edit.span.end, &edit.text);
        }
    }
    let mended = mended.strip_prefix("{\"url\": \"").and_then(|rest| rest.strip_suffix("\"}")).unwrap_or("").to_owned();
    Some((marked, mended, finding))
}

fn speech(url: &str) -> Option<(String, String, Finding)> {
    checked(url, Purpose::Media(profile::default().find_use("speech").expect("a place")))
}

#[test]
fn silent() {
    for url in [
        "https://example.com/audio.mp3",
        "https://example.com/a/b",
        "https://8.8.8.8/a.wav",
        "https://[2606:4700::1111]/a.mp3",
        "https://example.com/a.mp3?file=x.m4a",
        "https://bücher.example/a.mp3",
        "https://b.s3.amazonaws.com/k.mp3?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=A%2F20261122%2Fus-east-1&X-Amz-Signature=abcdef",
        "https://b.s3.amazonaws.com/k.mp3?X-Amz-Date=20261122T000000Z&X-Amz-Expires=86400",
        "https://a.blob.core.windows.net/c/a.mp3?se=2026-11-23T00%3A00%3A00Z&sig=x",
        "https://www.dropbox.com/s/x/a.mp3?dl=1",
        "https://dl.dropboxusercontent.com/s/x/a.mp3",
        "https://drive.google.com/uc?export=download&id=1",
        "https://raw.githubusercontent.com/a/b/main/a.mp3",
        "https://github.com/a/b/raw/main/a.mp3",
        "https://github.com/a/b/blob/main/a.mp3?raw=true",
        "https://example.com/v1.2",
        "https://172.32.0.1/a.mp3",
        "https://100.128.0.1/a.mp3",
        "https://mylocal.com/a.mp3",
        "HTTPS://example.com/a.mp3",
    ] {
        assert_eq!(speech(url).map(|(_, _, finding)| finding.message), None, "{url}");
    }
    for url in [
        "https://hooks.example.com:8443/h?x=1#f",
        "https://bücher.example/hook",
        "https://8.8.8.8/hook",
        "https://x.com/a.html",
    ] {
        assert!(checked(url, Purpose::Webhook).is_none(), "{url}");
    }
}

#[test]
fn one_finding_at_its_exact_place() {
    for (url, rule, marked) in [
        ("http://example.com/a.mp3", "url/not-https", "http"),
        ("file:///home/me/a.mp3", "url/not-https", "file"),
        ("data:audio/mpeg;base64,AAAA", "url/not-https", "data"),
        ("s3://bucket/key.mp3", "url/not-https", "s3"),
        ("gs://bucket/key.mp3", "url/not-https", "gs"),
        ("ftp://example.com/a.mp3", "url/not-https", "ftp"),
        ("example.com/hook", "url/not-https", "example.com/hook"),
        ("../a.mp3", "url/not-https", "../a.mp3"),
        ("//cdn.example.com/a.mp3", "url/not-https", "//cdn.example.com/a.mp3"),
        ("https://localhost:3000/a.mp3", "url/private-host", "localhost"),
        ("https://192.168.1.20/a.m4a", "url/private-host", "192.168.1.20"),
        ("https://169.254.169.254/latest/meta-data/", "url/private-host", "169.254.169.254"),
        ("https://100.64.0.1/a.mp3", "url/private-host", "100.64.0.1"),
        ("https://2130706433/a.mp3", "url/private-host", "2130706433"),
        ("https://0x7f.1/a.mp3", "url/private-host", "0x7f.1"),
        ("https://0300.0250.0.1/a.mp3", "url/private-host", "0300.0250.0.1"),
        ("https://[::1]/a.mp3", "url/private-host", "::1"),
        ("https://[fd12::1]/a.mp3", "url/private-host", "fd12::1"),
        ("https://[fe80::1%25eth0]/a.mp3", "url/private-host", "fe80::1%25eth0"),
        ("https://[::ffff:10.0.0.1]/a.mp3", "url/private-host", "::ffff:10.0.0.1"),
        ("https://[64:ff9b::7f00:1]/a.mp3", "url/private-host", "64:ff9b::7f00:1"),
        ("https://[2002:c0a8:0101::1]/a.mp3", "url/private-host", "2002:c0a8:0101::1"),
        ("https://nas.local/a.mp3", "url/private-host", "nas.local"),
        ("https://api.internal./a.mp3", "url/private-host", "api.internal."),
        ("https://fileserver/a.mp3", "url/private-host", "fileserver"),
        ("https://user:pass@10.0.0.1/a.mp3", "url/private-host", "10.0.0.1"),
        ("https://user:pass@example.com/a.mp3", "url/credentials", "user:pass"),
        ("https://b.s3.amazonaws.com/k.mp3?X-Amz-Date=20261120T000000Z&X-Amz-Expires=3600", "url/expired", "3600"),
        (
            "https://storage.googleapis.com/k.mp3?X-Goog-Date=20261121T000000Z&X-Goog-Expires=90000",
            "url/expired",
            "90000",
        ),
        (
            "https://a.blob.core.windows.net/c/a.mp3?se=2026-11-21T00%3A00%3A00Z&sig=x",
            "url/expired",
            "2026-11-21T00%3A00%3A00Z",
        ),
        ("https://d1.cloudfront.net/a.mp3?Expires=1700000000&Signature=x&Key-Pair-Id=y", "url/expired", "1700000000"),
        ("https://cdn.discordapp.com/attachments/1/2/a.mp3?ex=65000000&is=64fff000&hm=ab", "url/expired", "65000000"),
        ("https://999.1.1.1/a.mp3", "url/private-host", "999.1.1.1"),
        ("https://[::zz]/a.mp3", "url/private-host", "::zz"),
        (" https://example.com/a.mp3", "url/not-https", " "),
        ("https://example.com/a.mp3\t ", "url/not-https", "\\t "),
        ("https:/example.com/a.mp3", "url/not-https", "https:/example.com/a.mp3"),
        ("https://drive.google.com/file/d/1x/view", "url/page-not-file", "drive.google.com/file/d/1x/view"),
        ("https://example.com/talk.html", "url/page-not-file", "example.com/talk.html"),
        ("https://www.loom.com/share/1", "url/page-not-file", "www.loom.com/share/1"),
        ("https://example.com/voice.M4A?x=1", "url/unsupported-extension", "M4A"),
        ("https://example.com/voice.png", "url/unsupported-extension", "png"),
        ("https://your-host.com/a.mp3", "request/placeholder", "your-host"),
    ] {
        let (found, _, finding) = speech(url).unwrap_or_else(|| panic!("{url} is silent"));
        assert_eq!((finding.rule.id, found.as_str()), (rule, marked), "{url}: {}", finding.message);
    }
}

#[test]
fn severities() {
    let severity = |url: &str, purpose| checked(url, purpose).map(|(_, _, finding)| finding.severity);
    let media = Purpose::Media(profile::default().find_use("video").expect("a place"));
    assert_eq!(severity("https://youtu.be/x", media), Some(Severity::Warning));
    assert_eq!(severity("https://1drv.ms/v/x", media), Some(Severity::Error));
    assert_eq!(severity("http://example.com/cb", Purpose::Callback), Some(Severity::Warning));
    assert_eq!(severity("http://example.com/cb", Purpose::Webhook), Some(Severity::Error));
    assert_eq!(severity("https://localhost/cb", Purpose::Callback), Some(Severity::Error));
    let soon = "https://b.s3.amazonaws.com/k.mp4?X-Amz-Date=20261122T000000Z&X-Amz-Expires=3600";
    assert_eq!(severity(soon, media), Some(Severity::Warning));
    assert_eq!(severity("https://example.com/a.mov", media), Some(Severity::Error));
}

#[test]
fn pages_that_can_be_mended() {
    for (page, file) in [
        ("https://www.dropbox.com/s/x/a.mp3", "https://www.dropbox.com/s/x/a.mp3?dl=1"),
        ("https://www.dropbox.com/s/x/a.mp3?dl=0", "https://www.dropbox.com/s/x/a.mp3?dl=1"),
        ("https://www.dropbox.com/scl/fi/x/a.mp3?rlkey=k", "https://www.dropbox.com/scl/fi/x/a.mp3?rlkey=k&dl=1"),
        ("https://github.com/a/b/blob/main/a.mp3", "https://github.com/a/b/raw/main/a.mp3"),
        ("https://gitlab.com/a/b/-/blob/main/a.mp3", "https://gitlab.com/a/b/-/raw/main/a.mp3"),
        ("https://huggingface.co/a/b/blob/main/a.mp3", "https://huggingface.co/a/b/resolve/main/a.mp3"),
        ("http://example.com/a.mp3", "https://example.com/a.mp3"),
    ] {
        let (_, mended, finding) = speech(page).unwrap_or_else(|| panic!("{page} is silent"));
        assert_eq!(mended, file, "{}", finding.message);
        assert!(speech(&mended).is_none(), "{mended}");
    }
}

/// Checks one page of each site.
#[test]
fn every_site_that_is_known() {
    for page in [
        "www.dropbox.com/s/x/a",
        "drive.google.com/file/d/1/view",
        "docs.google.com/document/d/1/edit",
        "www.youtube.com/watch?v=1",
        "youtu.be/1",
        "vimeo.com/1",
        "onedrive.live.com/?id=1",
        "1drv.ms/v/x",
        "corp-my.sharepoint.com/:v:/g/x",
        "app.box.com/s/x",
        "www.notion.so/x",
        "me.notion.site/x",
        "www.loom.com/share/1",
        "wetransfer.com/downloads/1",
        "we.tl/t-1",
        "www.icloud.com/iclouddrive/1",
        "www.canva.com/design/1/view",
        "github.com/a/b/blob/main/a",
        "gitlab.com/a/b/-/blob/main/a",
        "huggingface.co/a/b/blob/main/a",
        "bitbucket.org/a/b/src/main/a",
        "codeberg.org/a/b/src/branch/main/a",
    ] {
        let url = format!("https://{page}");
        assert_eq!(speech(&url).map(|(_, _, finding)| finding.rule.id), Some("url/page-not-file"), "{url}");
    }
    for other in ["notdropbox.com/s/x/a", "google.com/a", "live.com/a", "dropbox.com.example.org/s/x/a"] {
        assert!(speech(&format!("https://{other}")).is_none(), "{other}");
    }
}

#[test]
fn replacements_are_valid_json() {
    let (_, mended, finding) = speech(" https://example.com/\"a\".mp3\n").expect("a finding");
    assert_eq!((finding.rule.id, mended.as_str()), ("url/not-https", "https://example.com/\\\"a\\\".mp3"));
}
