//! The findings of a draft stay while the user types in another part, and nothing is added.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::client::{Client, asking};
use super::run::Folder;

const DRAFT: &str = "{\n  \"type\": \"avatar\",\n  \"avatar_id\": \"Daisy\",\n  \"script\": \"Welcome, all.\",\n  \"voice_id\": 3,\n  \"voice_settings\": {\"speed\": 1.8, \"pitch\": 0},\n  \"aspect_ratio\": \"17:9\",\n  \"title\": \"Tour\"\n}\n";
const MARK: &str = " (as it was before the syntax error)";

/// A finding: its rule, its message, and the marked text.
type Shown = (String, String, String);

struct Editor {
    client: Client,
    version: i64,
}

impl Editor {
    fn shown(&mut self, text: &str) -> Vec<Shown> {
        self.version += 1;
        self.client.change("a.json", self.version, text);
        let uri = self.client.uri("a.json");
        let report = self.client.call("textDocument/diagnostic", json!({"textDocument": {"uri": uri}}));
        let report = report.expect("a report");
        let plain = |value: &Value| value.as_str().expect("a text").to_owned();
        let shown = |item: &Value| {
            let at = |end: &str| super::client::offset(text, &item["range"][end]);
            let message = plain(&item["message"]).lines().next().unwrap_or_default().to_owned();
            (plain(&item["code"]), message, text[at("start")..at("end")].to_owned())
        };
        report["items"].as_array().expect("a list").iter().map(shown).collect()
    }
}

fn editor(folder: &Folder) -> Editor {
    let mut client = Client::start(folder.path(), asking());
    let uri = client.uri("a.json");
    client.open_uri(&uri, "json", "");
    Editor { client, version: 1 }
}

/// The draft with one character removed or added, if the result is not JSON: the change, its offset, and the text.
fn slips() -> Vec<(String, usize, String)> {
    let mut slips = Vec::new();
    for (at, c) in DRAFT.char_indices() {
        if "\",:{}".contains(c) {
            slips.push((format!("without {c}"), at, format!("{}{}", &DRAFT[..at], &DRAFT[at + 1..])));
        }
        for c in ['"', ',', ':', '{', '}'] {
            slips.push((format!("with {c}"), at, format!("{}{c}{}", &DRAFT[..at], &DRAFT[at..])));
        }
    }
    slips.retain(|(_, _, text)| serde_json::from_str::<Value>(text).is_err());
    slips
}

/// Makes each slip in the complete draft.
#[test]
fn findings_elsewhere_stay_after_a_slip() {
    let folder = Folder::new();
    let mut editor = editor(&folder);
    let whole = editor.shown(DRAFT);
    let codes: Vec<&str> = whole.iter().map(|(code, _, _)| &**code).collect();
    assert_eq!(codes, ["request/wrong-type", "request/out-of-range", "request/unknown-value"]);
    let places = whole.iter().map(|(_, _, at)| DRAFT.find(&**at).map(|start| start..=start + at.len()).expect("there"));
    let places: Vec<_> = places.collect();
    // Counts of all slips, of those without a syntax error, and of those with several.
    let mut counts: BTreeMap<String, [usize; 3]> = BTreeMap::new();
    for (what, at, text) in slips() {
        editor.shown(DRAFT);
        let shown = editor.shown(&text);
        let (syntax, others): (Vec<_>, Vec<_>) = shown.iter().partition(|(code, _, _)| code == "request/syntax");
        // `"voice_settings": } {…}` ends the draft for every parser; the rest is a second document.
        let ends = shown.iter().any(|(_, message, _)| message == "a second document begins here");
        // Each other finding appears once, at its text, unless the slip touches it; and nothing else appears.
        for ((code, message, place), range) in whole.iter().zip(&places) {
            let same =
                |shown: &&&Shown| shown.0 == *code && shown.1.trim_end_matches(MARK) == message && shown.2 == *place;
            let count = others.iter().filter(same).count();
            let gone = range.contains(&at) || ends && *range.start() > at;
            assert!(count == 1 || count == 0 && gone, "{what} at {at}: {code} {count} times in {shown:#?}");
        }
        assert!(others.len() <= whole.len(), "{what} at {at}: {shown:#?}");
        let row = counts.entry(what).or_default();
        row[0] += 1;
        row[1] += usize::from(syntax.is_empty());
        row[2] += usize::from(syntax.len() > 1);
    }
    println!("{counts:#?}");
    // When the text is valid again, no finding is marked as kept.
    assert_eq!(editor.shown(DRAFT), whole);
    assert_eq!(editor.client.stop(), Some(0));
}

/// While a value in the middle is typed again, the findings before and after it stay.
#[test]
fn findings_elsewhere_stay_while_a_line_is_typed() {
    let folder = Folder::new();
    let mut editor = editor(&folder);
    let whole = editor.shown(DRAFT);
    let line = "  \"script\": \"Welcome, all.\",";
    let (before, after) = DRAFT.split_once(line).expect("the line");
    for (end, _) in line.char_indices().skip(1) {
        let shown = editor.shown(&format!("{before}{}{after}", &line[..end]));
        for (code, message, place) in &whole {
            let count = shown
                .iter()
                .filter(|shown| shown.0 == *code && shown.1.trim_end_matches(MARK) == message && shown.2 == *place)
                .count();
            assert_eq!(count, 1, "{}: {code} in {shown:#?}", &line[..end]);
        }
    }
    // No finding is kept without an earlier version that was JSON, for another text, or in the changed part.
    let half = DRAFT.trim_end().trim_end_matches('}').replacen("1.8", "1.4", 1);
    editor.shown(DRAFT);
    let shown = editor.shown(&half);
    assert!(!shown.iter().any(|(_, message, _)| message.starts_with("speed")), "{shown:#?}");
    let shown = editor.shown("{\"method\": \"GET\", \"path\": \"/v3/videos\", ");
    assert!(shown.iter().all(|(code, _, _)| code == "request/syntax"), "{shown:#?}");
    assert_eq!(editor.client.stop(), Some(0));
}

/// In JSON Lines, only the broken line is not checked; findings in the others do not appear twice.
#[test]
fn other_lines_are_still_checked() {
    let folder = Folder::new();
    let mut client = Client::start(folder.path(), asking());
    let uri = client.uri("a.jsonl");
    let line = "{\"method\": \"GET\", \"path\": \"/v3/videos\", \"query\": {\"limit\": 1000}}\n";
    client.open_uri(&uri, "json", &line.repeat(3));
    let ask = |client: &mut Client| {
        let report = client.call("textDocument/diagnostic", json!({"textDocument": {"uri": uri}})).expect("a report");
        let items = report["items"].as_array().expect("a list").clone();
        items.iter().map(|item| (item["range"]["start"]["line"].clone(), item["code"].clone())).collect::<Vec<_>>()
    };
    let whole = ask(&mut client);
    client.change("a.jsonl", 2, &format!("{line}{}{line}", line.replace("\"GET\"", "\"GET")));
    let mut shown = ask(&mut client);
    shown.retain(|(_, code)| code != "request/syntax");
    shown.sort_by_key(|(line, _)| line.as_u64());
    assert_eq!(shown, whole);
    assert_eq!(client.stop(), Some(0));
}
