//! Requests in every form of file, each with one fault that is reported at its place in the original file.

use crate::run;

use run::Folder;

mod calls;

const URL: &str = "https://api.heygen.com/v3/videos";

/// Rule, pointer, line, marked bytes, form and place of each finding.
fn found(folder: &Folder, words: &str) -> Vec<String> {
    let json = folder.run(&format!("{words} --format json")).json();
    let text = |value: &serde_json::Value| value.as_str().unwrap_or("-").to_owned();
    let findings = json["diagnostics"].as_array().expect("findings");
    findings
        .iter()
        .map(|found| {
            let file = folder.read(&text(&found["file"]));
            let at = |end: &str| usize::try_from(found[end]["offset"].as_u64().expect("an offset")).expect("small");
            format!(
                "{} {} {} `{}` {} {}",
                text(&found["rule"]),
                text(&found["pointer"]),
                found["start"]["line"],
                &file[at("start")..at("end")],
                text(&found["source"]["form"]),
                text(&found["source"]["place"]),
            )
        })
        .collect()
}

/// A body whose only fault is the speed.
const BODY: &str =
    r#"{"type": "avatar", "avatar_id": "a", "voice_id": "v", "script": "Hi.", "voice_settings": {"speed": 1.9}}"#;

/// The same body in YAML.
const YAML_BODY: &str = "type: avatar\navatar_id: a\nvoice_id: 'v'\nscript: Hi.\nvoice_settings: {speed: 1.9} # fast\n";

fn indented(by: usize, text: &str) -> String {
    text.lines().map(|line| format!("{:by$}{line}\n", "")).collect()
}

fn escaped(text: &str) -> String {
    let quoted = serde_json::Value::from(text).to_string();
    quoted[1..quoted.len() - 1].to_owned()
}

/// Name, text, line of the fault, form and place.
fn files() -> Vec<(&'static str, String, usize, &'static str, &'static str)> {
    let inner = escaped(BODY);
    vec![
        (
            "a.sh",
            format!("#!/bin/sh\ncurl {URL} \\\n  -H \"X-Api-Key: $KEY\" \\\n  -d '{BODY}'\n"),
            4,
            "curl",
            "line 2",
        ),
        ("b.bash", format!("curl {URL} -d @- <<EOF\n{BODY}\nEOF\n"), 2, "curl", "line 1"),
        ("c.zsh", format!("heygen video create --wait -d \"{}\"\n", BODY.replace('"', "\\\"")), 1, "heygen", "line 1"),
        ("d.md", format!("# A\n\n```console\n$ curl {URL} --json '{BODY}'\n```\n"), 4, "curl", "line 4"),
        ("e.mdx", format!("```json\n{BODY}\n```\n"), 2, "json", "line 2"),
        (
            "f.http",
            format!("### A\nPOST {{{{base}}}}/v3/videos\nX-Api-Key: {{{{heygen}}}}\n\n{BODY}\n"),
            5,
            "http",
            "line 2",
        ),
        ("g.bru", format!("post {{\n  url: {URL}\n}}\n\nbody:json {{\n  {BODY}\n}}\n"), 6, "bruno", "line 2"),
        (
            "h.json",
            format!(
                r#"{{"info": {{"name": "A", "schema": "s"}}, "item": [{{"name": "Make", "request": {{"method": "POST",
                "url": {{"raw": "{URL}"}}, "body": {{"mode": "raw", "raw": "{inner}"}}}}}}]}}"#
            ),
            2,
            "postman",
            "“Make”",
        ),
        (
            "i.json",
            format!(
                "{{\"log\": {{\"entries\": [\n{{\"request\": {{\"method\": \"POST\", \"url\": \"{URL}\", \"postData\": {{\"text\": \"{inner}\"}}}}}}]}}}}"
            ),
            2,
            "har",
            "/log/entries/0/request",
        ),
        (
            "j.json",
            format!(
                "{{\"nodes\": [\n{{\"name\": \"Send\", \"parameters\": {{\"method\": \"POST\", \"url\": \"{URL}\", \"jsonBody\": \"={inner}\"}}}}], \"connections\": {{}}}}"
            ),
            2,
            "n8n",
            "“Send”",
        ),
        (
            "k.json",
            format!(
                "{{\"flow\": [{{\"mapper\": {{\"method\": \"post\", \"url\": \"{URL}\", \"data\": \"{inner}\"}}}}]}}"
            ),
            1,
            "make",
            "/flow/0/mapper",
        ),
        (
            "l.json",
            format!("{{\"a\": {{\"request\": {{\"method\": \"POST\", \"url\": \"{URL}\",\n\"body\": {BODY}}}}}}}"),
            2,
            "nested",
            "/a/request",
        ),
        ("m.json", format!("{{\"payload\": {BODY}}}"), 1, "nested", "/payload"),
        (
            "n.ipynb",
            format!(
                "{{\"cells\": [{{\"cell_type\": \"code\", \"source\": [\"%%bash\\n\",\n\"curl {URL} -d '{inner}'\"]}}]}}"
            ),
            2,
            "curl",
            "cell 1",
        ),
        ("t.yaml", format!("# a draft\n{YAML_BODY}"), 6, "yaml", "line 2"),
        ("u.yml", format!("a: 1\n---\n{BODY}\n---\nb: 1\n"), 3, "yaml", "line 3"),
        (
            "v.yml",
            format!("tests:\n- request:\n    url: '{URL}'\n    method: POST\n    json:\n{}", indented(6, YAML_BODY)),
            10,
            "yaml",
            "line 6",
        ),
        (
            "w.yml",
            format!("steps:\n- uses: http@v1\n  with:\n    url: {URL}\n    method: POST\n    data: |\n      {BODY}\n"),
            7,
            "yaml",
            "line 7",
        ),
        (
            "x.yml",
            format!(
                "jobs:\n  a:\n    steps:\n    - run: |\n        # é\n        curl {URL} \\\n          -H 'X-Api-Key: ${{{{ secrets.KEY }}}}' -d '{BODY}'\n"
            ),
            7,
            "curl",
            "line 7",
        ),
        ("y.yaml", format!("payload:\n{}", indented(2, YAML_BODY)), 6, "yaml", "line 2"),
    ]
}

#[cfg(feature = "code")]
fn code_files() -> Vec<(&'static str, String, usize, &'static str, &'static str)> {
    let python = format!("import requests\nbody = {BODY}\nrequests.post('{URL}', headers=h, json=body)\n");
    let script =
        format!("const body = {BODY};\nawait fetch('{URL}', {{ method: 'POST', body: JSON.stringify(body) }});\n");
    vec![
        ("o.py", python, 2, "python", "line 3"),
        ("p.ts", script.clone(), 1, "typescript", "line 2"),
        ("q.mjs", script, 1, "javascript", "line 2"),
        ("r.jsonc", format!("// a draft\n{BODY}\n"), 2, "json5", "line 1"),
        ("s.md", format!("```python\nrequests.post('{URL}', json={BODY})\n```\n"), 2, "python", "line 2"),
    ]
}

#[cfg(not(feature = "code"))]
fn code_files() -> Vec<(&'static str, String, usize, &'static str, &'static str)> {
    Vec::new()
}

#[test]
fn every_form_is_seen_and_points_into_its_file() {
    for (name, text, line, form, place) in files().into_iter().chain(code_files()) {
        let folder = Folder::new();
        folder.write(name, &text);
        let expected = format!("request/out-of-range /voice_settings/speed {line} `1.9` {form} {place}");
        assert_eq!(found(&folder, "."), std::slice::from_ref(&expected), "{name} in a walk");
        assert_eq!(found(&folder, name), [expected], "{name} by its name");
        folder.run(". --fix-unsafe").gives(0);
        assert_eq!(folder.read(name), text.replace("1.9", "1.5"), "{name} mended");
    }
}

#[test]
fn new_text_is_written_in_the_notation_of_its_form() {
    let folder = Folder::new();
    let body = r#"{"type": "avatar", "avatar_id": "a", "voice_id": "v", "script": "Hi.", "aspect_ratio": "16x9"}"#;
    let double = |text: &str| text.replace('"', "\\\"");
    folder.write("a.sh", format!("heygen video create -d \"{}\"\n", double(body)));
    folder.write("b.json", format!("{{\"jsonBody\": \"{}\"}}", escaped(body)));
    folder.run(". --fix").gives(0);
    let mended = body.replace("16x9", "16:9");
    assert_eq!(folder.read("a.sh"), format!("heygen video create -d \"{}\"\n", double(&mended)));
    assert_eq!(folder.read("b.json"), format!("{{\"jsonBody\": \"{}\"}}", escaped(&mended)));
}

#[test]
fn variables_and_expressions_are_not_checked() {
    let folder = Folder::new();
    folder.write(
        "a.sh",
        format!(
            "curl {URL} -d '{{\"type\": \"'\"$T\"'\", \"avatar_id\": \"'\"$A\"'\", \"script\": \"Hi '\"$N\"'\", \"voice_settings\": {{\"speed\": '\"$S\"'}}}}'\n"
        ),
    );
    folder.write(
        "b.py",
        "body = {'type': 'avatar', **base, 'script': f'{a}', 'avatar_id': x, 'audio_url': url or None}\n\
         requests.post(f'{HEYGEN}/v3/videos', json=body)\n\
         part = {'type': 'avatar', 'avatar_id': 'a'}\nmake(part)\n\
         more = {'type': 'avatar', 'avatar_id': 'a', 'voice_id': 'v'}\nmore['script'] = s\n",
    );
    folder.write(
        "c.ts",
        "const s = z.object({ type: z.literal('avatar'), avatar_id: z.string(), voice_id: z.string(), script: z.string() });\n\
         interface Body { type: 'avatar'; avatar_id: string; voice_id: string; heygen: 1 }\n\
         fetch(`${BASE}/v3/videos`, { method: 'POST', body: JSON.stringify({ type: 'avatar', avatar_id, script, voice_id: v, ...more }) });\n",
    );
    folder.write("d.md", "```json\n{\"type\": \"avatar\", \"avatar_id\": \"a\", ... }\n```\n```bash\ncurl https://api.heygen.com/v3/videos -d '{...}'\n```\n");
    folder.write("e.sh", "curl https://api.example.com/v3/videos -d '{\"heygen\": 1}'\ncurl $OTHER/v1/chat -d '{}'\n");
    assert_eq!(found(&folder, "."), Vec::<String>::new());
}

#[test]
fn calls_to_retired_endpoints_are_reported_at_the_address() {
    let folder = Folder::new();
    folder.write("a.sh", "curl 'https://api.heygen.com/v2/video/generate' -d '{\"video_inputs\": []}'\n");
    let all = found(&folder, "a.sh");
    assert_eq!(all.len(), 1, "{all:?}");
    assert!(all[0].starts_with("request/legacy-api "), "{all:?}");
}

#[test]
fn code_without_requests_is_passed_over() {
    let folder = Folder::new();
    folder.write("a.py", "print('heygen')\n").write("b.md", "# heygen\n").write("c.ts", "export const a = 1;\n");
    folder.write("d.json", BODY.replace("1.9", "1.2"));
    folder.run(".").gives(0).prints("1 request");
    folder.run("a.py").gives(2).says("the only file found contains no request");
}

#[test]
fn a_key_is_reported_but_never_shown() {
    // Not the key of the rule page, which some formats include.
    const KEY: &str = "sk_V2_hgu_w8Tz3YcV6bN1mQ4xL7kJ5";
    let folder = Folder::new();
    // A key on the line of another finding is hidden too.
    folder.write("a.sh", format!("curl {URL} -H 'X-Api-Key: {KEY}' -d '{BODY}'\n"));
    folder.write("b.md", format!("```bash\nexport HEYGEN_API_KEY={KEY}\n```\n"));
    let all = found(&folder, ".");
    let rules: Vec<_> = all.iter().map(|found| found.split(' ').next().unwrap_or_default()).collect();
    assert_eq!(rules, ["secret/api-key", "request/out-of-range", "secret/api-key"], "{all:?}");
    for format in ["human", "concise", "json", "jsonl", "sarif", "github", "gitlab", "junit"] {
        let ran = folder.run(&format!(". --format {format}"));
        assert!(!format!("{ran:?}").contains(&KEY[6..]), "{format}");
    }
}

#[test]
fn ellipses_in_documentation_are_not_faults() {
    let folder = Folder::new();
    folder.write("a.md", "```bash\nheygen video create -d '{\"...}'   # a body\n```\n");
    assert_eq!(found(&folder, "."), Vec::<String>::new());
}

#[test]
fn yaml_of_other_kinds_is_passed_over() {
    let folder = Folder::new();
    // Each names the service, so that the search for bytes does not exclude it.
    folder.write(
        "openapi.yaml",
        format!(
            "openapi: 3.1.0\ninfo: {{title: heygen, version: '1'}}\nservers: [{{url: 'https://api.heygen.com'}}]\npaths:\n  /v3/videos:\n    \
             post:\n      requestBody:\n        content:\n          application/json:\n            example:\n{}\
             \n      x-codeSamples:\n      - lang: curl\n        source: curl {URL} -d '{{\"type\": 1}}'\n",
            indented(14, YAML_BODY)
        ),
    );
    folder.write(
        "docker-compose.yml",
        "services:\n  heygen:\n    image: heygen/worker\n    command: [\"node\", \"run.js\"]\n    environment:\n      \
         HEYGEN_URL: https://api.heygen.com/v3/videos\n      VOICE_ID: ${voice_id}\n",
    );
    folder.write(
        ".github/workflows/ci.yml",
        "on: [push]\njobs:\n  heygen:\n    runs-on: ubuntu-latest\n    env: {avatar_id: a, voice_id: v}\n    steps:\n    - run: npm test\n",
    );
    folder.write(
        "k8s.yaml",
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: heygen}\ndata:\n  avatar_id: a\n  voice_id: v\n  type: avatar\n\
         ---\napiVersion: batch/v1\nkind: Job\nspec: {template: {spec: {containers: [{name: heygen, command: [heygen, video, list]}]}}}\n",
    );
    folder.write("values.yaml", "heygen:\n  avatar_id: {{ .Values.avatar }}\n  voice_id: v\n");
    folder.write("z.json", BODY.replace("1.9", "1.2"));
    assert_eq!(found(&folder, "."), Vec::<String>::new());
    folder.run(".").gives(0).prints("1 request");
}

#[test]
fn template_expressions_in_yaml_are_not_checked() {
    let folder = Folder::new();
    folder.write(
        "a.yml",
        format!(
            "request:\n  url: {URL}\n  method: POST\n  json:\n    type: avatar\n    avatar_id: {{{{ avatar }}}}\n    voice_id: ${{VOICE}}\n    \
             script: Hi ${{{{ inputs.name }}}}\n    aspect_ratio: ${{{{ inputs.ratio }}}}\n    voice_settings: {{speed: $(speed), pitch: !env PITCH}}\n"
        ),
    );
    folder.write(
        "b.yml",
        format!(
            "base: &base\n  script: Hi.\n  voice_id: v\nbody:\n  <<: *base\n  type: avatar\n  avatar_id: a\n\
             run: |\n  curl {URL} -d '{{\"type\": \"avatar\", \"avatar_id\": \"${{{{ inputs.avatar }}}}\", \"script\": \"${{{{ inputs.text }}}}\"}}'\n\
             cmd: |\n  curl {URL} -d '{{\"type\": ${{{{ toJSON(inputs.type) }}}}}}'\n"
        ),
    );
    assert_eq!(found(&folder, "."), Vec::<String>::new());
    folder.run(".").gives(0).prints("3 requests");
}

#[test]
fn yaml_is_fixed_only_if_its_notation_allows() {
    let folder = Folder::new();
    let body = YAML_BODY.replace("1.9", "1.2");
    folder.write("a.yaml", format!("{body}aspect_ratio: 16x9\n"));
    folder.run(". --fix").gives(0);
    assert_eq!(folder.read("a.yaml"), format!("{body}aspect_ratio: \"16:9\"\n"));
    // To remove a duplicate key, the fix would have to remove its line.
    let twice = format!("{body}voice_id: v\n");
    folder.write("a.yaml", &twice);
    folder.run(". --fix-unsafe");
    assert_eq!(folder.read("a.yaml"), twice);
}

#[test]
fn a_declared_document_is_checked_whatever_it_contains() {
    const CONFIG: &str = "[[requests]]\nfiles = 'drafts/*'\nendpoint = 'POST /v3/voices/speech'\n";
    let folder = Folder::new();
    folder.write("heylint.toml", CONFIG);
    folder.write("drafts/a.yaml", "text: Hi.\n---\n# the second\ntext: 5\nvoice_id: v\n");
    let mut expected = vec![
        "request/missing-field  1 `text` yaml line 1".to_owned(),
        "request/wrong-type /text 4 `5` yaml line 4".to_owned(),
    ];
    if cfg!(feature = "code") {
        folder.write("drafts/b.jsonc", "{\n  // a draft\n  \"text\": 5,\n  voice_id: 'v',\n}\n");
        expected.push("request/wrong-type /text 3 `5` json5 line 1".to_owned());
    }
    assert_eq!(found(&folder, "."), expected);
    folder.write("heylint.toml", "");
    assert_eq!(found(&folder, "."), Vec::<String>::new());
    let told = found(&folder, "drafts/a.yaml --endpoint /v3/voices/speech");
    assert_eq!(told, expected[..2]);
}

#[test]
fn retired_calls_are_reported_wherever_their_body_is() {
    let folder = Folder::new();
    folder.write("a.sh", "curl https://api.heygen.com/v2/video/generate -d @body.json\n");
    folder.write("b.sh", "curl \"https://api.heygen.com/v1/video_status.get?video_id=$ID\" -H \"X-Api-Key: $KEY\"\n");
    // heylint cannot check a body that is elsewhere.
    folder.write("c.sh", format!("curl {URL} -d @body.json\ncurl {URL} -d \"$BODY\"\n"));
    if cfg!(feature = "code") {
        folder
            .write("d.ts", "await fetch(`https://api.heygen.com/v1/video_status.get?video_id=${id}`, { headers });\n");
        folder.write("e.ts", "await fetch('https://api.heygen.com/v2/video/generate', { method: 'POST', body: JSON.stringify(body) });\n");
        folder.write("f.ts", format!("await fetch('{URL}', {{ method: 'POST', body }});\n"));
    }
    let told: Vec<String> =
        found(&folder, ".").iter().map(|found| found.split(' ').take(2).collect::<Vec<_>>().join(" ")).collect();
    let expected = if cfg!(feature = "code") { 4 } else { 2 };
    assert_eq!(told, vec!["request/legacy-api /url"; expected]);
    folder.run(". --fix-unsafe").gives(1);
    assert!(folder.read("a.sh").contains("/v2/video/generate"), "the body is unknown");
}

#[test]
fn fixes_never_write_unknown_values() {
    let folder = Folder::new();
    let text = "import requests\nrequests.post('https://api.heygen.com/v2/video/generate', json={'video_inputs': [{'character': {'type': 'avatar', 'avatar_id': avatar}, 'voice': {'type': 'text', 'input_text': text, 'voice_id': voice}}]})\n";
    folder.write("a.py", text);
    if cfg!(feature = "code") {
        folder.run(".").gives(1).prints("send it to POST /v3/videos: one scene becomes").prints_not("--fix-unsafe");
    }
    folder.run(". --fix-unsafe");
    assert_eq!(folder.read("a.py"), text);
}

#[cfg(feature = "code")]
#[test]
fn an_expression_with_quotes_is_not_a_fault() {
    let folder = Folder::new();
    folder.write(
        "a.ts",
        "const body = { prompt: p, orientation: data.orientation ?? \"landscape\" };\n\
         fetch('https://api.heygen.com/v3/video-agents', { method: 'POST', body: JSON.stringify(body) });\n",
    );
    assert_eq!(found(&folder, "."), Vec::<String>::new());
    folder.run(".").gives(0).prints("1 request");
}

/// The grammar takes `<T>value` for an element. The characters after it keep their columns.
#[cfg(feature = "code")]
#[test]
fn type_assertions_in_typescript_hide_no_request() {
    let folder = Folder::new();
    folder.write(
        "a.ts",
        "const given = <Größe>first; const other = <any>second;\n\
         fetch('https://api.heygen.com/v3/videos', <Größe>{ method: 'POST', body: JSON.stringify({ type: 'avatar', \
         avatar_id: 'a', voice_id: 'v', script: 'Hi', voice_settings: { speed: 1.8 } }) });\n",
    );
    folder.run("a.ts --format concise").gives(1).prints("a.ts:2:177: error[request/out-of-range] speed is 1.8");
    folder.run("a.ts --fix-unsafe").gives(0);
    assert!(folder.read("a.ts").contains("<Größe>{ method: 'POST'") && folder.read("a.ts").contains("{ speed: 1.5 }"));
}

#[test]
fn a_file_that_a_form_uploads_is_checked_as_an_upload() {
    let folder = Folder::new();
    folder.write("a.txt", "no film").write("a.mp4", "no film");
    folder.write(
        "up.sh",
        "curl https://api.heygen.com/v3/assets -H \"X-Api-Key: $KEY\" -F 'file=@a.mp4;type=video/mp4'\n",
    );
    let ran = folder.run(".").gives(1).prints("a.mp4").prints("used here as an asset");
    ran.prints("up.sh:1:");
    folder.write("up.sh", "curl https://api.heygen.com/v3/assets -F \"file=@$FILE\"\n");
    assert!(!folder.run("up.sh").out.contains("error["));
}

// ---- tools and tables ------------------------------------------------------------------------------------------------

#[test]
fn arguments_of_a_tool_are_checked_by_value_and_not_by_name() {
    let folder = Folder::new();
    let call = |name: &str, arguments: &str| {
        format!(r#"{{"method": "tools/call", "params": {{"name": "{name}", "arguments": {arguments}}}}}"#)
    };
    let found = |text: &str| {
        folder.write("call.json", text);
        let report = folder.run("check --isolated --format json .").json();
        let findings = report["diagnostics"].as_array().expect("findings").clone();
        let of = |finding: &serde_json::Value| {
            let at = |end: &str| usize::try_from(finding[end]["offset"].as_u64().expect("an offset")).expect("small");
            (finding["rule"].as_str().expect("a rule").to_owned(), text[at("start")..at("end")].to_owned())
        };
        (report["summary"]["requests"].as_u64(), findings.iter().map(of).collect::<Vec<_>>())
    };
    let of = |rule: &str, text: &str| vec![(rule.to_owned(), text.to_owned())];
    let lipsync = r#"{"video_url": "https://e.com/a.mp4", "audio_url": "https://e.com/a.mp3", "wait": true}"#;
    assert_eq!(found(&call("heygen.create_lipsync", lipsync)), (Some(1), vec![]));
    let plain = lipsync.replace("https://e.com/a.mp3", "http://e.com/a.mp3");
    assert_eq!(found(&call("heygen.create_lipsync", &plain)), (Some(1), of("url/not-https", "http")));
    let camel = r#"{"avatarId": "a", "voiceId": "v", "script": "Hi", "aspectRatio": "4:9"}"#;
    let name = "mcp__heygen__create_video_from_avatar";
    assert_eq!(found(&call(name, camel)), (Some(1), of("request/unknown-value", "\"4:9\"")));
    // heylint does not know which values its server adds.
    assert_eq!(found(&call(name, "{}")), (Some(1), vec![]));
    let quoted = serde_json::to_string(r#"{"avatar_id": "a", "voice_settings": {"speed": 3}}"#).expect("text");
    assert_eq!(found(&call(name, &quoted)), (Some(1), of("request/out-of-range", "3")));
    assert_eq!(found(&call("other__create_video", r#"{"prompt": "a cat", "duration": 900}"#)), (Some(0), vec![]));
    folder.write("call.json", call(name, &quoted)).run("check --fix-unsafe .").gives(0);
    assert_eq!(folder.read("call.json"), call(name, &quoted.replace(": 3", ": 1.5")));
}

#[test]
fn a_table_of_parameters_is_a_body() {
    let folder = Folder::new();
    let flow = |rows: &str| {
        format!(
            r#"{{"nodes": [{{"name": "Speak", "type": "n8n-nodes-base.httpRequest", "parameters": {{"method": "POST",
            "url": "https://api.heygen.com/v3/voices/speech", "sendBody": true, "bodyParameters": {{"parameters": [{rows}]}}}}}}],
            "connections": {{}}}}"#
        )
    };
    let row = |name: &str, value: &str| format!(r#"{{"name": "{name}", "value": "{value}"}}"#);
    let rows =
        |speed: &str| [row("text", "2026"), row("voice_id", "={{ $json.voice }}"), row("speed", speed)].join(", ");
    folder.write("flow.json", flow(&rows("1.5"))).run("check --isolated .").gives(0).prints("1 request");
    folder.write("flow.json", flow(&rows("2.9")));
    folder.run("check --isolated .").gives(1).prints("speed is 2.9, above the maximum of 2").prints("flow.json:");
    folder.run("check --isolated --fix-unsafe .").gives(0);
    assert_eq!(folder.read("flow.json"), flow(&rows("2")));
    folder.write("flow.json", flow(&row("text", "Hello")));
    folder.run("check --isolated .").gives(1).prints("voice_id is missing");
}
