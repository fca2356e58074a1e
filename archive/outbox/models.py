"""What the index has still to be told: written with the change, taken by the one indexer after commit."""

from __future__ import annotations

import datetime
import uuid

from sqlalchemy.orm import Mapped, mapped_column

from archive.database.base import Base, Owned


class OutboxRow(Base, Owned):
    """One thing whose index entry is older than its row; removed one by one, never by a range of ids.

    What could not be indexed waits until `not_before`, so that it keeps nothing else waiting.
    """

    __tablename__ = "outbox"
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    object_kind: Mapped[str]
    object_id: Mapped[uuid.UUID]
    failures: Mapped[int] = mapped_column(server_default="0", default=0)
    not_before: Mapped[datetime.datetime | None]
