"""The decision to seal a dossier: its ids and its time, the same for every attempt."""

from __future__ import annotations

import datetime
import uuid

from sqlalchemy.orm import Mapped, mapped_column

from archive.database.base import Base, Owned


class Sealing(Base, Owned):
    """Made before the first attempt; whatever attempt, process or machine seals, it writes the same bytes."""

    __tablename__ = "sealing"
    transfer_dossier_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    dossier_id: Mapped[uuid.UUID]
    package_id: Mapped[uuid.UUID]
    sealed_at: Mapped[datetime.datetime]
