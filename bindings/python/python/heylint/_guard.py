"""Refuses a faulty call to the API before it is sent."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Iterable, TypeVar

from . import _heylint
from ._options import Options, given
from ._report import Report

if TYPE_CHECKING:
    from typing_extensions import Unpack

Client = TypeVar("Client")


def guard(client: Client, **options: Unpack[Options]) -> Client:
    """Makes a client refuse faulty calls to the API, and returns it.

    `heylint.guard(httpx.Client())`, `heylint.guard(httpx.AsyncClient())`, `heylint.guard(requests.Session())`: a call with
    findings that fail the check raises `heylint.Refused` before anything is sent. Calls to other hosts, and
    bodies that are not JSON, pass through unchecked. Placeholders and local paths are findings too, unless `ready=False`.
    """
    taken = given({"isolated": True, "ready": True, **options})
    # Raises on a misspelled option now, not at the first call.
    _heylint.check_value({}, taken)

    def refuse(method: str, url: str, headers: Iterable[tuple[str, str]], body: bytes | None) -> None:
        answer = _heylint.check_call(method, url, list(headers), body, taken)
        if answer is not None:
            Report._of(answer).raise_for_errors(f"{method} {url.split('?')[0]}")

    if hasattr(client, "event_hooks"):
        _guard_httpx(client, refuse)
    elif hasattr(client, "get_adapter") and hasattr(client, "send"):
        _guard_session(client, refuse)
    else:
        raise TypeError(f"guard takes an httpx client or a requests session, not {type(client).__name__}")
    return client


def _reads(url: str, kind: str) -> bool:
    """Whether to read the body. Other content types may be files, or streams that can be read only once."""
    return _heylint.is_service(url) and (not kind or "json" in kind.lower() or kind.lower().startswith("text/plain"))


def _guard_httpx(client: Any, refuse: Any) -> None:
    def reads(request: Any) -> bool:
        return _reads(str(request.url), request.headers.get("content-type", ""))

    def ask(request: Any) -> None:
        body = request.read() if reads(request) else None
        refuse(request.method, str(request.url), request.headers.items(), body)

    async def ask_soon(request: Any) -> None:
        body = await request.aread() if reads(request) else None
        refuse(request.method, str(request.url), request.headers.items(), body)

    hooks = client.event_hooks
    ours = ask_soon if hasattr(client, "aclose") else ask
    client.event_hooks = {**hooks, "request": [*hooks.get("request", []), ours]}


def _guard_session(session: Any, refuse: Any) -> None:
    send = session.send

    def guarded(request: Any, **keywords: Any) -> Any:
        body = request.body.encode() if isinstance(request.body, str) else request.body
        # A stream can be read only once, so it passes through unchecked.
        if body is None or isinstance(body, bytes):
            headers = [(_text(name), _text(value)) for name, value in request.headers.items()]
            refuse(request.method, request.url, headers, body)
        return send(request, **keywords)

    session.send = guarded


def _text(value: str | bytes) -> str:
    return value if isinstance(value, str) else value.decode("latin-1")
