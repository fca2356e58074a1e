"""Are the floors the product's own? Asked before anything of them is imported (design §2)."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

FLOORS = ("archive", "preservation", "search", "retention", "ingest", "config")


def foreign_floor() -> tuple[str, str] | None:
    """Return the first floor that another package's files hide, and the foreign file; None when all are ours."""
    here = Path(__file__).resolve().parent.parent
    for floor in FLOORS:
        spec = find_spec(floor)
        place = Path(spec.origin or floor).resolve() if spec is not None else Path(floor)
        if place.parent.parent != here:
            return floor, str(place)
    return None
