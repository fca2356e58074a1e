"""Check 8: malware, and what the readers said about the safety of archive and paths."""

from __future__ import annotations

from collections.abc import Iterator

from archive.messages.rules import Finding, Where
from ingest.checks.context import CheckContext, ScanState

_CODES = {ScanState.INFECTED: "CHK-0802", ScanState.TOO_LARGE: "CHK-0803", ScanState.FAILED: "CHK-0804"}


def check_safety(context: CheckContext) -> Iterator[Finding]:
    """Yield what the readers found, then every file that is not known to be clean."""
    yield from context.reader_findings
    unscanned = [file for file in context.files if file.scan.state is ScanState.NO_SCANNER]
    if unscanned:
        yield Finding("CHK-0801", parameters={"count": len(unscanned)})
    for file in context.files:
        if file.scan.state in _CODES:
            parameters: dict[str, str | int] = {"path": file.path, "threat": file.scan.threat}
            yield Finding(_CODES[file.scan.state], Where(path=file.path), parameters, found=file.scan.threat or None)
