"""The doorbell: huey carries only ``(kind, id)`` as JSON; losing or doubling a message is harmless."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from huey import SqliteHuey
from huey.serializer import Serializer


class _JsonSerializer(Serializer):  # type: ignore[misc] # huey has no types
    """Messages as JSON: what can be written into the queue can never run code, as a pickle could."""

    def _serialize(self, data: Any) -> bytes:  # noqa: ANN401 - huey's signature
        return json.dumps(data).encode()

    def _deserialize(self, data: bytes) -> Any:  # noqa: ANN401 - huey's signature
        from huey.registry import Message

        return Message(*json.loads(data))


class Doorbell:
    """A queue of rings.

    Args:
        path: file of the queue, apart from the database.
        answer: called in the worker with ``(kind, id)``.
    """

    def __init__(self, path: Path, answer: Callable[[str, str], object] | None = None) -> None:
        self.huey = SqliteHuey(
            "kholuutru", filename=str(path), results=False, serializer=_JsonSerializer(), journal_mode="wal"
        )

        def ring(kind: str, row_id: str) -> None:
            if answer is not None:
                answer(kind, row_id)

        self._ring = self.huey.task(name="ring")(ring)

    def ring(self, kind: str, row_id: str) -> None:
        """Leave a message for the workers."""
        self._ring(kind, row_id)

    def close(self) -> None:
        """Close the queue's file."""
        self.huey.storage.close()
