"""What a judgement found, bounded: a bag of a million faults is told by the first thousand of each kind."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from archive.messages.rules import Finding, Where

MOST_OF_A_CODE = 1000


class Findings:
    """Findings in their order; of one code at most `MOST_OF_A_CODE`, the others counted."""

    def __init__(self) -> None:
        self._kept: list[Finding] = []
        self._counts: Counter[str] = Counter()

    def add(self, code: str, path: str, *, row: int = 0, **parameters: str | int) -> None:
        """Add a finding about a file, or about a row of it."""
        if row:
            parameters["row"] = row
        self.take((Finding(code, Where(path=path, row=row), {"path": path, **parameters}),))

    def take(self, findings: Iterable[Finding]) -> None:
        """Add findings that stand already."""
        for finding in findings:
            self._counts[finding.code] += 1
            if self._counts[finding.code] <= MOST_OF_A_CODE:
                self._kept.append(finding)

    def take_over(self, others: Findings) -> None:
        """Add what was kept apart, and how much of it was only counted."""
        self.take(others._kept)
        for code, count in others._counts.items():
            self._counts[code] += max(0, count - MOST_OF_A_CODE)

    def all(self) -> list[Finding]:
        """Return what was kept, and of each code that was cut short how many more there are."""
        return [
            *self._kept,
            *(
                Finding("PKG-0147", parameters={"code": code, "count": count - MOST_OF_A_CODE})
                for code, count in self._counts.items()
                if count > MOST_OF_A_CODE
            ),
        ]
