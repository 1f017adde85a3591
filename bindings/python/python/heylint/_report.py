"""The JSON report as typed objects."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Iterator


@dataclass(frozen=True)
class Position:
    #: 1-based.
    line: int
    #: 1-based, in code points.
    column: int
    #: 0-based, in bytes.
    offset: int

    @classmethod
    def _of(cls, raw: dict[str, int] | None) -> Position | None:
        return None if raw is None else cls(raw["line"], raw["column"], raw["offset"])


@dataclass(frozen=True)
class Limit:
    name: str
    #: A number in `unit`, or the allowed names.
    value: Any
    unit: str | None
    #: documented, observed, inferred or configured.
    basis: str
    #: The address of the document, or the file and line of the configuration.
    source: str
    #: The short name of the document.
    document: str | None
    #: The day on which the document was last read.
    seen: str | None
    #: The day that the document describes, or `before` and a day.
    state: str | None
    note: str | None = None

    # A list of names has no hash.
    def __hash__(self) -> int:
        return hash(self.name)

    @classmethod
    def _of(cls, raw: dict[str, Any]) -> Limit:
        source, document = raw["source"], raw.get("document")
        if raw.get("url"):
            source, document = raw["url"], raw["source"]
        return cls(
            raw["name"], raw["value"], raw.get("unit"), raw["basis"], source, document, raw.get("seen"), raw.get("state"),
            raw.get("note"),
        )


@dataclass(frozen=True)
class Related:
    message: str
    file: str
    record: int | None
    pointer: str | None
    start: Position | None
    end: Position | None

    @classmethod
    def _of(cls, raw: dict[str, Any]) -> Related:
        start, end = Position._of(raw["start"]), Position._of(raw["end"])
        return cls(raw["message"], raw["file"], raw["record"], raw["pointer"], start, end)


@dataclass(frozen=True)
class Edit:
    file: str
    start_offset: int
    end_offset: int
    text: str


@dataclass(frozen=True)
class Rename:
    from_: str
    to: str


@dataclass(frozen=True)
class Fix:
    title: str
    #: Whether the request keeps its meaning.
    safe: bool
    edits: tuple[Edit, ...]
    rename: Rename | None

    @classmethod
    def _of(cls, raw: dict[str, Any]) -> Fix:
        edits = (Edit(one["file"], one["start_offset"], one["end_offset"], one["text"]) for one in raw["edits"])
        rename = raw["rename"] and Rename(raw["rename"]["from"], raw["rename"]["to"])
        return cls(raw["title"], raw["safe"], tuple(edits), rename)


@dataclass(frozen=True)
class Source:
    """Where a request was extracted from, if its file is not JSON."""

    #: curl, postman, python …
    form: str
    #: line 12, cell 3
    place: str


@dataclass(frozen=True)
class Remedy:
    """How to make a media file fit every place that uses it."""

    #: What the steps do, in words.
    summary: str
    #: For each: the program, its arguments, what it reads and writes, what it changes and loses.
    steps: tuple[dict[str, Any], ...]
    #: The steps as one shell command.
    command: str | None
    #: What remains to be done by hand afterwards.
    next: str | None


@dataclass(frozen=True)
class Finding:
    rule: str
    #: error, warning or hint.
    severity: str
    #: Whether the finding fails the check.
    fails: bool
    message: str
    file: str
    #: 0-based index of a request in a manifest.
    record: int | None
    #: RFC 6901.
    pointer: str | None
    start: Position | None
    end: Position | None
    observed: Any
    limit: Limit | None
    #: The error code that the service would return.
    prevents: str | None
    help: str | None
    related: tuple[Related, ...]
    fix: Fix | None
    source: Source | None
    remedy: Remedy | None
    #: The profile that the finding comes from, if the file was checked against several.
    profile: str | None
    #: Stays the same when lines move; unique within a report.
    fingerprint: str
    #: The page of the rule.
    url: str
    #: The finding in the JSON report.
    raw: dict[str, Any] = field(repr=False, compare=False)

    @classmethod
    def _of(cls, raw: dict[str, Any]) -> Finding:
        limit, fix, source, remedy = raw["limit"], raw["fix"], raw["source"], raw.get("remedy")
        return cls(
            rule=raw["rule"], severity=raw["severity"], fails=raw["fails"], message=raw["message"], file=raw["file"],
            record=raw["record"], pointer=raw["pointer"], start=Position._of(raw["start"]), end=Position._of(raw["end"]),
            observed=raw["observed"], limit=limit and Limit._of(limit), prevents=raw["prevents"], help=raw["help"],
            related=tuple(Related._of(one) for one in raw["related"]), fix=fix and Fix._of(fix),
            source=source and Source(source["form"], source["place"]),
            remedy=remedy and Remedy(remedy["summary"], tuple(remedy["steps"]), remedy["command"], remedy["next"]),
            profile=raw.get("profile"), fingerprint=raw["fingerprint"], url=raw["url"], raw=raw,
        )

    # Some fields are dicts or lists, which have no hash.
    def __hash__(self) -> int:
        return hash(self.fingerprint)

    def __str__(self) -> str:
        if self.start is not None:
            place = f"{self.file}:{self.start.line}:{self.start.column}"
        else:
            place = self.pointer or self.file
        return f"{place}: {self.severity}[{self.rule}] {self.message}" + (f" (help: {self.help})" if self.help else "")


@dataclass(frozen=True)
class File:
    path: str
    #: media, request, manifest or other.
    kind: str
    #: The format of a media file, according to its bytes.
    format: str | None
    size_bytes: int
    #: The properties read from a media file.
    facts: dict[str, Any] | None
    #: The number of requests in the file.
    requests: int
    #: Whether the file is a JSON document that does not parse.
    broken: bool

    @classmethod
    def _of(cls, raw: dict[str, Any]) -> File:
        requests, broken = raw.get("requests", 0), raw.get("broken", False)
        return cls(raw["path"], raw["kind"], raw["format"], raw["size_bytes"], raw["facts"], requests, broken)


class Refused(ValueError):
    """Raised when a check fails or something could not be read. `report` has all findings."""

    def __init__(self, report: Report, call: str | None = None) -> None:
        self.report = report
        failing = report.failing
        many = "1 finding" if len(failing) == 1 else f"{len(failing)} findings"
        head = f"{call}: {many}" if call else many
        super().__init__("\n  ".join([head, *map(str, failing)]))

    def __reduce__(self) -> Any:
        return _refused, (self.report, self.args[0])


def _refused(report: Report, message: str) -> Refused:
    refused = Refused(report)
    refused.args = (message,)
    return refused


class Report:
    """The result of a check: the findings, the files, the counts."""

    #: Whether a finding fails the check or something could not be read.
    fails: bool

    def __init__(self, fails: bool, text: str) -> None:
        self.fails = fails
        self._text = text

    @classmethod
    def _of(cls, answer: tuple[bool, str]) -> Report:
        return cls(*answer)

    @cached_property
    def raw(self) -> dict[str, Any]:
        """The JSON report."""
        raw: dict[str, Any] = json.loads(self._text)
        return raw

    @cached_property
    def findings(self) -> tuple[Finding, ...]:
        return tuple(map(Finding._of, self.raw["diagnostics"]))

    @cached_property
    def files(self) -> tuple[File, ...]:
        """Every file that heylint looked at."""
        return tuple(map(File._of, self.raw["files"]))

    @property
    def summary(self) -> dict[str, Any]:
        """Counts: files, requests, errors, warnings, hints, suppressed, baselined, unchecked …"""
        summary: dict[str, Any] = self.raw["summary"]
        return summary

    @property
    def ok(self) -> bool:
        """Whether everything was checked and nothing fails the check."""
        return not self.fails

    @property
    def failing(self) -> tuple[Finding, ...]:
        """The findings that fail the check."""
        return tuple(finding for finding in self.findings if finding.fails)

    def raise_for_errors(self, call: str | None = None) -> Report:
        """Raises `Refused` if the check fails; returns the report otherwise."""
        if self.fails:
            raise Refused(self, call)
        return self

    def __iter__(self) -> Iterator[Finding]:
        return iter(self.findings)

    def __len__(self) -> int:
        return len(self.findings)

    def __bool__(self) -> bool:
        # `if report:` could mean that there are findings, or that there are none.
        raise TypeError("a report is neither true nor false; ask report.ok or report.fails")

    def __eq__(self, other: object) -> bool:
        return self.raw == other.raw if isinstance(other, Report) else NotImplemented

    def __hash__(self) -> int:
        return hash(tuple(finding.fingerprint for finding in self.findings))

    def __str__(self) -> str:
        return "\n".join(map(str, self.findings)) or "no findings"

    def __repr__(self) -> str:
        many = "1 finding" if len(self) == 1 else f"{len(self)} findings"
        return f"<heylint.Report: {many}, {'fails' if self.fails else 'ok'}>"

    def __getstate__(self) -> tuple[bool, str]:
        return self.fails, self._text

    def __setstate__(self, state: tuple[bool, str]) -> None:
        self.fails, self._text = state
