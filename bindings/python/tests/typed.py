"""The types as a program that uses the package sees them. This file is type-checked, not run."""

from __future__ import annotations

import httpx
import requests

import heylint

client: httpx.Client = heylint.guard(httpx.Client())
soon: httpx.AsyncClient = heylint.guard(httpx.AsyncClient(), ready=False)
session: requests.Session = heylint.guard(requests.Session(), ignore=["url/expired"])

report: heylint.Report = heylint.check("drafts/", depth="header", endpoint="POST /v3/videos").raise_for_errors()
rules: list[str] = [finding.rule for finding in report if finding.limit and finding.limit.unit == "bytes"]
lines: list[int] = [finding.start.line for finding in heylint.check_request(None, "{}") if finding.start]
summaries: list[str] = [finding.remedy.summary for finding in heylint.check_file("a.mp4", use="speech") if finding.remedy]
heylint.check(".", redy=True)  # type: ignore[call-arg]
heylint.check_request("POST /v3/videos", 1)  # type: ignore[arg-type]
