//! CSV and TSV as manifests: findings on cells, fixes with the quoting of the table, missing columns.

use serde_json::Value;

use crate::run::{Folder, Ran};

const CONFIG: &str = "[[requests]]\nfiles = ['jobs.*']\nendpoint = 'POST /v3/videos'\ntemplate = 'body.json'\n\
                      columns = { script = 'text', aspect_ratio = 'shape', 'voice_settings.speed' = 'pace', callback_id = 'id' }\n";
const BODY: &str = r#"{"type": "avatar", "avatar_id": "a", "voice_id": "v"}"#;

fn project(table: &str) -> Folder {
    let folder = Folder::new();
    folder.write("heylint.toml", CONFIG).write("body.json", BODY).write("jobs.csv", table);
    folder
}

/// Rule, file, record, line and marked text of each finding.
fn found(folder: &Folder, ran: &Ran) -> Vec<String> {
    let text = |value: &Value| value.as_str().unwrap_or("-").to_owned();
    let report = ran.json();
    let of = |found: &Value| {
        let file = text(&found["file"]);
        let at = |end: &str| usize::try_from(found[end]["offset"].as_u64().expect("an offset")).expect("small");
        let held = folder.read(&file);
        let marked = &held[at("start")..at("end")];
        format!("{} {file} {} {} {marked}", text(&found["rule"]), found["record"], found["start"]["line"])
    };
    report["diagnostics"].as_array().expect("findings").iter().map(of).collect()
}

#[test]
fn each_row_is_a_request_and_findings_point_at_cells() {
    let long = "a".repeat(5_001);
    let folder = project(&format!(
        "id,text,shape,pace\r\n1,\"Hello, \"\"you\"\"\",16:9,1.2\r\n2,{long},16x9,\r\n3,\"\",16:9,fast\r\n"
    ));
    let ran = folder.run("check --format json").gives(1);
    assert_eq!(ran.json()["summary"]["requests"], 3);
    let all = found(&folder, &ran);
    let short: Vec<&str> = all.iter().map(String::as_str).collect();
    assert_eq!(
        short,
        [
            "script/too-long jobs.csv 1 3 a",
            "request/unknown-value jobs.csv 1 3 16x9",
            "request/needs-one-of jobs.csv 2 4 3,\"\",16:9,fast",
            "request/wrong-type jobs.csv 2 4 fast",
        ]
    );
    assert_eq!(ran.json()["diagnostics"][0]["source"]["place"], "row 3");
}

#[test]
fn a_fix_is_written_with_the_quoting_of_the_table() {
    for (table, mended) in [
        ("text,shape\nHi,16x9\n", "text,shape\nHi,16:9\n"),
        ("\u{feff}text;shape\r\n\"Hi; you\";\"16x9\"\r\n", "\u{feff}text;shape\r\n\"Hi; you\";16:9\r\n"),
        ("text,shape\n\"two\nlines\",16x9", "text,shape\n\"two\nlines\",16:9"),
    ] {
        let folder = project(table);
        folder.write("heylint.toml", CONFIG.replace(", 'voice_settings.speed' = 'pace', callback_id = 'id'", ""));
        folder.run("check").gives(1);
        folder.run("check --fix").gives(0);
        assert_eq!(folder.read("jobs.csv"), mended);
    }
}

#[test]
fn a_fault_that_all_rows_share_is_reported_once() {
    let folder = project("id,text,shape,pace\n1,Hi,16:9,1\n2,Ho,16:9,1\n");
    folder.write("body.json", "{\n  \"type\": \"avatar\",\n  \"resolution\": \"8k\",\n  \"avatar_id\": \"a\"\n}\n");
    let all = found(&folder, &folder.run("check --format json").gives(1));
    assert_eq!(all.len(), 1, "{all:?}");
    assert!(all[0].starts_with("request/unknown-value body.json null 3"), "{all:?}");
    // Without a template, at the header.
    folder.write("heylint.toml", CONFIG.replace("template = 'body.json'\n", ""));
    std::fs::remove_file(folder.join("body.json")).expect("removed");
    let all = found(&folder, &folder.run("check --format json").gives(1));
    assert_eq!(all, ["request/missing-field jobs.csv null 1 id,text,shape,pace"]);
}

#[test]
fn a_missing_column_is_reported_at_the_header() {
    let folder = project("id,txet,shape,pace\n1,Hi,16:9,1\n2,Ho,16:9,1\n");
    let ran = folder.run("check").gives(1).prints("no column is called “text”, which `columns` maps to script");
    ran.prints("did you mean “txet”?").prints("heylint.toml:5:");
    let all = found(&folder, &folder.run("check --format json"));
    assert_eq!(all, ["request/missing-field jobs.csv null 1 txet"]);
}

#[test]
fn rows_are_compared_and_planned_as_those_of_a_manifest() {
    let folder = project("id,text,shape,pace\n1,Hi,16:9,1\n1,Ho,16:9,1\n,Hi,16:9,\n,Hi,16:9,\n");
    let all = found(&folder, &folder.run("check --format json").gives(0));
    assert_eq!(all, ["manifest/duplicate-request jobs.csv 1 3 1", "manifest/duplicate-request jobs.csv 3 5 ,Hi,16:9,"]);
    folder.run("plan .").gives(0).prints("4 requests in 1 file");
}

#[test]
fn rows_with_another_number_of_cells_are_reported() {
    let folder = project("id,text,shape,pace\n1,Hi, you,16:9,1\n\n2,\"Ho,16:9,1\n");
    let ran = folder.run("check --format concise").gives(1);
    let ran = ran.prints("jobs.csv:2:1: warning[request/syntax] the row has 5 cells, but the header has 4");
    ran.prints("jobs.csv:4:3: error[request/syntax] this quote is never closed");
}

#[test]
fn media_in_cells_are_those_of_the_row() {
    let folder = Folder::new();
    folder.write(
        "heylint.toml",
        "[[requests]]\nfiles = 'jobs.tsv'\nendpoint = 'POST /v3/lipsyncs'\n\
         columns = { 'video.url' = 'film', 'audio.url' = 'sound' }\ntemplate = 'body.json'\n",
    );
    folder.write("body.json", r#"{"video": {"type": "url"}, "audio": {"type": "url"}}"#);
    folder.write("jobs.tsv", "film\tsound\nhttps://example.com/a.mp4\tgone.wav\n");
    let all = found(&folder, &folder.run("check --format json").gives(1));
    assert_eq!(all, ["asset/missing-file jobs.tsv 0 2 gone.wav"]);
}

#[test]
fn an_unreadable_template_fails_the_run() {
    let folder = project("id,text\n1,Hi\n");
    folder.write("body.json", "[1]");
    folder.run("check").gives(2).prints("template body.json: not a JSON object");
    std::fs::remove_file(folder.join("body.json")).expect("removed");
    folder.run("check").gives(2).prints("template body.json: there is no such file");
    folder.write("heylint.toml", CONFIG.replace("body.json", "../../etc/hosts"));
    folder.run("check").gives(2).prints("outside the project");
    folder.write("heylint.toml", "[[requests]]\nfiles = 'jobs.csv'\nendpoint = 'POST /v3/videos'\n");
    folder.run("check").gives(2).prints("has no `columns");
    folder.write("heylint.toml", "[[requests]]\nfiles = 'jobs.csv'\ncolumns = {script = 'text'}\n");
    folder.run("check").gives(2).says("`columns` needs `endpoint`");
}

#[test]
fn tables_in_other_encodings_are_reported() {
    let folder = project("");
    folder.write("jobs.csv", b"id,text,shape,pace\n1,Gr\xfc\xdfe,16:9,1\n");
    folder.run("check").gives(1).prints("is not UTF-8");
}

#[test]
fn a_long_table_is_checked_in_its_order() {
    let mut table = "id,text,shape,pace\n".to_owned();
    for row in 0..10_000 {
        table.push_str(&format!("{row},Hello {row},16:9,{}\n", if row % 1_000 == 999 { "1.9" } else { "1" }));
    }
    let folder = project(&table);
    let ran = folder.run("check --format json --jobs 2").gives(1);
    let records: Vec<_> = ran.json()["diagnostics"]
        .as_array()
        .expect("findings")
        .iter()
        .filter(|found| found["rule"] == "request/out-of-range")
        .map(|found| found["record"].as_u64())
        .collect();
    assert_eq!(records, (0..10).map(|row| Some(row * 1_000 + 999)).collect::<Vec<_>>());
    assert_eq!(ran.out, folder.run("check --format json --jobs 1").out);
}

/// A short row may result in a long request, and a path in the configuration in a deep one.
#[test]
fn tables_that_need_too_much_work_are_refused() {
    let folder = project(&format!("text,shape,pace,id\n{}", "a\n".repeat(400)));
    folder.write("body.json", BODY.replace('}', &format!(", \"title\": \"{}\"}}", "x".repeat(500_000))));
    folder.run("check").gives(2).prints("cannot be checked: its rows share 500 kB, too much for so many of them");
    folder.write("jobs.csv", format!("text,shape,pace,id\n{}", "a,16:9,1,b\n".repeat(100)));
    folder.run("check").gives(0).prints("100 requests");
    for (field, column) in [("a.".repeat(2_000) + "b", "c".to_owned()), ("title".to_owned(), "a/".repeat(2_000) + "b")]
    {
        folder.write("heylint.toml", CONFIG.replace("id = 'id'", &format!("id = 'id', '{field}' = '{column}'")));
        folder.run("check").gives(2).says("a field has at most 32 parts, and this one has 2,001");
    }
    // A header of many names without any column of the configuration.
    let names: Vec<String> = (0..200_000).map(|at| format!("name {at}")).collect();
    folder.write("jobs.csv", format!("{}\n", names.join(",")));
    let columns: Vec<String> = (0..1_000).map(|at| format!("'field_{at}' = 'column {at}'")).collect();
    folder
        .write("heylint.toml", CONFIG.replace("script = 'text'", &format!("script = 'text', {}", columns.join(", "))));
    folder.run("check").gives(1).prints("no column is called “column 999”");
}

/// A row that is too long is not cut, and the rows after it are not skipped silently.
#[test]
fn a_row_that_is_too_long_is_reported() {
    let folder = project(&format!("id,text,shape\n1,Hello,16:9\n2,{},16:9\n3,Hi,16x9\n", "x".repeat(17 << 20)));
    let ran = folder.run("check --format concise").gives(2);
    ran.prints("jobs.csv: error[lint/unreadable] cannot be read: the row on line 3 has more than 16.8 MB");
}

/// In a table longer than a block, positions, lines, fixes and bytes that are not UTF-8 refer to the file.
#[test]
fn a_table_of_several_blocks_has_the_places_of_its_file() {
    let row = |at: usize| format!("{at},\"Hello, é\r\n{}\",16:9\r\n", "word ".repeat(80));
    let many: String = (0..6_000).map(row).collect();
    let folder = project(&format!("id,text,shape\r\n{many}last,Hi,16x9\r\n"));
    folder.write(
        "heylint.toml",
        CONFIG.replace(", 'voice_settings.speed' = 'pace'", "") + "[severity]\n'manifest/too-many-jobs' = 'off'\n",
    );
    assert!(many.len() > 2 << 20);
    let ran = folder.run("check --format json").gives(1);
    assert_eq!(ran.json()["summary"]["requests"], 6_001);
    assert_eq!(found(&folder, &ran), ["request/unknown-value jobs.csv 6000 12002 16x9"]);
    assert_eq!(ran.json()["diagnostics"][0]["source"]["place"], "row 6002");
    assert_eq!(ran.out, folder.run("check --jobs 1 --format json").out);
    folder.run("check --fix").gives(0);
    assert_eq!(folder.read("jobs.csv"), format!("id,text,shape\r\n{many}last,Hi,16:9\r\n"));
    let mut bytes = format!("id,text,shape\r\n{many}").into_bytes();
    bytes.extend(b"x,a\xff\xffb,16:9\r\n");
    folder.write("jobs.csv", bytes);
    folder.run("check --format concise").gives(1).prints("jobs.csv:12002:4: ").prints("the first of 2 such bytes");
}
