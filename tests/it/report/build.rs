//! Builds findings as the engine does.

use std::time::Duration;

use heylint::finding::{Edit, Finding, Fingerprints, Fix, Location, Rename};
use heylint::limits::{Limit, Limits};
use heylint::media::{CompactFacts, Dimensions, Facts, Fault, Format, Track, TrackKind};
use heylint::outcome::verdict::Faulty;
use heylint::outcome::{CheckedFile, FileKind, RunReport, Summary, excerpt};
use heylint::report::{self, ReportStyle};
use heylint::rule::{self, Severity};
use heylint::text::{Position, Span};

/// The output of `write` for a report.
pub fn written(report: &RunReport, format: report::ReportFormat, style: &ReportStyle) -> String {
    let mut out = Vec::new();
    report::write(report, format, style, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

pub fn plain(report: &RunReport, format: report::ReportFormat) -> String {
    written(report, format, &ReportStyle::default())
}

/// The position of a byte, counted independently of the crate.
pub fn position(text: &str, offset: usize) -> Position {
    let before = text[..offset].replace("\r\n", "\n").replace('\r', "\n");
    let line = before.matches('\n').count() as u32 + 1;
    let column = before.rsplit('\n').next().unwrap().chars().count() as u32 + 1;
    Position { line, column, offset }
}

pub fn limit(name: &str) -> Limit {
    Limits::default()[Limits::default().find(name).unwrap()].clone()
}

/// A finding at the first occurrence of `marked` in `text`.
pub fn at(message: &str, file: &str, text: &str, marked: &str) -> Finding {
    let start = text.find(marked).unwrap();
    let span = Span::new(start, start + marked.len());
    let location = Location {
        file: file.into(),
        record: None,
        pointer: Some("/script".to_owned()),
        span: Some(span),
        start: Some(position(text, span.start)),
        end: Some(position(text, span.end)),
    };
    let mut finding = Finding::new(&rule::SCRIPT_TOO_LONG, message).at(location);
    finding.excerpt = Some(excerpt::cut(text, span, position(text, span.start)));
    finding
}

/// A finding about a whole file.
pub fn whole(message: &str, file: &str) -> Finding {
    Finding::new(&rule::SCRIPT_TOO_LONG, message).at(Location::file(file))
}

pub fn media(path: &str) -> CheckedFile {
    let mut facts = Facts::new(Format::Mp4, 1_048_576);
    facts.dimensions = Some(Dimensions::new(1920, 1080));
    facts.duration_s = Some(12.48);
    facts.fps = Some(25.0);
    let mut track = Track::new(TrackKind::Video, "h264");
    track.dimensions = facts.dimensions;
    track.fps = Some(25.0);
    facts.tracks = vec![track, Track::new(TrackKind::Audio, "aac")];
    facts.fault(Fault::corrupt("mdat-cut", "mdat ends\u{1b}[31m early").at(1_000).effect("the end is missing"));
    let mut file = CheckedFile::new(path, FileKind::Media, 1_048_576);
    file.compact = CompactFacts::of(&facts);
    file
}

pub fn request(path: &str) -> CheckedFile {
    let mut file = CheckedFile::new(path, FileKind::Request, 300);
    file.requests = 1;
    file
}

/// A report over these findings, counted as the engine counts.
pub fn report(mut findings: Vec<Finding>, files: Vec<CheckedFile>) -> RunReport {
    let mut names = Fingerprints::default();
    for finding in &mut findings {
        names.name(finding);
        finding.fails = finding.severity == Severity::Error;
    }
    let of = |severity| findings.iter().filter(|finding| finding.severity == severity).count() as u64;
    let media: Vec<_> = files.iter().filter(|file| file.kind == FileKind::Media).collect();
    let mut faulty = Faulty::default();
    findings.iter().for_each(|finding| faulty.note(finding));
    let mut summary = Summary::default();
    summary.ready = Some(files.iter().map(|file| faulty.ready(file)).sum());
    summary.files = files.len() as u64;
    summary.media = media.len() as u64;
    summary.media_bytes = media.iter().map(|file| file.size_bytes).sum();
    summary.requests = files.iter().map(|file| file.requests).sum();
    summary.errors = of(Severity::Error);
    summary.warnings = of(Severity::Warning);
    summary.hints = of(Severity::Hint);
    summary.fixable = findings.iter().filter(|finding| finding.fix.is_some()).count() as u64;
    RunReport { findings, files, summary, elapsed: Duration::from_millis(41), ..RunReport::default() }
}

/// A draft with a script of 5,213 characters, and its last 213.
pub fn long_script() -> (String, String) {
    let script = "It was a quiet year. ".repeat(240);
    let tail = format!("It begins where {}", "the road ends. ".repeat(14));
    let text =
        format!("{{\n  \"title\": \"Welcome\",\n  \"avatar_id\": \"a\",\n  \"script\": \"{script}{tail}\"\n}}\n");
    (text, tail)
}

pub const TABS: &str = "{\r\n\t\"speed\":\t1.8,\r\n\t\"text\": \"naïve\"\r\n}\r\n";
pub const CJK: &str = "{\n  \"script\": \"今日は良い天気ですね👩‍👩‍👧 और देर तक\", \"speed\": 1.8\n}\n";
pub const OBJECT: &str =
    "{\n  \"scenes\": [\n    {\n      \"type\": \"avatar\",\n      \"avatar_id\": \"a\"\n    }\n  ]\n}\n";

/// One finding of every kind; most tests use this report.
pub fn everything() -> RunReport {
    let (text, tail) = long_script();
    let mut findings = vec![
        at("script has 5,213 code points, 213 more than the maximum of 5,000", "drafts/a.json", &text, &tail)
            .observed(5_213)
            .limit(&limit("script.max"))
            .label("too much from here on")
            .help("split it into two scenes; the last sentence that fits ends before “It begins”"),
        at("speed is 1.8, above the maximum of 1.5", "drafts/b.json", TABS, "1.8").observed(1.8).label("at most 1.5"),
        at("speed is 1.8, above the maximum of 1.5", "drafts/c.json", CJK, "1.8").at_most(Severity::Warning),
        at("the scene has no script", "drafts/d.json", OBJECT, OBJECT[18..68].trim()).label("in this scene"),
        whole("named .jpg, but the bytes are PNG", "media/p.jpg")
            .related("used here as an image", spanned("drafts/a.json", 9, 18, "/image/url"))
            .related("first seen here", Location::file("drafts/a.json"))
            .related("the other one is a GIF", Location::file("media/q.jpg"))
            .help(
                "`heylint --fix` renames it and its 2 references, or: `mv media/p.jpg media/p.png` by hand if you want",
            )
            .fix(rename()),
        whole("the file has 40.0 MB, it needs the direct upload", "media/v.mp4")
            .about("mp4, h264 1920×1080, 12.5 s declared")
            .limit(&limit("asset.direct-max-size"))
            .at_most(Severity::Hint),
    ];
    let mut configured = Limits::default();
    configured.set(Limits::default().find("video.max-size").unwrap(), 80.0, "MB", "heylint.toml:12".to_owned());
    let configured = configured[Limits::default().find("video.max-size").unwrap()].clone();
    findings.push(whole("the file has 90.0 MB", "media/w.mp4").limit(&configured).observed(90_000_000));
    findings
        .push(whole("the long edge is 2,100 px", "media/x.png").limit(&limit("image.edge-doubtful")).observed("2100"));
    findings[1].fix = Some(edit(TABS, "1.8", "1.5"));
    findings[2].location.record = Some(3);
    report(
        findings,
        vec![request("drafts/a.json"), request("drafts/b.json"), media("media/v.mp4"), media("media/z.mp4")],
    )
}

pub fn spanned(file: &str, line: u32, column: u32, pointer: &str) -> Location {
    let mut location = Location::value(pointer, Span::new(200, 210));
    location.file = file.into();
    location.start = Some(Position { line, column, offset: 200 });
    location.end = Some(Position { line, column: column + 10, offset: 210 });
    location
}

fn rename() -> Fix {
    let rename = Rename { from: "media/p.jpg".into(), to: "media/p.png".into() };
    let edit = Edit { file: "drafts/a.json".into(), span: Span::new(201, 209), text: "p.png".to_owned() };
    Fix { title: "rename it to p.png".to_owned(), safe: true, edits: vec![edit], rename: Some(rename) }
}

pub fn edit(text: &str, from: &str, to: &str) -> Fix {
    let start = text.find(from).unwrap();
    let edit = Edit { file: "".into(), span: Span::new(start, start + from.len()), text: to.to_owned() };
    Fix { title: format!("set it to {to}"), safe: false, edits: vec![edit], rename: None }
}

/// Names and texts that attack a terminal, a log or a page.
pub const HOSTILE: [&str; 7] = [
    "a\nb.json",
    "\u{1b}[2J\u{1b}]0;x\u{7}.json",
    "\u{202e}nosj.a\u{2066}\u{200f}",
    "100%,file=b::error::x.json",
    "::error file=x::pwned",
    "<b>\"&'\u{0}]]>\u{9b}\u{fffe}.json",
    "\r\n::warning::##[error]x\u{2028}\u{feff}",
];

pub fn hostile() -> RunReport {
    let mut findings = Vec::new();
    for words in HOSTILE {
        let text = format!("{{\"{words}\": \"{words}\"}}");
        let start = text.rfind(words).unwrap();
        let span = Span::new(start, start + words.len());
        let mut finding = at(&format!("unknown field “{words}”"), words, &text, words)
            .label(words)
            .help(format!("remove {words}"))
            .about(words)
            .related(format!("used here as {words}"), spanned(words, 1, 1, &format!("/{}", words.replace('~', "~0"))))
            .observed(words)
            .fix(edit(&text, words, words));
        finding.location.span = Some(span);
        finding.location.pointer = Some(format!("/{words}"));
        findings.push(finding);
        findings.push(whole(&format!("named {words}"), words));
    }
    report(findings, HOSTILE.iter().map(|name| media(name)).collect())
}
