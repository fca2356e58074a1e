"""The way in: the command `kholuutru`, which refuses to run where somebody else's package hides a floor.

It stands beside the floors and not in one of them, so that it can speak whichever of them is hidden (design §2).
"""

from __future__ import annotations

import sys
from importlib.util import find_spec
from pathlib import Path

FLOORS = ("archive", "preservation", "search", "retention", "ingest", "config")


def foreign_floor() -> tuple[str, str] | None:
    """Return the first floor that another package's files hide, and the foreign file; None when all are ours."""
    here = Path(__file__).resolve().parent
    for floor in FLOORS:
        spec = find_spec(floor)
        place = Path(spec.origin or floor).resolve() if spec is not None else Path(floor)
        if place.parent.parent != here:
            return floor, str(place)
    return None


def main() -> None:
    """Run the command line, once every floor is known to be ours."""
    if (foreign := foreign_floor()) is not None:
        # The catalogue may lie on the hidden floor itself, so its sentence stands here once more.
        sys.exit(
            f"SET-0005: Tầng «{foreign[0]}» đang được nạp từ {foreign[1]}, không phải từ bản cài của Kho Lưu Trữ.\n"
            "Gỡ gói lạ đó, hoặc cài Kho Lưu Trữ vào môi trường riêng."
        )
    from config.command_line import main as command

    command()


if __name__ == "__main__":
    main()
