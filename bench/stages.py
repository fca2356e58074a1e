"""The product's own path, stage by stage, with every fence and check on, beside plain libraries in one run.

    python -m bench.stages SETUP FILES DOCUMENTS SIZE     (embedded | servers, files in all, to a dossier, bytes each)

Prints one line of JSON: of each stage the seconds it took and those of its plain counterpart, measured just before it
(the `library` alone, or the same promise by ten plain `lines`), and the highest memory of this process in MB, which
must not grow with the number of files. `python -m bench` makes a table of the set-ups side by side.
"""

from __future__ import annotations

import hashlib
import json
import os
import resource
import shutil
import sys
import tempfile
import time
import uuid
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from pathlib import Path
from typing import Any

import openpyxl
from sqlalchemy import select

from archive.accounts.models import Account
from archive.accounts.services import AccountFace, face_of
from archive.database.scope import SystemScope
from archive.description.models import Fonds
from config.demonstration import make_province
from config.house import House, open_house
from config.settings import Settings
from config.steps import make_indexer, make_worker
from ingest.handover.services import confirm
from ingest.review import services as review
from ingest.transfers import files, services
from tests.setups import on_servers
from tests.transfers import list_file, pdf, row

SETUPS: dict[str, Callable[[Path], AbstractContextManager[Settings]]] = {
    "embedded": lambda folder: nullcontext(Settings(data=folder / "DATA")),
    "servers": lambda folder: on_servers(folder, "template0"),
}
"""The set-ups by name: settings for a folder that is empty."""


def stages(setup: str, count: int, documents: int, size: int) -> dict[str, Any]:
    """Send one transfer of `count` files, `documents` to a dossier, each of `size` bytes, and return the figures."""
    with (
        tempfile.TemporaryDirectory(prefix="bench-", dir=os.environ.get("BENCH_FOLDER")) as name,
        SETUPS[setup](Path(name)) as settings,
    ):
        folder = Path(name)
        sent = _make(folder / "sent", count, documents, size)
        make_province(settings)
        house = open_house(replace(settings, approver_of_units="nobody"))
        try:
            make_indexer(house).run_all()
            figures = _run(house, sent, folder)
        finally:
            house.close()
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        return {"stages": figures, "memory": peak}


def _run(house: House, sent: dict[str, Path], folder: Path) -> list[dict[str, Any]]:
    figures: list[dict[str, Any]] = []

    def note(stage: str, ours: float, **plain: float) -> None:
        figures.append({"stage": stage, "ours": ours, **plain})

    submitter, archivist = _person(house, "nguoilap"), _person(house, "luutru")
    content = [path for path in sent.values() if path.suffix == ".pdf"]
    with house.database.write(submitter.scope()) as work:
        fonds = work.session.scalars(select(Fonds.id)).one()
        unit = submitter.unit_id or submitter.organization_id
        transfer = services.create(work, title="bench", fonds_id=fonds, unit_id=unit).id

    plain = _timed(lambda: _plain_receive(content, folder / "plain"))
    ours = _timed(lambda: _receive(house, submitter, transfer, sent))
    note("receive (write, hash, fsync, row)", ours, lines=plain)

    worker, indexer = make_worker(house), make_indexer(house)
    with house.database.write(submitter.scope()) as work:
        services.submit(work, transfer, complete=True, nothing_secret=True)
    plain = _timed(lambda: _plain_list(sent["danh-muc.xlsx"]))
    ours = _timed(lambda: worker.handle("transfer.read", str(transfer)))
    note("read the list (openpyxl)", ours, library=plain)

    plain = _timed(lambda: _plain_identify(content))
    ours = _timed(lambda: worker.handle("transfer.check", str(transfer)))
    note("check (stock fido, no fence)", ours, library=plain)

    with house.database.write(archivist.scope()) as work:
        review.accept(work, transfer, unchecked_seen=True)
    with house.database.write(submitter.scope()) as work:
        confirm(work, transfer, "give")
    with house.database.write(archivist.scope()) as work:
        confirm(work, transfer, "receive")
    dossiers = _by_dossier(sent)
    plain = _timed(lambda: _plain_seal(dossiers, folder / "sealed"))
    ours = _timed(lambda: worker.handle("transfer.seal", str(transfer)))
    note("seal (write, fsync, re-read)", ours, lines=plain)

    ours = _timed(worker.run_all)
    note("lock and take text out", ours)
    ours = _timed(indexer.run_all)
    note("index", ours)
    return figures


def _timed(work: Callable[[], object]) -> float:
    """Return the seconds of work that must not fail: a step that gave up at once would look fast."""
    began = time.perf_counter()
    done = work()
    seconds = time.perf_counter() - began
    assert done is not False
    return seconds


def _make(folder: Path, count: int, documents: int, size: int) -> dict[str, Path]:
    rows, sent = [], {}
    for number in range(count):
        dossier, ordinal = number // documents + 1, number % documents + 1
        path = f"HS{dossier:05d}/vb-{ordinal:03d}.pdf"
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(pdf(str(number)) + os.urandom(size))
        sent[path] = target
        rows.append(row(f"{dossier:05d}.TH", path, ordinal, dossier__fonds="P01"))
    listed = folder / "danh-muc.xlsx"
    listed.write_bytes(list_file(rows))
    return {"danh-muc.xlsx": listed, **sent}


def _person(house: House, username: str) -> AccountFace:
    with house.database.read(SystemScope("bench")) as work:
        return face_of(work, work.session.scalars(select(Account).where(Account.username == username)).one())


def _receive(house: House, face: AccountFace, transfer: uuid.UUID, sent: dict[str, Path]) -> None:
    for path, source in sent.items():
        with house.database.write(face.scope()) as work:
            ordinal = files.announce(work, transfer, path, source.stat().st_size).ordinal
        files.receive(house.database, face.scope(), house.staging, transfer, ordinal, (source.read_bytes(),))


def _plain_receive(content: list[Path], target: Path) -> None:
    target.mkdir()
    for number, source in enumerate(content):
        body = source.read_bytes()
        hashlib.sha256(body).hexdigest()
        with (target / str(number)).open("wb") as file:
            file.write(body)
            file.flush()
            os.fsync(file.fileno())


def _plain_list(path: Path) -> int:
    book = openpyxl.load_workbook(path, read_only=True)
    return sum(1 for _ in book.worksheets[0].iter_rows(values_only=True))


def _plain_identify(content: list[Path]) -> None:
    from fido import CONFIG_DIR
    from fido.fido import Fido
    from fido.versions import get_local_versions

    versions = get_local_versions(CONFIG_DIR)
    formats = [versions.pronom_signature, versions.fido_extension_signature]
    stock = Fido(quiet=True, format_files=formats, handle_matches=lambda *_: None)
    for path in content:
        stock.identify_file(str(path))


def _by_dossier(sent: dict[str, Path]) -> dict[str, list[Path]]:
    found: dict[str, list[Path]] = {}
    for path, source in sent.items():
        if "/" in path:
            found.setdefault(path.partition("/")[0], []).append(source)
    return found


def _plain_seal(dossiers: dict[str, list[Path]], target: Path) -> None:
    target.mkdir()
    for name, sources in dossiers.items():
        digest = hashlib.sha256()
        with (target / name).open("wb") as file:
            for source in sources:
                body = source.read_bytes()
                digest.update(body)
                file.write(body)
            file.flush()
            os.fsync(file.fileno())
        again = hashlib.sha256((target / name).read_bytes())
        assert again.digest() == digest.digest()
    shutil.rmtree(target)


if __name__ == "__main__":
    print(json.dumps(stages(sys.argv[1], *map(int, sys.argv[2:5]))))
