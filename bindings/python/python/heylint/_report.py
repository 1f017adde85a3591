"""What a check found, as objects. They have everything that the JSON report has."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
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
    #: A number in the unit, or the names that are allowed.
    value: Any
    unit: str | None
    #: documented, observed, inferred or configured.
    basis: str
    #: The address of the document, or file and line of the configuration.
    source: str
    #: The short name of the document.
    document: str | None
    #: When it was last read there.
    seen: str | None
    #: The state that the document was in then: a day, or `before` and a day.
    state: str | None
    note: str | None = None

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
    #: The request keeps its meaning.
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
    """A request that was taken out of a file of another form."""

    #: curl, postman, python …
    form: str
    #: line 12, cell 3
    place: str


@dataclass(frozen=True)
class Remedy:
    """How a media file is mended for all places that use it."""

    #: What the steps do, in words.
    summary: str
    #: Programs with their arguments, what they read and write, what they change and lose.
    steps: tuple[dict[str, Any], ...]
    #: The steps as a line for a shell.
    command: str | None
    #: What is left to do then.
    next: str | None


@dataclass(frozen=True)
class Finding:
    rule: str
    #: error, warning or hint.
    severity: str
    #: It fails the check.
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
    #: The error code that the service would answer with.
    prevents: str | None
    help: str | None
    related: tuple[Related, ...]
    fix: Fix | None
    source: Source | None
    remedy: Remedy | None
    #: The profile that it comes from, where a file was held against several.
    profile: str | None
    #: Stays the same when lines move; unique within a report.
    fingerprint: str
    #: The page of the rule.
    url: str
    #: The finding as the JSON report has it.
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
    #: The real format of a media file.
    format: str | None
    size_bytes: int
    #: What the bytes of a media file say.
    facts: dict[str, Any] | None
    #: How many requests it holds.
    requests: int
    #: It is one text of JSON and does not parse.
    broken: bool

    @classmethod
    def _of(cls, raw: dict[str, Any]) -> File:
        requests, broken = raw.get("requests", 0), raw.get("broken", False)
        return cls(raw["path"], raw["kind"], raw["format"], raw["size_bytes"], raw["facts"], requests, broken)


class Refused(ValueError):
    """A check has findings that fail it, or something could not be read. `report` has them all."""

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


@dataclass(frozen=True)
class Report:
    findings: tuple[Finding, ...]
    #: Every file that was looked at.
    files: tuple[File, ...]
    #: Counts: files, requests, errors, warnings, hints, suppressed, baselined, unchecked.
    summary: dict[str, Any]
    #: A finding fails the check, or something could not be read.
    fails: bool
    #: The JSON report.
    raw: dict[str, Any] = field(repr=False, compare=False)

    @classmethod
    def _of(cls, answer: tuple[bool, str]) -> Report:
        fails, text = answer
        raw = json.loads(text)
        findings = tuple(map(Finding._of, raw["diagnostics"]))
        return cls(findings, tuple(map(File._of, raw["files"])), raw["summary"], fails or raw["summary"]["unchecked"] > 0, raw)

    @property
    def ok(self) -> bool:
        """Everything was checked, and nothing fails the check."""
        return not self.fails

    @property
    def failing(self) -> tuple[Finding, ...]:
        """The findings that fail the check."""
        return tuple(finding for finding in self.findings if finding.fails)

    def __iter__(self) -> Iterator[Finding]:
        return iter(self.findings)

    def raise_for_errors(self, call: str | None = None) -> Report:
        """Raises `Refused` where the check fails; returns the report otherwise."""
        if self.fails:
            raise Refused(self, call)
        return self
