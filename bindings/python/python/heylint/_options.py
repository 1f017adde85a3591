"""The options of a check."""

from __future__ import annotations

from os import PathLike, fspath
from typing import Any, Iterable, Mapping, TypedDict, Union

Path = Union[str, "PathLike[str]"]


class Options(TypedDict, total=False):
    """The options of `heylint check`, as keywords."""

    #: What media files are for that no request refers to: `photo`, `speech` …
    use: str | None
    #: Requests must be sendable as they stand: no placeholder, no local path.
    ready: bool
    #: How far media files are read: `header`, `full` (the default) or `decode`.
    depth: str
    #: Only findings of these rules or subjects.
    select: Iterable[str]
    #: Rules or subjects whose findings are left out.
    ignore: Iterable[str]
    #: The least severity that fails: `error` (the default), `warning`, `hint`, or `never`.
    fail_on: str
    #: References may lead out of the project.
    allow_outside: bool
    #: This configuration in place of the nearest `heylint.toml`.
    config: Path | None
    #: No configuration.
    isolated: bool
    #: Threads; as many as there are cores by default.
    jobs: int | None
    #: The time that expiry dates are held against, in seconds since 1970; the clock by default.
    now: int | None


_NAMES = frozenset(Options.__annotations__)


def given(options: Mapping[str, Any], endpoint: str | None = None) -> dict[str, Any]:
    """The options as the extension module takes them."""
    taken = {name: value for name, value in options.items() if value is not None}
    for name in taken:
        if name not in _NAMES:
            raise TypeError(f"there is no option {name!r}; the options are {', '.join(sorted(_NAMES))}")
    taken.setdefault("isolated", False)
    if endpoint is not None:
        taken["endpoint"] = endpoint
    for name in ("select", "ignore"):
        if name in taken:
            taken[name] = [taken[name]] if isinstance(taken[name], str) else list(taken[name])
    if "config" in taken:
        taken["config"] = fspath(taken["config"])
    return taken
