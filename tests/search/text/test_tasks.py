"""Taking texts out in the background: once a file, indexed once a dossier, never in the way."""

from __future__ import annotations

from sqlalchemy import select

from archive.database.scope import SystemScope
from archive.description.models import Dossier
from archive.jobs.models import Job
from search.query.services import ask
from search.text.extract import EXTRACTOR
from search.text.models import ContentText
from search.text.tasks import EXTRACT
from tests.conftest import Archive
from tests.transfers import SAMPLES, list_file, row, whole_way

SIGNED = SAMPLES / "transfer" / "05.QH" / "Quyết định-2858-QĐ-UBND.pdf"


def test_the_text_of_each_file_is_kept_and_found(archive: Archive) -> None:
    """Of two files one has a text and one has none; the text leads to its document, and both rows are done with."""
    rows = [row("05.QH", "qh/2858.pdf"), row("05.QH", "qh/trang.pdf", 2)]
    from tests.transfers import pdf

    whole_way(
        archive,
        {"danh-muc.xlsx": list_file(rows), "qh/2858.pdf": SIGNED.read_bytes(), "qh/trang.pdf": pdf("trắng")},
    )
    with archive.house.database.read(SystemScope("test")) as work:
        texts = work.session.scalars(select(ContentText).order_by(ContentText.state)).all()
        dossier = work.session.scalars(select(Dossier)).one()
        jobs = work.session.scalars(select(Job).where(Job.kind == EXTRACT.kind)).all()
    assert [(text.state, text.detail, text.extractor) for text in texts] == [
        ("done", "", EXTRACTOR),
        ("none", "no text layer", EXTRACTOR),
    ]
    assert "2858" in texts[0].text
    assert {text.dossier_id for text in texts} == {dossier.id}
    assert {job.state for job in jobs} == {"done"}
    # Sealed, and once more with its last text: not once for every file.
    assert dossier.revision == 2
    answer = ask(archive.house.database, archive.house.index, archive.person("searcher").scope(), '"2858 10 6"')
    assert [item.document.number for item in answer.found if item.document] == ["1"]
    assert not list(archive.house.scratch.glob("text-*"))


def test_a_file_whose_text_cannot_be_taken_is_left_without(archive: Archive) -> None:
    """When all attempts are used up the file has no text and the code says why; it is found by its metadata."""
    from archive.description.models import ContentFile
    from tests.archive.dossiers import add_document, add_dossier, add_file

    database = archive.house.database
    with database.write(SystemScope("test")) as work:
        dossier = add_dossier(work, archive.province, "01.TH")
        file: ContentFile = add_file(work, add_document(work, dossier))
        text = ContentText(
            id=work.ids.new(),
            organization_id=file.organization_id,
            unit_id=file.unit_id,
            sensitivity=1,
            content_file_id=file.id,
            dossier_id=dossier.id,
            sha256=file.sha256,
            state="pending",
            attempt=0,
        )
        work.add(text)
        work.session.flush()
        EXTRACT.stop(work, text, "JOB-0001", {})
    with database.read(SystemScope("test")) as work:
        left = work.session.scalars(select(ContentText)).one()
    assert (left.state, left.text, left.detail) == ("none", "", "JOB-0001")
