"""The options of a check."""

from __future__ import annotations

from os import PathLike, fspath
from typing import Any, Iterable, Mapping, TypedDict, Union

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


def given(options: Mapping[str, Any], endpoint: str | None = None) -> dict[str, Any]:
    """Converts options to what the extension module expects."""
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
