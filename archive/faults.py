"""Named points at which a test may make the process die.

What the product promises about power cuts and killed workers is only worth something if a kill is placed
at every single step: after the bytes are written and before they are renamed, after the rename and before
the row. Each such step calls `point` with a name of its own; without a hook this costs one comparison.

A child process is armed by its environment: ``KHOLUUTRU_FAULT="store.put.renamed:3"`` makes it kill itself
(SIGKILL, nothing is cleaned up) at the third passing of that point. Read once, when this module is imported.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Callable

_hook: Callable[[str], None] | None = None


def point(name: str) -> None:
    """Pass the point `name`, e.g. ``store.put.renamed``; does nothing unless a hook is installed."""
    if _hook is not None:
        _hook(name)


def install(hook: Callable[[str], None] | None) -> None:
    """Let `hook` be called with the name of every point passed from now on; None takes it away."""
    global _hook  # noqa: PLW0603 - one hook a process is the purpose
    _hook = hook


def _killer(order: str) -> Callable[[str], None]:
    """Return a hook for an order ``name:count``, count ≥ 1.

    Raises:
        ValueError: the order does not have this form.
    """
    name, _, count = order.rpartition(":")
    left = int(count)
    if not name or left < 1:
        raise ValueError(f"KHOLUUTRU_FAULT must be <name>:<count>, not {order!r}")

    def kill(passed: str) -> None:
        nonlocal left
        if passed == name:
            left -= 1
            if left == 0:
                os.kill(os.getpid(), signal.SIGKILL)

    return kill


if _order := os.environ.get("KHOLUUTRU_FAULT"):
    install(_killer(_order))
