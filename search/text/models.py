"""Text taken out of content files: a derivative, scoped and destroyed with its content."""

from __future__ import annotations

import uuid

from sqlalchemy import ForeignKeyConstraint
from sqlalchemy.orm import Mapped, mapped_column

from archive.database.base import Base, Owned
from archive.jobs.models import Claimable


class ContentText(Base, Owned, Claimable):
    """The text of one content file; keyed by content digest and extractor version.

    `state`: ``pending``, ``done`` or ``none`` (there is no text, or it could not be taken out: `detail` says).
    """

    __tablename__ = "content_text"
    __table_args__ = (
        ForeignKeyConstraint(
            ["organization_id", "content_file_id"], ["content_file.organization_id", "content_file.id"]
        ),
    )
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    unit_id: Mapped[uuid.UUID]
    sensitivity: Mapped[int]
    content_file_id: Mapped[uuid.UUID] = mapped_column(unique=True)
    dossier_id: Mapped[uuid.UUID] = mapped_column(index=True)
    sha256: Mapped[str] = mapped_column(index=True)
    state: Mapped[str] = mapped_column(index=True)
    extractor: Mapped[str] = mapped_column(default="")
    text: Mapped[str] = mapped_column(default="")
    characters: Mapped[int] = mapped_column(server_default="0", default=0)
    detail: Mapped[str] = mapped_column(default="")
