//! The README and the pages of `docs/` are up to date: the excerpt is part of the real output of the first command, and
//! the tables are generated from the data. `UPDATE=1` writes them.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use heylint::limits::Limits;
use heylint::media::Format;
use heylint::rule;

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// Compares the part between `<!-- name…-->` and `<!-- /name -->` of a file with what it should be.
fn compare(file: &Path, name: &str, expected: &str) {
    static ONE_AT_A_TIME: std::sync::Mutex<()> = std::sync::Mutex::new(());
    let _held = ONE_AT_A_TIME.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    let text = std::fs::read_to_string(file).expect("the file");
    let open = text.find(&format!("<!-- {name}:")).unwrap_or_else(|| panic!("no <!-- {name}: in {}", file.display()));
    let start = open + text[open..].find("-->\n").expect("the comment ends") + 4;
    let end = start + text[start..].find(&format!("<!-- /{name} -->")).expect("the part ends");
    if text[start..end].trim() == expected.trim() {
        return;
    }
    assert!(std::env::var_os("UPDATE").is_some(), "{name} in {} should be\n{expected}", file.display());
    let new = format!("{}\n{}\n\n{}", &text[..start], expected.trim(), &text[end..]);
    std::fs::write(file, new).expect("written");
}

/// The first words of the findings that the README shows: as many as fit on a screen.
const SHOWN: [&str; 4] = [
    "error[file/corrupt]",
    "error[file/extension-mismatch]",
    "error[script/too-long]",
    "error[request/out-of-range]: speed is 1.8",
];

#[test]
fn the_excerpt_is_printed_by_the_first_command() {
    let output = Command::new(env!("CARGO_BIN_EXE_heylint"))
        .args(["check", "fixtures/demo", "--quiet", "--color", "never", "--now", "2026-11-22T12:00:00Z"])
        .current_dir(root())
        .env_clear()
        .env("COLUMNS", "110")
        .output()
        .expect("heylint runs");
    let printed = String::from_utf8(output.stdout).expect("UTF-8");
    let findings: Vec<&str> = printed.trim_end().split("\n\n").collect();
    let shown: Vec<&str> =
        findings.iter().copied().filter(|finding| SHOWN.iter().any(|start| finding.starts_with(start))).collect();
    assert_eq!(shown.len(), SHOWN.len(), "{printed}");
    let printed = format!("{}\n\n… and {} more", shown.join("\n\n"), findings.len() - shown.len());
    compare(&root().join("README.md"), "demo", &format!("```text\n{}\n```", printed.trim_end()));
}

#[test]
fn the_table_of_uses_is_that_of_the_profile() {
    let limits = Limits::default();
    let mut table = "| `--use` | for | formats | limits |\n|---|---|---|---|\n".to_owned();
    for place in heylint::profile::default().uses {
        let takes: Vec<_> =
            limits[place.takes].names().iter().filter_map(|name| Format::from_name(name)).map(Format::title).collect();
        let text = |id: Option<_>, before: &str| id.map(|id| format!("{before} {}", limits[id].text()));
        let tracks = place.tracks.map(|id| format!("{} track", limits[id].names().join(" and ")));
        let parts = [
            text(place.max_size, "≤"),
            text(place.edge_refused, "long edge <"),
            text(place.edge_doubtful, "warning from"),
            text(place.min_edge, "short edge ≥"),
            text(place.max_duration, "≤"),
            text(place.min_duration, "≥"),
            tracks,
        ];
        let parts: Vec<_> = parts.into_iter().flatten().collect();
        writeln!(table, "| `{}` | {} | {} | {} |", place.name, place.title, takes.join(", "), parts.join(", "))
            .expect("written");
    }
    compare(&root().join("docs/uses.md"), "uses", &table);
}

#[test]
fn the_media_of_all_profiles_are_in_one_table() {
    let profiles = || {
        heylint::profile::ALL
            .iter()
            .filter(|profile| !profile.uses.is_empty() && **profile != heylint::profile::default())
    };
    let places: Vec<_> = profiles().flat_map(|profile| profile.uses).collect();
    let mut table = "| |".to_owned();
    for place in &places {
        write!(table, " `{}` `{}` |", place.profile().name, place.name).expect("written");
    }
    table.push_str(&format!("\n|---|{}\n", "---|".repeat(places.len())));
    type Pick = fn(&heylint::limits::Use) -> Option<heylint::limits::LimitId>;
    let rows: [(&str, &[Pick]); 16] = [
        ("container", &[|place| Some(place.takes)]),
        ("video codec", &[|place| place.video_codecs]),
        ("audio codec", &[|place| place.audio_codecs]),
        ("frame rate", &[|place| place.min_frame_rate, |place| place.max_frame_rate]),
        ("video bit rate at most", &[|place| place.max_video_bit_rate]),
        ("audio bit rate", &[|place| place.max_audio_bit_rate]),
        ("sample rate at most", &[|place| place.max_sample_rate]),
        ("channels at most", &[|place| place.max_channels]),
        ("chroma", &[|place| place.chroma]),
        ("edges", &[|place| place.min_edge, |place| place.max_edge]),
        ("width at most", &[|place| place.max_width]),
        ("width : height", &[|place| place.min_ratio, |place| place.max_ratio]),
        ("length", &[|place| place.min_duration, |place| place.max_duration]),
        ("size at most", &[|place| place.max_size]),
        ("warning above", &[|place| place.size_doubtful, |place| place.duration_doubtful]),
        ("index (moov)", &[|place| place.index]),
    ];
    for (name, picks) in rows {
        write!(table, "| {name} |").expect("written");
        for place in &places {
            let limits = Limits::built_in(place.profile());
            let ids = picks.iter().filter_map(|pick| pick(place));
            let shown: Vec<String> = ids.map(|id| limits[id].text()).collect();
            write!(table, " {} |", shown.join(" to ")).expect("written");
        }
        table.push('\n');
    }
    compare(&root().join("docs/profiles.md"), "media", &table);
}

#[test]
fn the_index_names_every_rule() {
    let mut table = "| rule | severity | finds |\n|---|---|---|\n".to_owned();
    for rule in rule::ALL {
        writeln!(table, "| [{0}]({0}.md) | {1} | {2} |", rule.id, rule.severity, rule.summary).expect("written");
    }
    compare(&root().join("rules/README.md"), "rules", &table);
}

/// The README is one page, and the links in the documentation work.
#[test]
fn pages_are_short_and_their_links_lead_somewhere() {
    let readme = std::fs::read_to_string(root().join("README.md")).expect("README.md");
    assert!(readme.lines().count() <= 150, "{} lines in README.md", readme.lines().count());
    let docs = std::fs::read_dir(root().join("docs")).expect("docs").map(|entry| entry.expect("an entry").path());
    let pages = docs.chain(["README.md", "CONTRIBUTING.md", "SECURITY.md"].map(|name| root().join(name)));
    let mut links = 0;
    for page in pages {
        let text = std::fs::read_to_string(&page).expect("a page");
        for (at, _) in text.match_indices("](") {
            let target = text[at + 2..].split([')', '#']).next().unwrap_or_default();
            if !target.is_empty() && !target.contains("://") {
                links += 1;
                let file = page.parent().expect("a folder").join(target);
                assert!(file.exists(), "{}: the link target {target} does not exist", page.display());
            }
        }
    }
    assert!(links > 15, "only {links} links were found");
}

/// The version is set in Cargo.toml; every other mention is the same.
#[test]
fn versions_are_that_of_the_crate() {
    let read = |name: &str| std::fs::read_to_string(root().join(name)).expect("the file");
    let version = env!("CARGO_PKG_VERSION");
    for page in ["README.md", "docs/ci.md"] {
        let text = read(page);
        let named = |line: &&str| line.contains("rev: v") || line.contains("heylint/heylint@v");
        let lines: Vec<&str> = text.lines().filter(named).collect();
        assert!(lines.iter().all(|line| line.contains(&format!("v{version}"))), "{page}: {lines:?}");
        assert_eq!(lines.len(), 2, "{page}: {lines:?}");
    }
    let python = read("bindings/python/pyproject.toml");
    assert!(python.contains("dynamic = [\"version\"") && !python.contains(version), "maturin takes it from Cargo.toml");
    for name in ["packaging/npm.mjs", "packaging/heylint.js", "action.yml", ".github/workflows/release.yml"] {
        assert!(!read(name).contains(version), "{name} has its own version");
    }
    let printed = Command::new("bash").arg(root().join("packaging/version.sh")).output();
    if let Ok(printed) = printed {
        assert_eq!(String::from_utf8_lossy(&printed.stdout).trim(), version);
    }
}
