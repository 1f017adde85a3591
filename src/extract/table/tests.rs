use super::*;
use crate::profile;
use crate::request::json;

const ENDPOINT: &str = "POST /v3/videos";

fn columns() -> Vec<Column> {
    [("script", "text"), ("voice_settings.speed", "pace"), ("title", "title")]
        .map(|(field, name)| Column::new(field, name))
        .to_vec()
}

fn shape() -> Option<BodyShape> {
    profile::default().operation("POST", "/v3/videos").and_then(|operation| operation.body)
}

#[test]
fn rows_fill_the_template() {
    let template = json::parse(r#"{"type": "avatar", "voice_settings": {"pitch": 1}, "avatar_id": "a"}"#);
    let text = "\u{feff}pace;text;title\r\n1.2;\"say \"\"hi\"\"\nnow\";A\r\n;Hi;\r\nfast;Ho;B\r\n";
    let table = Sheet::read(text, false, &columns(), ENDPOINT, shape(), Some(&template)).expect("a table");
    assert!(table.absent.is_empty());
    let filled: Vec<_> = table.rows().enumerate().map(|(at, row)| table.fill(text, &row, at + 2)).collect();
    let texts: Vec<_> = filled.iter().map(|filled| filled.piece.text.as_str()).collect();
    assert_eq!(
        texts,
        [
            r#"{"type": "avatar", "voice_settings": {"pitch": 1, "speed": 1.2}, "avatar_id": "a", "script": "say \"hi\"\nnow", "title": "A"}"#,
            r#"{"type": "avatar", "voice_settings": {"pitch": 1}, "avatar_id": "a", "script": "Hi"}"#,
            r#"{"type": "avatar", "voice_settings": {"pitch": 1, "speed": "fast"}, "avatar_id": "a", "script": "Ho", "title": "B"}"#,
        ]
    );
    assert_eq!(filled.iter().map(|filled| filled.gaps).collect::<Vec<_>>(), [false, true, false]);
    let piece = &filled[0].piece;
    let shown = |part: &str| {
        let at = piece.text.find(part).expect("the part");
        let span = piece.map.span(Span::new(at, at + part.len()));
        &text[span.start..span.end]
    };
    assert_eq!(shown("1.2"), "1.2");
    assert_eq!(shown(r#"\"hi\""#), "\"\"hi\"\"");
    assert_eq!(shown(r#""A""#), "A");
    let at = piece.text.find(r#""A""#).expect("the title");
    let edit = piece.map.edit(Span::new(at, at + 3), r#""a, \"b\"""#).expect("an edit");
    assert_eq!(edit.1, "\"a, \"\"b\"\"\"");
    let key = piece.text.find("\"title\"").expect("the key");
    assert_eq!(piece.map.edit(Span::new(key, key + 9), "\"name\": "), None, "a key stands nowhere");
}

#[test]
fn faults_that_all_rows_share() {
    let source = r#"{"type": "avatar", "resolution": "8k"}"#;
    let template = json::parse(source);
    let text = "text,pace,titel\nHi,1,A\n";
    let table = Sheet::read(text, false, &columns(), ENDPOINT, shape(), Some(&template)).expect("a table");
    let near: Vec<_> = table.absent.iter().map(|absent| (absent.column.path(), absent.near.clone())).collect();
    assert_eq!(near, [("title".to_owned(), Some(("titel".to_owned(), Span::new(10, 15))))]);
    let common = table.common().piece;
    assert_eq!(
        common.text,
        r#"{"type": "avatar", "resolution": "8k", "script": "{{text}}", "voice_settings": {"speed": "{{pace}}"}, "title": "{{title}}"}"#
    );
    assert_eq!(common.unknown.len(), 3);
    let at = common.text.find("\"8k\"").expect("the value");
    let span = common.map.span(Span::new(at, at + 4));
    assert_eq!(&source[span.start..span.end], "\"8k\"");
}

#[test]
fn a_field_may_be_on_either_side() {
    let turned = [Column::new("text", "script")];
    let text = "text\nHi\n";
    let table = Sheet::read(text, false, &turned, ENDPOINT, shape(), None).expect("a table");
    let row = table.rows().next().expect("a row");
    assert_eq!(table.fill(text, &row, 2).piece.text, r#"{"script": "Hi"}"#);
}

#[test]
fn lists_and_json_in_cells() {
    let columns =
        [Column::new("scenes.0.input.script", "a"), Column::new("output_languages", "b"), Column::new("x", "c")];
    let shape = profile::default().operation("POST", "/v3/video-translations").and_then(|operation| operation.body);
    let text = "a\tb\tc\nHi\t[\"German\"]\t5\n";
    let table = Sheet::read(text, true, &columns, "POST /v3/video-translations", shape, None);
    let table = table.expect("a table");
    let row = table.rows().next().expect("a row");
    let filled = table.fill(text, &row, 2);
    assert_eq!(
        filled.piece.text,
        r#"{"scenes": [{"input": {"script": "Hi"}}], "output_languages": ["German"], "x": "5"}"#
    );
    assert_eq!(filled.piece.form, "tsv");
}
