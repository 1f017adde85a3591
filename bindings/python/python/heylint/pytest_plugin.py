"""A pytest fixture to test code that builds requests.

    def test_body(heylint):
        heylint.valid("POST /v3/videos", build_body())
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from . import check_request
from ._options import Options
from ._report import Report

if TYPE_CHECKING:
    from typing_extensions import Unpack


class Checker:
    def check(self, endpoint: str | None, body: Any, **options: Unpack[Options]) -> Report:
        """Returns the report on a request."""
        return check_request(endpoint, body, **options)

    def valid(self, endpoint: str | None, body: Any, **options: Unpack[Options]) -> Report:
        """Fails the test if the request has findings that fail a check."""
        __tracebackhide__ = True
        report = check_request(endpoint, body, **options)
        if report.fails:
            pytest.fail("\n".join(map(str, report.failing)), pytrace=False)
        return report


@pytest.fixture(name="heylint", scope="session")
def checker() -> Checker:
    """Checks request bodies: `heylint.valid("POST /v3/videos", body)`."""
    return Checker()
