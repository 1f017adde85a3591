"""Refuses a faulty call to the API before it is sent."""

from __future__ import annotations

import re
from itertools import chain
from typing import TYPE_CHECKING, Any, AsyncIterator, Callable, Iterable, Iterator, TypeVar

from . import _heylint
from ._options import Options, given
from ._report import Report

if TYPE_CHECKING:
    from typing_extensions import Unpack

Client = TypeVar("Client")
Refuse = Callable[[str, str, Iterable["tuple[str, str]"], "bytes | None"], None]

#: A longer stream is a file, not a request.
_MOST = 64 << 20
_USER = re.compile("//[^/]*@")
_SPACE = b" \t\r\n\xef\xbb\xbf"


def guard(client: Client, **options: Unpack[Options]) -> Client:
    """Makes a client refuse faulty calls to the API, and returns it.

    `heylint.guard(httpx.Client())`, `heylint.guard(httpx.AsyncClient())`, `heylint.guard(requests.Session())`: a call with
    findings that fail the check raises `heylint.Refused` before anything is sent, and so does a form where the endpoint
    takes JSON. Calls to other hosts, and files, pass through unchecked. Placeholders and local paths are findings too,
    unless `ready=False`.
    """
    taken = given({"isolated": True, "ready": True, **options})

    def refuse(method: str, url: str, headers: Iterable[tuple[str, str]], body: bytes | None) -> None:
        answer = _heylint.check_call(method, url, list(headers), body, taken)
        if answer is not None:
            # The query and the user information may be secret.
            Report._of(answer).raise_for_errors(f"{method} {_USER.sub('//', url.split('?')[0])}")

    if hasattr(client, "event_hooks"):
        _guard_httpx(client, refuse)
    elif hasattr(client, "get_adapter") and hasattr(client, "send"):
        _guard_session(client, refuse)
    else:
        raise TypeError(f"guard takes an httpx client or a requests session, not {type(client).__name__}")
    return client


class _Stream:
    """A streamed body. The guard reads it as far as needed to tell whether it is JSON; the chunks read are sent first."""

    def __init__(self, kind: str) -> None:
        self._chunks: list[Any] = []
        self._size = 0
        self._begun = "json" in kind.lower()
        self._sent = False
        self.may_be_json = True

    def take(self, chunk: Any) -> None:
        self._chunks.append(chunk)
        self._size += len(chunk)
        if not self._begun and (start := _bytes(chunk).lstrip(_SPACE)):
            self._begun = True
            self.may_be_json = start[:1] in (b"{", b"[")
        if self._size > _MOST:
            self.may_be_json = False

    def body(self) -> bytes:
        return b"".join(map(_bytes, self._chunks))

    def again(self) -> list[Any]:
        """The chunks read so far, to send them; more than once only if there are no others."""
        if self._sent and not self.may_be_json:
            raise RuntimeError("a body that is a stream can be sent once only")
        self._sent = True
        return self._chunks


def _bytes(chunk: Any) -> bytes:
    return chunk.encode() if isinstance(chunk, str) else bytes(chunk)


def _stream(url: str, kind: str) -> _Stream | None:
    """Reads the streamed body of a call, if it may be JSON. Bodies of other content types are files or forms."""
    may_be_json = not kind or "json" in kind.lower() or kind.lower().startswith("text/plain")
    return _Stream(kind) if may_be_json and _heylint.is_service(url) else None


def _guard_httpx(client: Any, refuse: Refuse) -> None:
    import httpx

    class Again(httpx.SyncByteStream):
        def __init__(self, taken: _Stream, rest: Iterator[bytes], stream: Any) -> None:
            self.taken, self.rest, self.stream = taken, rest, stream

        def __iter__(self) -> Iterator[bytes]:
            return chain(self.taken.again(), self.rest)

        def close(self) -> None:
            self.stream.close()

    class AgainSoon(httpx.AsyncByteStream):
        def __init__(self, taken: _Stream, rest: AsyncIterator[bytes], stream: Any) -> None:
            self.taken, self.rest, self.stream = taken, rest, stream

        async def __aiter__(self) -> AsyncIterator[bytes]:
            for chunk in self.taken.again():
                yield chunk
            async for chunk in self.rest:
                yield chunk

        async def aclose(self) -> None:
            await self.stream.aclose()

    def begin(request: Any) -> tuple[str, bytes | None, _Stream | None]:
        """The address, the body if it is in memory, and a reader if it is a stream that may be JSON."""
        url = str(request.url)
        try:
            return url, request.content, None
        except httpx.RequestNotRead:
            return url, None, _stream(url, request.headers.get("content-type", ""))

    def ask(request: Any) -> None:
        url, body, taken = begin(request)
        stream = request.stream
        if taken:
            if not isinstance(stream, httpx.SyncByteStream):
                return  # httpx raises an error.
            rest = iter(stream)
            while taken.may_be_json and (chunk := next(rest, None)) is not None:
                taken.take(chunk)
            request.stream = Again(taken, rest, stream)
            if not taken.may_be_json:
                return
            body = taken.body()
        refuse(request.method, url, request.headers.items(), body)

    async def ask_soon(request: Any) -> None:
        url, body, taken = begin(request)
        stream = request.stream
        if taken:
            if not isinstance(stream, httpx.AsyncByteStream):
                return
            rest = stream.__aiter__()
            async for chunk in rest:
                taken.take(chunk)
                if not taken.may_be_json:
                    break
            request.stream = AgainSoon(taken, rest, stream)
            if not taken.may_be_json:
                return
            body = taken.body()
        refuse(request.method, url, request.headers.items(), body)

    ours = ask_soon if hasattr(client, "aclose") else ask
    send = client.send

    def guarded(request: Any, **keywords: Any) -> Any:
        # A hook sees redirects too, but a program may replace the hooks at any time.
        hooks = client.event_hooks
        before = hooks.get("request", [])
        if ours not in before:
            client.event_hooks = {**hooks, "request": [*before, ours]}
        return send(request, **keywords)

    client.send = guarded


class _SendAgain:
    """The body of a `requests` call after a part of it was read."""

    def __init__(self, taken: _Stream, rest: Iterator[Any]) -> None:
        self._taken, self._rest = taken, rest

    def __iter__(self) -> Iterator[Any]:
        return chain(self._taken.again(), self._rest)


def _guard_session(session: Any, refuse: Refuse) -> None:
    send = session.send

    def check(request: Any) -> None:
        headers = [(_text(name), _text(value)) for name, value in request.headers.items()]
        body = request.body
        if body is not None and not isinstance(body, (str, bytes, bytearray, memoryview)):
            kind = next((value for name, value in headers if name.lower() == "content-type"), "")
            taken = _stream(request.url, kind)
            if taken:
                _take(request, taken)
                if not taken.may_be_json:
                    return
            body = taken and taken.body()
        refuse(request.method, request.url, headers, None if body is None else _bytes(body))

    def guarded(request: Any, **keywords: Any) -> Any:
        check(request)
        return send(request, **keywords)

    session.send = guarded


def _take(request: Any, taken: _Stream) -> None:
    """Reads the body of a `requests` call, and restores it."""
    body = request.body
    try:
        start = body.tell()
        body.seek(start)
    except (AttributeError, OSError):
        start = None
    read = getattr(body, "read", None)
    rest = iter(lambda: read(1 << 16) or None, None) if read else iter(body)
    while taken.may_be_json and (chunk := next(rest, None)) is not None:
        taken.take(chunk)
    if start is None:
        request.body = _SendAgain(taken, rest)
    else:
        body.seek(start)


def _text(value: str | bytes) -> str:
    return value if isinstance(value, str) else value.decode("latin-1")
