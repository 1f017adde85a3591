"""Compares the module with the command line, and tests what only Python has."""

import csv
import enum
import json
import os
import pickle
import subprocess
import sys
import threading
from collections import OrderedDict
from dataclasses import fields
from pathlib import Path

import pytest

import heylint

TOP = Path(__file__).resolve().parents[3]
CORPUS = Path(os.environ.get("HEYLINT_CORPUS", TOP.parent / "shared/corpus")) / "requests"
GOOD = {"type": "avatar", "avatar_id": "a1", "voice_id": "v1", "script": "Hello there."}
FAST = {**GOOD, "voice_settings": {"speed": 1.8}}
VIDEOS = "POST /v3/videos"
URL = "https://api.heygen.com/v3/videos"
LIST = "https://api.heygen.com/v3/videos?limit=1000"


def program(*words, stdin=None):
    ran = subprocess.run(["heylint", *map(str, words)], input=stdin, capture_output=True)
    assert ran.returncode in (0, 1), ran.stderr.decode()
    return json.loads(ran.stdout)


def without_places(diagnostics):
    """Removes positions and fixes, which findings in a value do not have."""
    for one in diagnostics:
        one["fix"] = None
        for place in [one, *one["related"]]:
            place["start"] = place["end"] = None
    return diagnostics


def test_a_dict_is_checked():
    report = heylint.check_request(VIDEOS, FAST)
    assert [(one.rule, one.pointer, one.observed, one.fails) for one in report] == [
        ("request/out-of-range", "/voice_settings/speed", 1.8, True)
    ]
    finding = report.findings[0]
    assert finding.limit.value == 1.5 and finding.limit.source.startswith("https://") and finding.start is None
    assert report.fails and not report.ok and report.failing == report.findings
    assert heylint.check_request(VIDEOS, GOOD).ok


def test_text_has_positions():
    text = json.dumps(FAST)
    for body in (text, text.encode()):
        finding = heylint.check_request(VIDEOS, body).findings[0]
        assert finding.start.line == 1 and text[finding.start.column - 1 :].startswith("1.8")


def test_a_value_that_json_cannot_represent_raises():
    with pytest.raises(TypeError, match="Object of type object is not JSON serializable"):
        heylint.check_request(VIDEOS, {"script": object()})
    with pytest.raises(TypeError, match="keys must be"):
        heylint.check_request(VIDEOS, {("a",): 1})
    for number in (float("nan"), float("inf")):
        with pytest.raises(ValueError):
            heylint.check_request(VIDEOS, {"script": number})


class Kind(str, enum.Enum):
    AVATAR = "avatar"


class Speed(float):
    def __repr__(self):
        return "Speed()"


class Number(enum.IntEnum):
    ONE = 1


@pytest.mark.parametrize(
    "body",
    [
        {**GOOD, "script": 'a "quoted" \\ line\nbreak\ttab \u0001 \x7f é 🎬 \u2028'},
        {**GOOD, "script": "é\n" * 2501},
        {**GOOD, "script": "half a pair: \ud83c"},
        {**GOOD, "type": Kind.AVATAR, "voice_settings": {"speed": Speed(1.8), "pitch": Number.ONE}},
        OrderedDict(FAST),
        {**GOOD, 1: 1, 2.5: 2, True: 3, None: 4},
        {**GOOD, "callback_id": 10**400, "title": -0.0, "seed": 1e300, "tags": (1, [], {}, None, True)},
        {**GOOD, "deep": json.loads("[" * 550 + "]" * 550)},
        [GOOD, FAST],
    ],
)
def test_a_value_gives_the_findings_of_its_json_text(body):
    of_text = heylint.check_request(None, json.dumps(body))
    assert [one.raw for one in heylint.check_request(None, body)] == without_places(of_text.raw["diagnostics"])


def test_wrong_options_raise():
    with pytest.raises(ValueError, match="POST /v3/videos"):
        heylint.check_request("POST /v3/vidoes", GOOD)
    with pytest.raises(ValueError):
        heylint.check(".", ignore=["scrpt/too-long"])
    with pytest.raises(TypeError, match="there is no option 'redy'"):
        heylint.check(".", redy=True)
    with pytest.raises(ValueError, match="never"):
        heylint.check(".", fail_on="warn")
    with pytest.raises(ValueError):
        heylint.explain("no/such")
    with pytest.raises(ValueError, match="script/too-long"):
        heylint.explain("script/to-long")
    with pytest.raises(FileNotFoundError, match="there-is-no-such-file.mp4"):
        heylint.probe("there-is-no-such-file.mp4")
    with pytest.raises(OSError, match="fixtures: "):
        heylint.probe(TOP / "fixtures")


def test_options_reach_the_check(tmp_path):
    assert heylint.check_request(VIDEOS, FAST, ignore="request/out-of-range").ok
    assert heylint.check_request(VIDEOS, FAST, fail_on="never").ok
    local = {"type": "image", "voice_id": "v", "script": "Hi", "image": {"type": "url", "url": "me.png"}}
    assert "asset/local-path" in {one.rule for one in heylint.check_request(VIDEOS, local, ready=True)}
    (tmp_path / "heylint.toml").write_text("[severity]\n\"request/out-of-range\" = \"hint\"\n")
    assert heylint.check_request(VIDEOS, FAST, config=tmp_path / "heylint.toml").findings[0].severity == "hint"


def test_a_bad_configuration_raises(tmp_path):
    (tmp_path / "heylint.toml").write_text("no-such-key = 1")
    with pytest.raises(heylint.ConfigError, match="no-such-key"):
        heylint.check(tmp_path)


def test_a_file_that_cannot_be_read_fails(tmp_path):
    report = heylint.check(tmp_path / "missing.json")
    assert report.fails and report.summary["unchecked"] == 1
    with pytest.raises(heylint.Refused):
        report.raise_for_errors()


def test_a_folder_gives_the_report_of_the_command_line():
    demo = TOP / "fixtures/demo"
    report, printed = heylint.check(demo), program("--format", "json", demo)
    assert report.raw == printed and len(report.findings) > 5 and len(report.files) == printed["summary"]["files"]


def test_objects_have_every_key_of_the_report():
    report = heylint.check(TOP / "fixtures/demo")
    names = {field.name for field in fields(heylint.Finding)}
    for finding in report:
        assert set(finding.raw) <= names
        if finding.limit:
            assert set(finding.raw["limit"]) <= {field.name for field in fields(finding.limit)}
        if finding.remedy:
            assert set(finding.raw["remedy"]) == {field.name for field in fields(finding.remedy)}
        if finding.fix:
            assert set(finding.raw["fix"]) == {field.name for field in fields(finding.fix)}
            assert [vars(edit) for edit in finding.fix.edits] == finding.raw["fix"]["edits"]
    for kind in ("limit", "remedy", "fix", "related"):
        assert any(getattr(finding, kind) for finding in report), kind
    for file, raw in zip(report.files, report.raw["files"]):
        assert vars(file) == {"requests": 0, "broken": False, **raw}


def test_probe_limits_and_explain_match_the_command_line():
    file = TOP / "fixtures/demo/assets/wall.png"
    facts = program("probe", "--format", "json", file)["files"][0]
    assert heylint.probe(file) == facts and facts["format"] == "png"
    printed = program("limits", "--isolated", "--format", "json")["limits"]
    assert [(one.name, one.value, one.seen) for one in heylint.limits()] == [
        (one["name"], one["value"], one["seen"]) for one in printed
    ]
    assert heylint.explain("script/too-long").startswith("# script/too-long")
    assert heylint.check_file(file, use="photo").raw == program("--format", "json", "--use", "photo", file)


@pytest.mark.skipif(not CORPUS.is_dir(), reason="there is no corpus beside the checkout")
def test_every_request_of_the_corpus_gives_the_report_of_the_command_line(capsys):
    rows = [(name, row) for name in ("real", "faulty", "on-limit") for row in csv.DictReader((CORPUS / f"{name}.csv").open())]
    values = 0
    for folder, row in rows:
        text = (CORPUS / folder / row["file"]).read_bytes()
        words = ["--isolated", "--format", "json", "--stdin-filename", "request.json"]
        endpoint = f"{row.get('method', 'POST')} {row['endpoint']}"
        try:
            heylint.check_request(endpoint, {})
            words += ["--endpoint", endpoint]
        except ValueError:
            endpoint = None
        printed = program(*words, "-", stdin=text)
        assert heylint.check_request(endpoint, text).raw == printed, row
        body = plain(text)
        if body is not None and not isinstance(body, str):
            found = heylint.check_request(endpoint, body).raw["diagnostics"]
            assert found == without_places(printed["diagnostics"]), row
            values += 1
    assert len(rows) > 300 and values > 300
    with capsys.disabled():
        print(f"\ncorpus: {len(rows)} texts and {values} values give the findings of the command line")


def plain(text):
    """Parses a text; None if that fails or would lose a duplicate key."""

    def pairs(items):
        if len({key for key, _ in items}) != len(items):
            raise ValueError
        return dict(items)

    try:
        return json.loads(text.decode(), object_pairs_hook=pairs)
    except (ValueError, RecursionError):
        return None


def test_the_gil_is_released():
    """One thread continues while another checks a folder."""
    done = threading.Event()
    ticks = 0

    def check():
        for _ in range(5):
            heylint.check(TOP / "fixtures")
        done.set()

    thread = threading.Thread(target=check)
    thread.start()
    while not done.is_set():
        ticks += 1
        done.wait(0.0005)
    thread.join()
    assert ticks > 10


def test_refused_lists_the_findings():
    with pytest.raises(heylint.Refused, match=r"/voice_settings/speed: error\[request/out-of-range\]") as raised:
        heylint.check_request(VIDEOS, FAST).raise_for_errors()
    assert raised.value.report.findings
    again = pickle.loads(pickle.dumps(raised.value))
    assert str(again) == str(raised.value) and again.report == raised.value.report
    assert heylint.check_request(VIDEOS, GOOD).raise_for_errors().ok


class Sent(list):
    """A transport that records the calls that reach it."""

    def httpx(self, request):
        import httpx

        self.append(str(request.url))
        return httpx.Response(200, json={})

    def requests(self):
        import requests

        class Adapter(requests.adapters.BaseAdapter):
            def send(_, request, **keywords):
                self.append(request.url)
                response = requests.Response()
                response.status_code, response.request, response.url = 200, request, request.url
                return response

            def close(_):
                pass

        session = requests.Session()
        session.mount("https://", Adapter())
        return session


def calls(client, sent, raw):
    """Makes calls that a guarded client refuses or passes through; `raw` names the keyword for bytes."""
    with pytest.raises(heylint.Refused, match="POST https://api.heygen.com/v3/videos: 1 finding") as raised:
        client.post(URL, json=FAST)
    assert raised.value.report.findings[0].pointer == "/body/voice_settings/speed"
    with pytest.raises(heylint.Refused, match="limit is 1000"):
        client.get(LIST)
    with pytest.raises(heylint.Refused, match="(?i)idempotency-key is empty"):
        client.post(URL, json=GOOD, headers={"idempotency-key": ""})
    with pytest.raises(heylint.Refused, match="no body"):
        client.post(URL)
    with pytest.raises(heylint.Refused, match="request.json:1:"):
        client.post(URL, **{raw: json.dumps(GOOD)[:-1].encode()}, headers={"content-type": "application/json"})
    assert not sent
    client.post(URL, json=GOOD, headers={"X-Api-Key": "sk_V2_0123456789abcdef0123456789abcdef", "Idempotency-Key": "one"})
    client.post("https://example.com/v3/videos", json=FAST)
    client.post("https://api.heygen.com/v3/assets", files={"file": ("a.png", b"PNG")})
    client.get(LIST.replace("1000", "10"))
    assert len(sent) == 4


def test_an_httpx_client_is_guarded():
    httpx = pytest.importorskip("httpx")
    sent = Sent()
    calls(heylint.guard(httpx.Client(transport=httpx.MockTransport(sent.httpx))), sent, "content")


def test_an_asynchronous_client_is_guarded():
    httpx = pytest.importorskip("httpx")
    import asyncio

    sent = Sent()

    async def run():
        async with heylint.guard(httpx.AsyncClient(transport=httpx.MockTransport(sent.httpx))) as client:
            assert (await client.post(URL, json=GOOD)).status_code == 200
            with pytest.raises(heylint.Refused):
                await client.post(URL, json=FAST)

    asyncio.run(run())
    assert sent == [URL]


def test_a_requests_session_is_guarded():
    pytest.importorskip("requests")
    sent = Sent()
    session = heylint.guard(sent.requests())
    calls(session, sent, "data")
    # `data=` with a text sends no content type.
    with pytest.raises(heylint.Refused):
        session.post(URL, data=json.dumps(FAST))
    session.put(URL.replace("api.heygen.com", "bucket.example.com"), data=iter([b"a stream"]))
    assert len(sent) == 5


def test_a_guard_takes_options():
    pytest.importorskip("requests")
    sent = Sent()
    heylint.guard(sent.requests(), ignore=["request/out-of-range"]).post(URL, json=FAST)
    assert sent == [URL]
    with pytest.raises(ValueError):
        heylint.guard(sent.requests(), ignore=["no/such"])
    with pytest.raises(TypeError):
        heylint.guard(object())


def test_the_pytest_fixture(pytester):
    pytester.makepyfile(
        test_bodies=f"""
        def test_good(heylint):
            heylint.valid({VIDEOS!r}, {GOOD!r})
        def test_fast(heylint):
            assert heylint.check({VIDEOS!r}, {FAST!r}).fails
            heylint.valid({VIDEOS!r}, {FAST!r})
        """
    )
    result = pytester.runpytest_subprocess("-p", "no:cacheprovider")
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(["*/voice_settings/speed: error?request/out-of-range?*"])


def test_the_example_in_the_readme_prints_what_the_readme_shows():
    text = (TOP / "bindings/python/README.md").read_text()
    code = text.split("```python\n")[1].split("```")[0]
    printed = text.split("```text\n")[1].split("```")[0]
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout == printed


def test_the_python_recipe():
    """The script of docs/recipes.md."""
    recipes = (TOP / "docs/recipes.md").read_text()
    code = recipes.split("```python\n")[1].split("```")[0]
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout == "/body/voice_settings/speed speed is 1.8, above the maximum of 1.5\n"
