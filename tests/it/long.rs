//! Manifests with more findings than heylint holds in memory, and standard input that is longer than it holds.

use crate::common::recipe;
use crate::run;
#[path = "../../benches/common/manifest.rs"]
#[allow(dead_code, reason = "each test uses its own part")]
mod manifest;

use std::collections::BTreeSet;
use std::fs::File;
use std::num::NonZeroUsize;
use std::process::Command;

use heylint::engine::Stdin;
use heylint::report::{self, ReportFormat, ReportStyle};
use heylint::{Linter, Outcome, Settings};
use manifest::{Kind, record};
use run::Folder;
use serde_json::Value;

/// More faulty records than heylint holds: some twice, some three times, one with two faults, one with bytes that are
/// not UTF-8.
fn faulty() -> Vec<u8> {
    let mut text = Vec::new();
    for at in 0..2_500 {
        text.extend(record(if at % 50 == 49 { at % 23 } else { at }, Kind::Faulty).into_bytes());
        if at % 1_000 == 7 {
            text.extend(b" \r");
        }
        text.push(b'\n');
        if at == 500 {
            text.extend(
                b"\n  \n{\"type\": \"avatar\", \"avatar_id\": \"a\xff\", \"script\": \"Hi\"}\n{\"a\": 1, \"a\": 2,}\n",
            );
        }
    }
    text
}

/// Commands give the same result for any number of findings.
#[test]
fn merging_baselines_and_fixes_spill_findings() {
    const MANY: usize = 1_100;
    let folder = Folder::new();
    let body = |at| {
        format!(
            r#"{{"type": "avatar", "avatar_id": "a{at}", "voice_id": "v", "scripd": "Hi {at}", "voice_settings": {{"speed": 9}}}}"#
        )
    };
    let jobs = |from: usize| (from..from + MANY).map(body).collect::<Vec<_>>().join("\n");
    folder.write("one.jsonl", jobs(0)).write("two.jsonl", jobs(MANY)).write("three.jsonl", jobs(2 * MANY));
    let whole = |format: &str| {
        folder.run(&format!("check --format {format} --quiet one.jsonl two.jsonl three.jsonl")).gives(1).out
    };
    for shard in 1..=3 {
        let ran = folder.run(&format!("check --format json --shard {shard}/3 one.jsonl two.jsonl three.jsonl"));
        folder.write(&format!("{shard}.report"), &ran.out);
    }
    for format in ["json", "jsonl", "concise"] {
        let merged = folder.run(&format!("merge --format {format} --quiet 3.report 1.report 2.report")).gives(1);
        assert!(merged.out == whole(format), "{format}");
    }
    folder.run("check --write-baseline known.txt one.jsonl two.jsonl").gives(0).says("holds 4,402 findings");
    folder.run("check --baseline known.txt one.jsonl two.jsonl").gives(0).prints("4,402 in the baseline");
    folder.run("mend --dry-run one.jsonl").gives(1).prints("fix     one.jsonl:1100:");
    let ran = folder.run("check --fix-unsafe --format json one.jsonl two.jsonl").gives(0);
    assert_eq!(ran.json()["summary"]["fixed"].as_u64(), Some(4 * MANY as u64));
    assert!(folder.read("two.jsonl").lines().count() == MANY && !folder.read("two.jsonl").contains("scripd"));
}

fn looked(folder: &Folder, unheld: bool, jobs: usize) -> Outcome {
    let settings = Settings {
        current: Some(folder.path().to_owned()),
        now: Some(1_800_000_000),
        jobs: NonZeroUsize::new(jobs),
        unheld,
        ..Settings::for_paths([folder.path()])
    };
    Linter::new(settings).run().expect("a run")
}

fn written(outcome: &Outcome, format: ReportFormat) -> String {
    let mut out = Vec::new();
    let outcome_report = heylint::outcome::RunReport { elapsed: std::time::Duration::ZERO, ..outcome.report.clone() };
    report::write(&outcome_report, format, &ReportStyle::default(), &mut out).expect("written");
    String::from_utf8(out).expect("text")
}

#[test]
fn spilled_findings_equal_those_in_memory() {
    let folder = Folder::new();
    folder.write("jobs.jsonl", faulty());
    folder.write("a.json", record(3, Kind::Faulty)).write("z.json", record(4, Kind::Faulty));
    folder.write(
        "heylint.toml",
        "[[suppress]]\nat = \"jobs.jsonl[5]\"\nrules = [\"all\"]\nreason = \"known\"\n\n\
         [[suppress]]\nat = \"jobs.jsonl[6]#/nothing\"\nrules = [\"all\"]\nreason = \"known\"\n",
    );
    let (held, unheld) = (looked(&folder, false, 2), looked(&folder, true, 2));
    assert!(held.report.findings.len() > 2_000 && held.report.spilled.is_empty());
    assert!(unheld.report.findings.len() < 10 && unheld.report.spilled.len() == 1);
    assert_eq!(held.report.summary, unheld.report.summary);
    assert_eq!((held.report.summary.suppressed, held.failing), (1, unheld.failing));
    for format in ReportFormat::ALL {
        assert!(written(&held, format) == written(&unheld, format), "{format}");
    }
    let alone = looked(&folder, true, 1);
    assert!(written(&alone, ReportFormat::Json) == written(&unheld, ReportFormat::Json));
    // A triple duplicate is reported at the second record, although the third comes later.
    assert!(written(&unheld, ReportFormat::Concise).contains(" times in all"));
}

/// Findings in an array are spilled like those in lines, and findings about the whole text keep their place.
#[test]
fn findings_in_an_array_are_spilled_too() {
    let folder = Folder::new();
    let mut records: Vec<String> = (0..2_500).map(|at| record(at, Kind::Faulty)).collect();
    records[2_400] =
        r#"{"type": "avatar", "avatar_id": "a", "avatar_id": "b", "voice_id": "v", "script": "Hi"}"#.to_owned();
    folder.write("jobs.json", format!("[{}]", records.join(",\n")));
    let (held, unheld) = (looked(&folder, false, 2), looked(&folder, true, 2));
    assert!(held.report.findings.len() > 2_000 && held.report.spilled.is_empty());
    assert!(unheld.report.findings.len() < 10 && unheld.report.spilled.len() == 1);
    assert_eq!(held.report.summary, unheld.report.summary);
    for format in ReportFormat::ALL {
        assert!(written(&held, format) == written(&unheld, format), "{format}");
    }
}

/// heylint builds no tree of a long array, but finds the same as in its tree. Here, spaces make the array long.
#[test]
fn a_long_array_gives_the_findings_of_a_short_one() {
    let mut records: Vec<String> = (0..90).map(|at| record(at % 70, Kind::Faulty)).collect();
    records[40] =
        r#"{"type": "avatar", "avatar_id": "a", "avatar_id": "b", "voice_id": "v", "script": "Hi"}"#.to_owned();
    let whole = format!("[{}]\n", records.join(",\n"));
    let (fault, commented) = (whole.replacen("\"type\":", "\"type\"", 1), whole.replacen(",\n", ", // why\n", 3));
    let texts = [
        whole.replacen("]\n", ",]\n", 1),
        whole.trim_end().trim_end_matches(']').to_owned(),
        format!("\u{feff}{whole}"),
        whole.replacen("}", "}}", 60),
        format!("[{}]", "0,".repeat(99) + "0"),
        whole,
        fault,
        commented,
    ];
    for text in texts {
        let folder = Folder::new();
        let findings_of = |text: &str| {
            folder.write("jobs.json", text);
            let ran = folder.run("check --format json jobs.json");
            let report = ran.json();
            (ran.status, report["diagnostics"].clone(), report["summary"].clone())
        };
        let (short, long) = (findings_of(&text), findings_of(&format!("{text}{}", " ".repeat(1 << 20))));
        let both = |at: &str| short.1.pointer(at) == long.1.pointer(at);
        let differs = (0..).find(|at| !both(&format!("/{at}")) || short.1.get(at).is_none());
        let differs = differs.and_then(|at| Some((short.1.get(at)?, long.1.get(at))));
        assert!(short == long, "{differs:#?} in {}", text.chars().take(200).collect::<String>());
    }
}

/// The report shows what was found, even if the file changes meanwhile.
#[test]
fn a_file_that_changes_meanwhile_changes_nothing() {
    let folder = Folder::new();
    folder.write("jobs.jsonl", faulty());
    let (before, after) = (looked(&folder, false, 2), looked(&folder, true, 2));
    folder.write("jobs.jsonl", "");
    assert!(written(&before, ReportFormat::Json) == written(&after, ReportFormat::Json));
}

fn piped(folder: &Folder, name: &str, words: &[&str]) -> (Option<i32>, String, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_heylint"));
    command.args(["check", "-"]).args(words).current_dir(folder.path()).env_clear();
    let output = command.stdin(File::open(folder.join(name)).expect("a file")).output().expect("heylint runs");
    let text = |bytes| String::from_utf8(bytes).expect("text");
    (output.status.code(), text(output.stdout), text(output.stderr))
}

fn diagnostics(text: &str) -> BTreeSet<String> {
    let values = text.lines().map(|line| serde_json::from_str::<Value>(line).expect("JSON"));
    let found = values.filter(|value| value["type"] == "diagnostic").map(|value| {
        let message = value["message"].as_str().unwrap_or_default().split(", ").next().unwrap_or_default().to_owned();
        format!("{} {} {} {} {message}", value["rule"], value["record"], value["pointer"], value["start"])
    });
    found.collect()
}

/// A walk recognises a manifest by its first hundred lines, however long they are.
#[test]
fn long_lines_are_checked_too() {
    let folder = Folder::new();
    let other = format!("{{\"note\": \"{}\"}}\n", "word ".repeat(900));
    let requests: String = (0..60).map(|at| record(at, Kind::Faulty) + "\n").collect();
    folder.write("jobs.jsonl", other.repeat(40) + &requests);
    assert!(folder.run("check . --format concise").gives(1).out.contains("jobs.jsonl:41:"));
    folder.write("jobs.jsonl", other.repeat(60) + &requests);
    assert!(folder.run("check . --format concise").gives(2).out.contains("nothing was checked"));
}

#[test]
fn standard_input_gives_the_report_of_the_file() {
    let folder = Folder::new();
    let text = faulty();
    folder.write("jobs.jsonl", &text);
    for format in ["json", "sarif", "junit"] {
        let words = ["--stdin-filename", "jobs.jsonl", "--format", format];
        let (status, out, _) = piped(&folder, "jobs.jsonl", &words);
        let file = folder.run(&format!("check jobs.jsonl --format {format}"));
        assert!((status, out) == (Some(1), file.gives(1).out), "{format}");
    }
    let stdin = Some(Stdin { name: "jobs.jsonl".into(), bytes: text.into() });
    let outcome = Linter::new(Settings { stdin, unheld: true, ..Settings::default() }).run().expect("a run");
    assert!(outcome.report.findings.len() < 10 && outcome.report.spilled.len() == 1);
}

#[test]
fn standard_input_is_streamed() {
    let folder = Folder::new();
    // Overlong scripts make the manifest long with few records.
    let words = "word ".repeat(1_400);
    let mut text: String = (0..2_600)
        .map(|at| format!("{{\"type\": \"avatar\", \"avatar_id\": \"a\", \"script\": \"{at} {words}\"}}\n"))
        .collect();
    text.push_str(&text.lines().nth(70).map(|line| format!("{line}\n{line}\n")).unwrap_or_default());
    assert!(text.len() > 17 << 20);
    folder.write("jobs.jsonl", text);
    let (status, whole, _) = piped(&folder, "jobs.jsonl", &["--format", "jsonl"]);
    let file = folder.run("check jobs.jsonl --format jsonl");
    assert_eq!((status, file.status), (Some(1), 1));
    let found = diagnostics(&whole);
    assert_eq!(found.len(), 2_604);
    assert_eq!(found, diagnostics(&file.out));
    let last: Value = serde_json::from_str(whole.lines().last().expect("a line")).expect("JSON");
    assert_eq!((&last["type"], &last["requests"], &last["errors"]), (&"summary".into(), &2_602.into(), &2_602.into()));
}

/// In an array that is too long for memory, heylint finds the same as in its tree. Here, spaces make the array long.
#[test]
fn an_array_too_long_for_memory_gives_the_findings_of_a_short_one() {
    let folder = Folder::new();
    let mut records: Vec<String> = (0..40).map(|at| record(at % 30, Kind::Faulty)).collect();
    records[7] =
        r#"{"type": "avatar", "avatar_id": "é", "avatar_id": "b", "voice_id": "v", "script": "Hi"}"#.to_owned();
    let (first, rest) = (records[..9].join(", "), records[9..].join(",\n "));
    let long = |blanks: usize| format!("[{first},{}\r\n{rest}]\n", " ".repeat(blanks));
    let findings_of = |name: &str| {
        let ran = folder.run(&format!("check --format json {name}"));
        let mut report = ran.json();
        for file in report["files"].as_array_mut().expect("files") {
            file["size_bytes"] = 0.into();
        }
        report.to_string().replace("long.json", "short.json")
    };
    folder.write("short.json", long(0)).write("long.json", long(64 << 20));
    let (short, longer) = (findings_of("short.json"), findings_of("long.json"));
    let short: Value = serde_json::from_str(&short).expect("JSON");
    let longer: Value = serde_json::from_str(&longer).expect("JSON");
    // Offsets after the spaces differ; lines and columns do not.
    let shape = |report: &Value| -> Vec<String> {
        let found = report["diagnostics"].as_array().expect("diagnostics").iter();
        let of = |one: &Value| ["rule", "message", "record", "pointer"].map(|key| one[key].to_string()).join(" ");
        let place = |one: &Value| format!("{}:{}", one["start"]["line"], one["start"]["column"]);
        found.map(|one| format!("{} {}", of(one), place(one))).collect()
    };
    assert_eq!(shape(&short), shape(&longer));
    assert_eq!(short["summary"], longer["summary"]);
    assert!(shape(&short).len() > 40);

    // The array on standard input, cut off, and with stray text inside.
    let (status, out, err) = piped(&folder, "long.json", &["--format", "json", "--stdin-filename", "long.json"]);
    let mut piped_report: Value = serde_json::from_str(&out).expect("JSON");
    piped_report["files"] = Value::Null;
    assert_eq!((status, shape(&piped_report), err), (Some(1), shape(&short), String::new()));
    let text = long(64 << 20);
    folder.write("long.json", text.trim_end().trim_end_matches(']'));
    folder
        .run("check --format concise long.json")
        .gives(1)
        .prints("the text ends within the array; what follows was not checked");
    folder.write("long.json", text.replacen("},\n", "}\n", 1));
    folder.run("check --format concise long.json").gives(1).prints("a comma or the end of the array is missing here");
    folder.write("long.json", format!("{{\"a\": {text}}}"));
    folder.run("check --format concise long.json").gives(2).prints("a request has at most");
}

/// Media of any length on standard input give the findings of the file.
#[test]
fn long_media_on_standard_input_are_checked_completely() {
    let folder = Folder::new();
    recipe::write(folder.path(), "a.wav = wav 44100Hz");
    let mut wav = std::fs::read(folder.join("a.wav")).expect("read");
    let length = 70_000_000_u32 / 4 * 4;
    let data = wav.windows(4).position(|four| four == b"data").expect("data");
    wav.truncate(data + 8);
    wav[data + 4..].copy_from_slice(&length.to_le_bytes());
    wav[4..8].copy_from_slice(&(data as u32 + length).to_le_bytes());
    wav.resize(data + 8 + length as usize, 1);
    folder.write("a.wav", wav);
    let (status, out, _) = piped(&folder, "a.wav", &["--format", "json", "--stdin-filename", "a.wav"]);
    let piped: Value = serde_json::from_str(&out).expect("JSON");
    let named = folder.run("check --format json a.wav");
    assert_eq!((status, &piped["files"]), (Some(named.status), &named.json()["files"]));
    assert_eq!(piped["files"][0]["size_bytes"], 70_000_044);
}
