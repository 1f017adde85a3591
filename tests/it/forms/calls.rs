//! How programs and commands send a body: as JSON or as a form, whole or completed later, through a client with a base
//! address; and calls that send nothing.

use super::{BODY, URL, found};
use crate::run::Folder;

/// Name, text, and the bytes that make the body a form.
fn sent_as_forms() -> Vec<(&'static str, String, &'static str)> {
    let body = r#"{"type": "avatar", "avatar_id": "a", "voice_id": "v", "script": "Hi."}"#;
    let encoded = "application/x-www-form-urlencoded";
    let mut files = vec![
        ("a.sh", format!("curl {URL} -d type=avatar -d avatar_id=a\n"), "type=avatar"),
        ("b.sh", format!("curl {URL} --data-urlencode \"script=$TEXT\"\n"), "script=$TEXT"),
        ("c.sh", format!("curl {URL} -F type=avatar\n"), "type=avatar"),
        ("d.sh", format!("curl {URL} -H 'content-type: {encoded}' -d '{body}'\n"), encoded),
        ("e.http", format!("POST {URL}\nContent-Type: {encoded}\n\ntype=avatar&avatar_id=a\n"), encoded),
        (
            "f.json",
            format!(
                r#"{{"method": "POST", "url": "{URL}", "headers": {{"content-type": "{encoded}"}}, "body": {body}}}"#
            ),
            "\"application/x-www-form-urlencoded\"",
        ),
        (
            "g.json",
            format!(
                r#"{{"nodes": [{{"name": "Send", "parameters": {{"method": "POST", "url": "{URL}", "contentType":
                "form-urlencoded", "bodyParameters": {{"parameters": [{{"name": "script", "value": "a"}}]}}}}}}], "connections": {{}}}}"#
            ),
            "\"form-urlencoded\"",
        ),
        (
            "h.json",
            format!(
                r#"{{"info": {{"schema": "s"}}, "item": [{{"name": "A", "request": {{"method": "POST", "url": "{URL}",
                "body": {{"mode": "formdata", "formdata": [{{"key": "script", "value": "a"}}]}}}}}}]}}"#
            ),
            "\"formdata\"",
        ),
    ];
    if cfg!(feature = "code") {
        let fetch = |value: &str| format!("await fetch('{URL}', {{ method: 'POST', body: {value} }});\n");
        files.extend([
            ("i.py", format!("import requests\nrequests.post('{URL}', data={body})\n"), "data"),
            ("j.py", format!("import requests\nbody = {body}\nrequests.post('{URL}', body)\n"), "body"),
            ("k.py", format!("c = httpx.Client()\nbody = {body}\nc.post('{URL}', data=body)\n"), "data"),
            ("l.py", format!("httpx.Client().post('{URL}', data={body})\n"), "data"),
            ("m.js", fetch("new URLSearchParams({ script: 'a' })"), "new URLSearchParams({ script: 'a' })"),
            ("n.ts", format!("const form = new FormData();\n{}", fetch("form")), "form"),
        ]);
    }
    files
}

#[test]
fn a_form_where_the_endpoint_takes_json_is_reported_at_what_makes_it_one() {
    let files = sent_as_forms();
    let folder = Folder::new();
    for (name, text, _) in &files {
        folder.write(name, text);
    }
    for (name, text, marked) in &files {
        let found = found(&folder, &format!("--isolated {name}"));
        assert_eq!(found.len(), 1, "{name}: {found:?}\n{text}");
        assert!(found[0].starts_with("request/not-json /headers/"), "{name}: {found:?}");
        assert!(found[0].contains(&format!(" `{marked}` ")), "{name}: {found:?}");
    }
    // In a walk too, they count as requests.
    let json = folder.run("--isolated --format json .").json();
    assert_eq!(json["summary"]["errors"], files.len());
}

#[test]
fn json_in_whatever_wrapping_is_no_form() {
    let body = r#"{"type": "avatar", "avatar_id": "a", "voice_id": "v", "script": "Hi."}"#;
    let folder = Folder::new();
    let mut files = vec![
        // curl labels it as a form, but it is JSON.
        ("a.sh", format!("curl {URL} -d '{body}'\n")),
        ("b.sh", format!("curl {URL} -H 'Content-Type: application/json' -d '{body}'\n")),
        ("c.sh", format!("curl {URL} -H 'Content-Type: application/json; charset=utf-8' --json '{body}'\n")),
        ("d.sh", "curl https://api.heygen.com/v3/assets -F file=@/tmp/a.png\n".to_owned()),
        ("e.sh", "curl -G https://api.heygen.com/v3/avatars -d limit=3\n".to_owned()),
        ("f.sh", format!("curl {URL} -d \"$BODY\" -d @body.json\n")),
        ("g.http", format!("POST {URL}\nContent-Type: application/json\n\n{body}\n")),
        ("h.sh", "curl https://example.com/v3/videos -d a=1\n".to_owned()),
    ];
    if cfg!(feature = "code") {
        files.extend([
            ("i.py", format!("import json, requests\nrequests.post('{URL}', data=json.dumps({body}))\n")),
            ("j.py", format!("import json, requests\nbody = json.dumps({body})\nrequests.post('{URL}', data=body)\n")),
            // A client of Playwright sends JSON.
            ("k.py", format!("page.request.post('{URL}', data={body})\n")),
            ("l.py", format!("import requests\nrequests.post('{URL}', json={body})\n")),
            (
                "m.ts",
                format!(
                    "await axios.post('{URL}', {body});\naxios({{ method: 'post', url: '{URL}', data: {body} }});\n"
                ),
            ),
        ]);
    }
    for (name, text) in &files {
        folder.write(name, text);
        let found = found(&folder, &format!("--isolated --ignore asset,file,request/placeholder {name}"));
        assert!(found.is_empty(), "{name}: {found:?}");
    }
}

#[test]
fn calls_that_describe_answers_are_no_requests() {
    if !cfg!(feature = "code") {
        return;
    }
    let folder = Folder::new();
    for (name, text) in [
        ("a.py", format!("import responses\nresponses.post('{URL}', json={{'data': {{'video_id': 'x'}}}})\n")),
        ("b.py", format!("def test(requests_mock):\n    requests_mock.post('{URL}', json={{'data': 1}})\n")),
        (
            "c.py",
            format!(
                "def test(httpx_mock):\n    httpx_mock.add_response(url='{URL}', method='POST', json={{'data': 1}})\n"
            ),
        ),
        ("d.py", format!("respx.post('{URL}').mock(return_value=httpx.Response(200, json={{'data': 1}}))\n")),
        (
            "e.ts",
            "nock('https://api.heygen.com').post('/v3/videos').reply(200, { data: { video_id: 'x' } });\n".to_owned(),
        ),
        ("f.ts", format!("fetchMock.post('{URL}', {{ data: {{ video_id: 'x' }} }});\n")),
    ] {
        folder.write(name, &text);
        assert_eq!(found(&folder, &format!("--isolated {name}")), Vec::<String>::new(), "{name}");
    }
}

#[test]
fn an_object_of_options_is_not_the_body() {
    if !cfg!(feature = "code") {
        return;
    }
    let folder = Folder::new();
    let body = r#"{ type: "avatar", avatar_id: "a", voice_id: "v", script: "Hi." }"#;
    for (name, text) in [
        ("a.ts", format!("await got.post('{URL}', {{ json: {body} }});\n")),
        ("b.ts", format!("await request.post('{URL}', {{ data: {body} }});\n")),
        ("c.ts", format!("await ky.post('{URL}', {{ json: {body}, timeout: 3000 }});\n")),
        ("d.ts", format!("await $fetch('{URL}', {{ method: 'POST', body: {body} }});\n")),
    ] {
        folder.write(name, &text);
        assert_eq!(found(&folder, &format!("--isolated {name}")), Vec::<String>::new(), "{name}");
        folder.run(&format!("--isolated --fix-unsafe {name}"));
        assert_eq!(folder.read(name), text);
    }
    for (name, text, marked) in [
        ("e.ts", format!("await got.post('{URL}', {{ form: {body} }});\n"), "form"),
        ("f.ts", format!("await fetch('{URL}', {{ method: 'POST', body: {body} }});\n"), body),
    ] {
        folder.write(name, &text);
        let found = found(&folder, &format!("--isolated {name}"));
        assert!(found.len() == 1 && found[0].starts_with("request/not-json"), "{name}: {found:?}");
        assert!(found[0].contains(&format!("`{marked}`")), "{name}: {found:?}");
    }
}

#[test]
fn the_base_of_a_client_is_part_of_the_address() {
    if !cfg!(feature = "code") {
        return;
    }
    let folder = Folder::new();
    let base = "https://api.heygen.com/v3";
    for (name, text) in [
        ("a.py", format!("c = httpx.Client(base_url='{base}')\nc.post('/videos', json={BODY})\n")),
        ("b.py", format!("with httpx.Client(base_url='{base}/') as c:\n    c.post('videos', json={BODY})\n")),
        (
            "c.py",
            format!(
                "class A:\n    def __init__(self):\n        self.http = httpx.Client(base_url='{base}')\n    def go(self):\n        \
                 self.http.post('/videos', json={BODY})\n"
            ),
        ),
        (
            "d.py",
            format!(
                "BASE = 'https://api.heygen.com'\nself._post('/v3/videos', {BODY})\nself._request('GET', '/v3/videos')\n"
            ),
        ),
        ("e.ts", format!("const api = axios.create({{ baseURL: '{base}' }});\nawait api.post('/videos', {BODY});\n")),
    ] {
        folder.write(name, &text);
        let found = found(&folder, &format!("--isolated {name}"));
        assert!(found.len() == 1 && found[0].starts_with("request/out-of-range"), "{name}: {found:?}");
    }
}

#[test]
fn a_body_that_a_program_completes_is_not_called_all_good() {
    if !cfg!(feature = "code") {
        return;
    }
    let folder = Folder::new();
    let draft = r#"{"type": "avatar", "avatar_id": "a", "voice_id": "v", "script": ""}"#;
    for (name, text) in [
        ("e.http", format!("POST {URL}\n\n{{{{body}}}}\n")),
        ("a.py", format!("body = {draft}\nbody['script'] = text\nrequests.post('{URL}', json=body)\n")),
        (
            "b.py",
            "body = {}\nbody['type'] = 'avatar'\nrequests.post('https://api.heygen.com/v3/videos', json=body)\n"
                .to_owned(),
        ),
        ("c.py", format!("requests.post('{URL}', json={{'type': 'avatar', **base}})\n")),
        (
            "f.js",
            format!(
                "const body = {{ type: 'avatar' }};\nbody.script = text;\nfetch('{URL}', {{ method: 'POST', body: JSON.stringify(body) }});\n"
            ),
        ),
        ("d.py", format!("BASE = {draft}\nbody = copy.deepcopy(BASE)\nbody['script'] = text\n")),
    ] {
        folder.write(name, &text);
        let run = folder.run(&format!("--isolated {name}")).gives(0);
        assert!(
            run.out.contains("no findings; 1 of 1 request ready to send; 1 may get more fields before being sent"),
            "{}",
            run.out
        );
        assert_eq!(folder.run(&format!("--isolated --format json {name}")).json()["summary"]["open"], 1);
    }
}
