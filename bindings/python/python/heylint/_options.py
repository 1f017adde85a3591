"""The options of a check."""

from __future__ import annotations

import json
from functools import lru_cache
from os import PathLike, fspath
from typing import Any, Iterable, Mapping, TypedDict, Union

from . import _heylint

Path = Union[str, "PathLike[str]"]


class Options(TypedDict, total=False):
    """The options of `heylint check`, as keywords."""

    #: The use of media files that no request refers to: `photo`, `speech` …
    use: str | None
    #: Also report what stops a request from being sent unchanged: placeholders, local paths.
    ready: bool
    #: How much of a media file to read: `header`, `full` (the default) or `decode`.
    depth: str
    #: Report only findings of these rules or subjects.
    select: Iterable[str]
    #: Leave out the findings of these rules or subjects.
    ignore: Iterable[str]
    #: The lowest severity that fails the check: `error` (the default), `warning`, `hint`, or `never`.
    fail_on: str
    #: Follow references that lead outside the project.
    allow_outside: bool
    #: The configuration file to use instead of the nearest `heylint.toml`.
    config: Path | None
    #: Use no configuration.
    isolated: bool
    #: The number of threads; one per core by default.
    jobs: int | None
    #: The time to compare expiry dates with, in seconds since 1970; the system clock by default.
    now: int | None


_NAMES = frozenset(Options.__annotations__)


def given(options: Mapping[str, Any], endpoint: str | None = None) -> _heylint.Options:
    """Converts options to what the extension module expects."""
    for name in options:
        if name not in _NAMES:
            raise TypeError(f"there is no option {name!r}; the options are {', '.join(sorted(_NAMES))}")
    taken = {name: value for name, value in options.items() if value is not None}
    config = taken.pop("config", None)
    if not isinstance(config, (str, PathLike, type(None))):
        raise TypeError(f"config is a path, not {type(config).__name__}")
    if endpoint is not None:
        taken["endpoint"] = endpoint
    for name, value in taken.items():
        if name in ("select", "ignore") and isinstance(value, Iterable):
            value = taken[name] = [value] if isinstance(value, str) else list(value)
        try:
            json.dumps(value)
        except (TypeError, ValueError):
            raise TypeError(f"{name} cannot be {value!r}") from None
    return _read(json.dumps(taken), None if config is None else fspath(config))


@lru_cache(maxsize=128)
def _read(text: str, config: str | None) -> _heylint.Options:
    return _heylint.Options(text, config)


@lru_cache(maxsize=128)
def of_endpoint(endpoint: str | None) -> _heylint.Options:
    """The default options for a request to this endpoint."""
    return given({"isolated": True}, endpoint)
