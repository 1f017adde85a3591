//! Addresses of pages about a file.

use std::ops::Range;

use crate::profile::Profile;

/// A page of a file sharing or code host.
pub(super) struct SharePage {
    pub site: &'static str,
    pub help: &'static str,
    /// The documents contradict each other: one of them says that the service accepts such pages.
    pub doubtful: bool,
    /// The piece to replace, and its replacement, so that the URL leads to the file itself.
    pub mended: Option<(UrlPart, String)>,
}

/// The part of a URL to replace.
pub(super) enum UrlPart {
    /// The value of a parameter, as bytes of the URL.
    Parameter(Range<usize>),
    /// Bytes of the path.
    Path(usize, usize),
    /// Append to the query, or to the path if there is no query.
    End,
}

/// The sites that [`of`] recognises.
const DOMAINS: [&str; 21] = [
    "dropbox.com",
    "google.com",
    "youtube.com",
    "youtu.be",
    "vimeo.com",
    "live.com",
    "1drv.ms",
    "sharepoint.com",
    "box.com",
    "notion.so",
    "notion.site",
    "loom.com",
    "wetransfer.com",
    "we.tl",
    "icloud.com",
    "canva.com",
    "github.com",
    "gitlab.com",
    "huggingface.co",
    "bitbucket.org",
    "codeberg.org",
];

/// The page that an address leads to, if it is a known one. `host` is in lower case; `query` says whether there is a
/// query.
pub(super) fn of<'t>(
    profile: &Profile,
    host: &str,
    path: &str,
    query: bool,
    parameter: impl Fn(&str) -> Option<(&'t str, Range<usize>)>,
) -> Option<SharePage> {
    if !is_known(host) {
        return web_page(path);
    }
    let on = |domain: &str| host == domain || host.strip_suffix(domain).is_some_and(|rest| rest.ends_with('.'));
    let has = |name: &str, value: &str| parameter(name).is_some_and(|(found, _)| found == value);
    let page = |site, help| Some(SharePage { site, help, doubtful: false, mended: None });
    let doubtful = |site, help| Some(SharePage { site, help, doubtful: true, mended: None });
    let upload = profile.upload_hint();
    if on("dropbox.com") && !has("dl", "1") && !has("raw", "1") && !host.starts_with("dl.") {
        let mended = match parameter("dl") {
            Some((_, place)) => Some((UrlPart::Parameter(place), "1".to_owned())),
            None => Some((UrlPart::End, if query { "&dl=1" } else { "?dl=1" }.to_owned())),
        };
        return Some(SharePage { site: "Dropbox", help: "put dl=1 into its query", doubtful: false, mended });
    }
    if on("drive.google.com") && !path.starts_with("/uc") || on("docs.google.com") && !path.ends_with("/export") {
        let help = "documents disagree on whether Google Drive is fetched; surer: upload the file and use its asset_id";
        return doubtful("Google Drive", help);
    }
    if on("youtube.com") || on("youtu.be") {
        return doubtful("YouTube", upload);
    }
    if on("vimeo.com")
        && !path.starts_with("/external/")
        && !path.starts_with("/progressive_redirect/")
        && host != "player.vimeo.com"
    {
        return doubtful("Vimeo", upload);
    }
    if (on("onedrive.live.com") && !path.starts_with("/download")) || on("1drv.ms") {
        return page("OneDrive", upload);
    }
    if on("sharepoint.com") && !has("download", "1") && !path.contains("/_layouts/15/download.aspx") {
        return page("SharePoint", upload);
    }
    if on("box.com") && !path.starts_with("/shared/static/") && !host.contains("api.") && !host.starts_with("dl.") {
        return page("Box", upload);
    }
    if (on("notion.so") && !path.starts_with("/image/")) || on("notion.site") {
        return page("Notion", upload);
    }
    if on("loom.com") && (path.starts_with("/share/") || path.starts_with("/embed/")) {
        return page("Loom", upload);
    }
    if on("wetransfer.com") || on("we.tl") {
        return page("WeTransfer", upload);
    }
    if (on("icloud.com") && !host.contains("cvws")) || on("canva.com") {
        return page(if on("icloud.com") { "iCloud" } else { "Canva" }, upload);
    }
    if let Some(page) = code_host(&on, path, &has) {
        return Some(page);
    }
    web_page(path)
}

/// Whether this is a known domain or a subdomain of one.
fn is_known(host: &str) -> bool {
    let dots = || host.bytes().enumerate().filter(|(_, byte)| *byte == b'.').map(|(at, _)| at);
    let domain = match dots().count() {
        0 | 1 => Some(host),
        many => dots().nth(many - 2).and_then(|dot| host.get(dot + 1..)),
    };
    domain.is_none_or(|domain| DOMAINS.contains(&domain))
}

/// A page of any site.
fn web_page(path: &str) -> Option<SharePage> {
    let ends = |end: &str| {
        let at = path.len().checked_sub(end.len());
        at.and_then(|at| path.as_bytes().get(at..)).is_some_and(|tail| tail.eq_ignore_ascii_case(end.as_bytes()))
    };
    let html = [".html", ".htm", ".xhtml"].into_iter().any(ends);
    let help = "give the address of the file itself";
    html.then_some(SharePage { site: "a web site", help, doubtful: false, mended: None })
}

/// `blob` pages; the address of the raw file differs by one word of the path.
fn code_host(on: &impl Fn(&str) -> bool, path: &str, has: &impl Fn(&str, &str) -> bool) -> Option<SharePage> {
    let raw = "give the address of the raw file";
    for (domain, site, word, instead) in [
        ("github.com", "GitHub", "/blob/", "/raw/"),
        ("gitlab.com", "GitLab", "/-/blob/", "/-/raw/"),
        ("huggingface.co", "Hugging Face", "/blob/", "/resolve/"),
        ("bitbucket.org", "Bitbucket", "/src/", "/raw/"),
        ("codeberg.org", "Codeberg", "/src/", "/raw/"),
    ] {
        if on(domain) && !has("raw", "true") && !has("raw", "1") {
            let at = path.find(word)?;
            let mended = Some((UrlPart::Path(at, at + word.len()), instead.to_owned()));
            return Some(SharePage { site, help: raw, doubtful: false, mended });
        }
    }
    None
}
