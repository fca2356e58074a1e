"""A file plan's spreadsheet, read behind the fence."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from archive.fence.pool import Fence, Outcome
from ingest.plans.errors import PlanError
from ingest.plans.sheet import read_plan


def lines_of(fence: Fence, path: Path) -> list[Mapping[str, Any]]:
    """Return the lines of a spreadsheet.

    Raises:
        PlanError: PLN-0015 it takes too much; PLN-0016 it has no line; or the code of the reader.
    """
    read = fence.run(read_plan, str(path), wall_seconds=60)
    if read.outcome is not Outcome.DONE or read.value is None:
        raise PlanError("PLN-0015")
    if "error" in read.value:
        raise PlanError(read.value["error"]["code"], **read.value["error"]["parameters"])
    lines: list[Mapping[str, Any]] = read.value["lines"]
    if not lines:
        raise PlanError("PLN-0016")
    return lines
