"""The steps of a beginning that lie in the description: a fonds, and places of paper."""

from __future__ import annotations

from collections.abc import Iterator

from flask import url_for
from flask_babel import gettext as _
from sqlalchemy import select

from archive.accounts.permissions import allows
from archive.accounts.roles import NAMES
from archive.database.unit_of_work import UnitOfWork
from archive.description.models import Fonds, StorageLocation
from archive.web.desk import BeginningStep
from archive.web.translation import said


def beginning(work: UnitOfWork) -> Iterator[BeginningStep]:
    """Yield the steps, for those who work with files."""
    if not allows(work.scope, "dossier.view"):
        return
    yield BeginningStep(
        30,
        _("Lập phông"),
        _("Mỗi hồ sơ thuộc một phông; cơ quan thường có một phông của mình."),
        work.session.scalar(select(Fonds.id).limit(1)) is not None,
        url_for("description.fonds"),
        said(NAMES["archivist"]),
        allows(work.scope, "fonds.manage"),
    )
    yield BeginningStep(
        60,
        _("Khai nơi để bản giấy"),
        _("Kho, giá, hộp: để biết bản giấy của hồ sơ nằm ở đâu. Không có bản giấy thì làm sau cũng được."),
        work.session.scalar(select(StorageLocation.id).limit(1)) is not None,
        url_for("description.storage"),
        said(NAMES["archivist"]),
        allows(work.scope, "storage.manage"),
    )
