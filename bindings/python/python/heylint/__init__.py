"""An offline linter for what you send to the HeyGen video API.

>>> import heylint
>>> report = heylint.check_request("POST /v3/videos", {
...     "type": "avatar", "avatar_id": "a1", "voice_id": "v1", "script": "Hi", "voice_settings": {"speed": 1.8}})
>>> [(finding.rule, finding.pointer) for finding in report]
[('request/out-of-range', '/voice_settings/speed')]
"""

from __future__ import annotations

import json
from errno import ENOENT
from os import fspath
from os.path import exists
from typing import TYPE_CHECKING, Any, Mapping, Sequence

from . import _heylint
from ._guard import guard
from ._heylint import ConfigError
from ._options import Options, Path, given, of_endpoint
from ._report import (
    Edit, File, Finding, Fix, Limit, Position, Refused, Related, Remedy, Rename, Report, Source,
)

if TYPE_CHECKING:
    from typing_extensions import Unpack

__version__: str = _heylint.version
__all__ = [
    "ConfigError", "Edit", "File", "Finding", "Fix", "Limit", "Options", "Position", "Refused", "Related", "Remedy",
    "Rename", "Report", "Source", "check", "check_file", "check_request", "explain", "guard", "limits", "probe",
]

# Tracebacks and pickles name the public module.
for _name in __all__:
    if isinstance(globals().get(_name), type):
        globals()[_name].__module__ = __name__
del _name


def check(*paths: Path, endpoint: str | None = None, **options: Unpack[Options]) -> Report:
    """Checks files and folders; the current folder by default. `Options` lists the other keywords."""
    return Report._of(_heylint.check_paths([fspath(path) for path in paths] or ["."], given(options, endpoint)))


def check_file(path: Path, **options: Unpack[Options]) -> Report:
    """Checks one file for a given use: `heylint.check_file("me.jpg", use="photo")`."""
    return Report._of(_heylint.check_paths([fspath(path)], given(options)))


def check_request(
    endpoint: str | None, body: Mapping[str, Any] | Sequence[Any] | str | bytes, **options: Unpack[Options]
) -> Report:
    """Checks a request before it is sent: `heylint.check_request("POST /v3/videos", body)`.

    The body is a dict as you would pass it to `json=`, or JSON text. Findings in a dict have pointers but no positions.
    Without an endpoint, the body is an envelope, or heylint recognises it by its fields. It reads no `heylint.toml`
    unless `config` names one.
    """
    taken = given({"isolated": True, **options}, endpoint) if options else of_endpoint(endpoint)
    if isinstance(body, (str, bytes, bytearray, memoryview)):
        text = body.encode(errors="surrogatepass") if isinstance(body, str) else bytes(body)
        return Report._of(_heylint.check_text("request.json", text, taken))
    return Report._of(_heylint.check_value(body, taken))


def probe(path: Path, *, depth: str = "full") -> dict[str, Any]:
    """The facts of a media file: format, size, dimensions, duration, tracks, faults."""
    name = fspath(path)
    try:
        facts: dict[str, Any] = json.loads(_heylint.probe(name, depth))
    except OSError as error:
        if not exists(name):
            raise FileNotFoundError(ENOENT, str(error), name) from None
        raise OSError(f"{name}: {error}") from None
    return facts


def explain(rule: str) -> str:
    """The page of a rule, in Markdown."""
    page = _heylint.explain(rule)
    if page is None:
        # Raises with the closest name.
        given({"select": rule})
        raise ValueError(f"there is no rule {rule!r}")
    return page


def limits() -> list[Limit]:
    """The limits of the service, each with its unit, basis, source and date."""
    return [Limit._of(limit) for limit in json.loads(_heylint.limits())["limits"]]
