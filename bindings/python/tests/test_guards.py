"""Tests that no faulty call gets past a guard and that a guard changes no valid call."""

import asyncio
import io
import json
import os
import re
import tempfile
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

import heylint
from test_heylint import FAST, GOOD, URL, Sent

httpx = pytest.importorskip("httpx")
requests = pytest.importorskip("requests")
TEXT = json.dumps(FAST).encode()
FINE = json.dumps(GOOD).encode()
JSON = {"content-type": "application/json"}
#: The random boundary between the parts of a form.
BOUNDARY = "[0-9a-f]{32}"
FILE = b"\x89PNG" + os.urandom(300_000)


def pieces(text, size=7):
    yield b""
    for at in range(0, len(text), size):
        yield text[at : at + size]


class Pipe(io.RawIOBase):
    """A file that cannot be read twice, such as a pipe."""

    def __init__(self, text):
        self.rest = io.BytesIO(text)

    def readable(self):
        return True

    def readinto(self, room):
        return self.rest.readinto(room)


class Guarded:
    """A guarded client that records what it sends."""

    def __init__(self, name, guard=True):
        self.name, self.sent = name, []
        take = heylint.guard if guard else lambda client: client
        if name == "requests":
            noted = Sent()
            session = noted.requests()
            session.mount("http://", session.get_adapter("https://"))
            adapter = session.get_adapter("https://")
            session.get_adapter = lambda url: self
            self.adapter = adapter
            self.client = take(session)
        elif name == "httpx":
            self.client = take(httpx.Client(transport=httpx.MockTransport(self.answer)))
        else:
            self.client = take(httpx.AsyncClient(transport=httpx.MockTransport(self.answer_soon)))

    def send(self, request, **keywords):
        body = request.body
        if body is not None and not isinstance(body, (bytes, str, bytearray)):
            body = body.read() if hasattr(body, "read") else b"".join(body)
        self.sent.append((request.url, dict(request.headers), body.encode() if isinstance(body, str) else bytes(body or b"")))
        return self.adapter.send(request, **keywords)

    def answer(self, request):
        self.sent.append((str(request.url), dict(request.headers), b"".join(request.stream)))
        return httpx.Response(200, json={})

    async def answer_soon(self, request):
        body = b"".join([chunk async for chunk in request.stream])
        self.sent.append((str(request.url), dict(request.headers), body))
        return httpx.Response(200, json={})

    def call(self, method, url, *, body=None, **keywords):
        if body is not None:
            keywords["data" if self.name == "requests" else "content"] = body
        called = self.client.request(method, url, **keywords)
        if self.name == "async":
                return asyncio.run(called)
        return called

    def stream(self, chunks):
        """A generator of the kind that the client takes."""
        if self.name != "async":
            return (chunk for chunk in chunks)

        async def soon():
            for chunk in chunks:
                yield chunk

        return soon()


@pytest.fixture(params=["httpx", "async", "requests"])
def guarded(request):
    return Guarded(request.param)


HOSTS = [
    "https://API.HeyGen.com/v3/videos", "HTTPS://api.heygen.com/v3/videos", "https://api.heygen.com:443/v3/videos",
    "https://api.heygen.com./v3/videos", "https://API.heygen.com.:443/v3/videos", "https://me:secret@api.heygen.com/v3/videos",
    "http://api.heygen.com/v3/videos", "https://api.heygen.com:8443/v3/videos", "https://api.heygen.com/v3/videos/",
    "https://api.heygen.com/v3/videos?a=b#c", "https://eu.api.heygen.com/v3/videos", " https://api.heygen.com/v3/videos",
]


@pytest.mark.parametrize("url", HOSTS)
def test_a_host_is_recognised_however_it_is_written(guarded, url):
    if url.startswith(" ") and guarded.name != "requests":
        pytest.skip("httpx takes no space")
    with pytest.raises(heylint.Refused) as raised:
        guarded.call("POST", url, json=FAST)
    assert "speed is 1.8" in str(raised.value) and "secret" not in str(raised.value)
    assert not guarded.sent


@pytest.mark.parametrize(
    "url",
    [
        "https://api.heygen.com.example/v3/videos", "https://xapi.heygen.com/v3/videos", "https://example.com/api.heygen.com/v3/videos",
        "https://api.heygen.com@example.com/v3/videos", "https://example.com/?u=https://api.heygen.com/v3/videos",
        "https://example.com/#@api.heygen.com/v3/videos", "https://www.heygen.com/v3/videos", "https://müller.example/v3/videos",
    ],
)
def test_calls_to_other_hosts_pass(guarded, url):
    guarded.call("POST", url, json=FAST)
    assert json.loads(guarded.sent[0][2]) == FAST


def faulty_calls(guarded):
    """A faulty body in every form that a client takes."""
    yield {"json": FAST}
    yield {"body": TEXT}
    yield {"body": TEXT.decode()}
    yield {"body": TEXT, "headers": {"Content-Type": "application/json; charset=utf-8"}}
    yield {"body": TEXT, "headers": {"CONTENT-TYPE": "APPLICATION/JSON"}}
    yield {"body": TEXT, "headers": {"content-type": "application/vnd.api+json"}}
    yield {"body": TEXT, "headers": {"content-type": "text/plain"}}
    for headers in ({}, JSON):
        yield {"body": guarded.stream(pieces(TEXT)), "headers": headers}
        yield {"body": guarded.stream([b"  \n\t", b"", TEXT]), "headers": headers}
        yield {"body": guarded.stream([TEXT]), "headers": headers}
    yield {"body": guarded.stream([b"\xef\xbb\xbf" + TEXT]), "headers": JSON}
    if guarded.name != "async":
        for headers in ({}, JSON):
            yield {"body": io.BytesIO(TEXT), "headers": headers}
            yield {"body": io.BufferedReader(Pipe(TEXT)), "headers": headers}
            file = tempfile.TemporaryFile()
            file.write(b"skipped" + TEXT)
            file.seek(7)
            yield {"body": file, "headers": headers}
    if guarded.name == "requests":
        yield {"body": io.StringIO(TEXT.decode()), "headers": JSON}
        yield {"body": bytearray(TEXT)}


def test_a_faulty_body_is_refused_in_every_form(guarded):
    seen = 0
    for keywords in faulty_calls(guarded):
        with pytest.raises(heylint.Refused) as raised:
            guarded.call("POST", URL, **keywords)
        assert "speed" in str(raised.value) or "byte order mark" in str(raised.value), (keywords, raised.value)
        assert not guarded.sent, keywords
        seen += 1
    assert seen >= 13


def test_a_valid_body_is_sent_unchanged_in_every_form(guarded):
    """Body and headers equal those of a client without a guard."""
    bare = Guarded(guarded.name, guard=False)

    def forms(client):
        yield {"json": GOOD}
        yield {"body": FINE}
        yield {"body": FINE.decode(), "headers": JSON}
        yield {"body": client.stream(pieces(FINE))}
        yield {"body": client.stream(pieces(FINE)), "headers": JSON}
        if client.name != "async":
            yield {"body": io.BytesIO(FINE)}
            yield {"body": io.BufferedReader(Pipe(FINE)), "headers": JSON}
            file = io.BytesIO(b"skipped" + FINE)
            file.seek(7)
            yield {"body": file, "headers": JSON}

    calls = list(zip(forms(guarded), forms(bare)))
    for ours, theirs in calls:
        guarded.call("POST", URL, **ours)
        bare.call("POST", URL, **theirs)
    for ours, theirs in zip(guarded.sent, bare.sent):
        assert ours == theirs
    assert len(guarded.sent) == len(calls)


def test_a_form_is_refused_where_the_endpoint_takes_json(guarded):
    for keywords in [{"data": GOOD}, {"data": {"name": "value"}}, {"files": {"file": ("a.png", FILE)}}]:
        with pytest.raises(heylint.Refused) as raised:
            guarded.call("POST", URL, **keywords)
        (found,) = raised.value.report.findings
        assert (found.rule, found.pointer.lower()) == ("request/not-json", "/headers/content-type")
    assert not guarded.sent


def test_files_are_sent_unchanged(guarded):
    bare = Guarded(guarded.name, guard=False)
    assets = "https://api.heygen.com/v3/assets"

    def forms(client):
        yield {"body": FILE, "headers": {"content-type": "image/png"}}
        yield {"body": client.stream(pieces(FILE, 10_000)), "headers": {"content-type": "image/png"}}
        yield {"body": client.stream(pieces(FILE, 10_000))}
        if client.name != "async":
            yield {"body": io.BytesIO(FILE)}
            yield {"body": io.BytesIO(FILE), "headers": {"content-type": "image/png"}}
            yield {"body": io.BufferedReader(Pipe(FILE))}
        yield {"files": {"file": ("a.png", FILE)}, "headers": {"content-type": "multipart/form-data; boundary=x"}}
        yield {"files": {"file": ("a.png", FILE)}}
        yield {"data": {"name": "value"}}

    for ours, theirs in zip(forms(guarded), forms(bare)):
        guarded.call("POST", assets, **ours)
        bare.call("POST", assets, **theirs)
    for (*ours, body), (*theirs, other) in zip(guarded.sent, bare.sent):
        assert re.sub(BOUNDARY, "", str(ours)) == re.sub(BOUNDARY, "", str(theirs))
        assert re.sub(BOUNDARY.encode(), b"", body) == re.sub(BOUNDARY.encode(), b"", other)
    assert len(guarded.sent) >= 5


def test_a_file_is_not_read_into_memory(guarded):
    """A stream that is not JSON is not read beyond its first chunk."""
    taken = []

    def chunks():
        for at in range(1000):
            taken.append(at)
            yield b"\0" * 1000

    class Stop(Exception):
        pass

    def stop(*_, **__):
        raise Stop

    async def stop_soon(*_):
        stop()

    if guarded.name == "requests":
        guarded.send = stop
    elif guarded.name == "httpx":
        guarded.client = heylint.guard(httpx.Client(transport=httpx.MockTransport(stop)))
        guarded.client._transport.handle_request = stop
    else:
        guarded.client = heylint.guard(httpx.AsyncClient(transport=httpx.MockTransport(stop_soon)))
        guarded.client._transport.handle_async_request = stop_soon
    with pytest.raises(Stop):
        guarded.call("POST", "https://upload.heygen.com/v1/asset", body=guarded.stream(chunks()))
    assert len(taken) <= 1


def test_an_exception_of_the_body_is_passed_on(guarded):
    def broken():
        yield b"{"
        raise LookupError("mine")

    with pytest.raises(LookupError, match="mine"):
        guarded.call("POST", URL, body=guarded.stream(broken()))


def test_errors_of_httpx_itself_are_passed_on():
    async def soon():
        yield TEXT

    client = Guarded("httpx").client
    with pytest.raises(RuntimeError, match="async request with a"):
        client.post(URL, content=soon())
    with pytest.raises(RuntimeError, match="sync request with an"):
        Guarded("async").call("POST", URL, body=iter([TEXT]))


def test_every_way_to_send_a_call_is_guarded():
    guarded = Guarded("httpx")
    client = guarded.client
    with pytest.raises(heylint.Refused):
        client.send(client.build_request("POST", URL, json=FAST))
    with pytest.raises(heylint.Refused):
        client.send(httpx.Request("POST", URL, json=FAST))
    with pytest.raises(heylint.Refused):
        with client.stream("POST", URL, json=FAST):
            pass
    based = heylint.guard(httpx.Client(transport=httpx.MockTransport(guarded.answer), base_url="https://api.heygen.com/v3"))
    for path in ("videos", "/videos", URL):
        with pytest.raises(heylint.Refused):
            based.post(path, json=FAST)
    mounted = heylint.guard(httpx.Client(mounts={"all://": httpx.MockTransport(guarded.answer)}))
    with pytest.raises(heylint.Refused):
        mounted.post(URL, json=FAST)
    hooked = []
    theirs = httpx.Client(transport=httpx.MockTransport(guarded.answer), event_hooks={"request": [hooked.append]})
    with pytest.raises(heylint.Refused):
        heylint.guard(theirs).post(URL, json=FAST)
    assert len(hooked) == 1 and not guarded.sent

    guarded = Guarded("requests")
    session = guarded.client
    with pytest.raises(heylint.Refused):
        session.send(session.prepare_request(requests.Request("POST", URL, json=FAST)))
    with pytest.raises(heylint.Refused):
        session.send(requests.Request("POST", URL, json=FAST).prepare())

    def changed(prepared):
        prepared.prepare_body(json.dumps(FAST), None)
        return prepared

    with pytest.raises(heylint.Refused):
        session.post(URL, json=GOOD, auth=changed)
    assert not guarded.sent


@pytest.mark.parametrize("name", ["httpx", "async"])
def test_hooks_that_are_set_later_do_not_replace_the_guard(name):
    seen = []
    for change in ("all", "those of requests"):
        guarded = Guarded(name)

        async def soon(request):
            seen.append(change)

        hook = soon if name == "async" else lambda request: seen.append(change)
        if change == "all":
            guarded.client.event_hooks = {"request": [hook]}
        else:
            guarded.client.event_hooks["request"] = [hook]
        for _ in range(2):
            with pytest.raises(heylint.Refused):
                guarded.call("POST", URL, json=FAST)
        guarded.call("POST", URL, json=GOOD)
        assert len(guarded.sent) == 1
        assert len(guarded.client.event_hooks["request"]) == 2
    assert seen == ["all"] * 3 + ["those of requests"] * 3


def test_a_session_can_be_guarded_twice():
    guarded = Guarded("requests")
    with guarded.client as session:
        heylint.guard(session, ignore=["request/out-of-range"])
        with pytest.raises(heylint.Refused):
            session.post(URL, json=FAST)
        session.post(URL, json=GOOD, headers={"X-Api-Key": b"sk_V2_0123456789abcdef"})
    assert len(guarded.sent) == 1


class Server(ThreadingHTTPServer):
    """A server that redirects calls to the API and records them."""

    def __init__(self, target):
        self.seen, self.target = [], target
        super().__init__(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.serve_forever, daemon=True).start()


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        body = b""
        if self.headers.get("transfer-encoding") == "chunked":
            while size := int(self.rfile.readline(), 16):
                body += self.rfile.read(size)
                self.rfile.readline()
            self.rfile.readline()
        else:
            body = self.rfile.read(int(self.headers.get("content-length", 0)))
        self.server.seen.append((dict(self.headers), body))
        self.send_response(307 if self.path == "/v3/videos" else 200)
        if self.path == "/v3/videos":
            self.send_header("location", self.server.target)
        self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


@pytest.fixture
def redirects():
    server = Server(URL)
    yield server
    server.shutdown()
    server.server_close()


def test_a_redirect_to_the_api_is_refused(redirects):
    """The call to the other host is sent; the redirected call to the API is not."""
    address = f"http://127.0.0.1:{redirects.server_port}/v3/videos"

    async def run():
        async with heylint.guard(httpx.AsyncClient(follow_redirects=True)) as client:
            await client.post(address, json=FAST)

    for call in (
        lambda: heylint.guard(httpx.Client(follow_redirects=True)).post(address, json=FAST),
        lambda: asyncio.run(run()),
        lambda: heylint.guard(requests.Session()).post(address, json=FAST),
        lambda: heylint.guard(requests.Session()).post(address, data=io.BytesIO(TEXT)),
    ):
        with pytest.raises(heylint.Refused, match="speed is 1.8"):
            call()
    assert [json.loads(body) for _, body in redirects.seen] == [FAST] * 4


def test_streams_over_a_real_connection(redirects, monkeypatch):
    """A server receives the bytes that were passed to the client."""
    address = f"http://127.0.0.1:{redirects.server_port}/v1/asset"
    # The guard treats the server as the API.
    real = heylint._guard._heylint
    fake = type("Engine", (), {"is_service": staticmethod(lambda url: True),
                               "check_call": staticmethod(lambda method, url, *rest: real.check_call(method, URL, *rest))})
    monkeypatch.setattr(heylint._guard, "_heylint", fake)

    async def soon(chunks):
        for chunk in chunks:
            yield chunk

    async def run(content):
        async with heylint.guard(httpx.AsyncClient()) as client:
            await client.post(address, content=soon(content))

    expected = []
    for body in (FINE, FILE):
        heylint.guard(httpx.Client()).post(address, content=pieces(body, 10_000))
        heylint.guard(httpx.Client()).post(address, content=io.BytesIO(body))
        asyncio.run(run(pieces(body, 10_000)))
        session = heylint.guard(requests.Session())
        session.post(address, data=pieces(body, 10_000))
        session.post(address, data=io.BytesIO(body))
        session.post(address, data=io.BufferedReader(Pipe(body)))
        expected += [body] * 6
    assert [body for _, body in redirects.seen] == expected
