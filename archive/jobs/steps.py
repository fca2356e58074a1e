"""Steps: kinds of background work, each bound to a state of one table's rows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

MAX_ATTEMPTS = 5


@dataclass(frozen=True, slots=True)
class Step:
    """One kind of work.

    Attributes:
        kind: name carried by the doorbell, e.g. ``transfer.check``.
        table: the claimable class whose rows it works on.
        state: the state in which a row wants this work.
        run: does the work; called with `(context, claim)`. It leaves the row in another state.
        stop: called with `(work, row, error_code, parameters)` when attempts are used up: *needs a person*.
    """

    kind: str
    table: type[Any]
    state: str
    run: Callable[[Any, Any], None]
    stop: Callable[[Any, Any, str, dict[str, str | int]], None]
