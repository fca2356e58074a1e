"""The word that ends a process: said by a signal, heard between two pieces of work."""

from __future__ import annotations

import math
import time

_SLICE_SECONDS = 0.2


class StopSign:
    """A flag that a signal handler may raise at any moment.

    Events of threads and processes hold a lock inside; a handler that interrupts the very thread which holds it
    would wait for itself for ever.
    """

    def __init__(self) -> None:
        self._raised = False

    def set(self) -> None:
        """Ask to stop."""
        self._raised = True

    def is_set(self) -> bool:
        """Return whether the process is asked to stop."""
        return self._raised

    def wait(self, seconds: float = math.inf) -> bool:
        """Sleep so long, or until asked to stop; return whether that is so."""
        until = time.monotonic() + seconds
        while not self._raised and (left := until - time.monotonic()) > 0:
            time.sleep(min(_SLICE_SECONDS, left))
        return self._raised
