"""Requests to build the index anew; the indexer serves them, nobody else writes to the index."""

from __future__ import annotations

import datetime
import uuid

from sqlalchemy.orm import Mapped, mapped_column

from archive.database.base import Base


class IndexRebuild(Base):
    """A request for a rebuild, and when it was done."""

    __tablename__ = "index_rebuild"
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    requested_at: Mapped[datetime.datetime]
    requested_by: Mapped[uuid.UUID]
    done_at: Mapped[datetime.datetime | None]
