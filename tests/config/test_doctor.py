"""`kholuutru doctor`: each check says what is wrong when that thing is broken, and what to do."""

from __future__ import annotations

import datetime
import json
import os
import re
import shutil
import socket
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from click.testing import CliRunner
from sqlalchemy import select

from archive.audit.models import AuditEvent
from archive.database.connection import Database
from archive.database.migrate import newest_revision
from archive.database.scope import SystemScope
from archive.fence.pool import Fence, Fenced, Outcome
from archive.staging.folder import FolderStaging
from archive.staging.ports import StagingKey
from config import backups, doctor
from config.addresses import scanner_address
from config.command_line import main
from config.doctor import CHECKS, Examination, examine
from config.ledger import LEDGERS
from config.settings import Secret, Settings
from preservation.ledger.services import write_ledger
from preservation.malware.clamd import ClamdScanner
from preservation.malware.ports import ScanOutcome
from preservation.packages.presence import IDENTITY
from preservation.storage.ports import Lock
from tests import servers
from tests.archive.clocks import FixedClock
from tests.conftest import Archive
from tests.contract.liar import Liar, Lie
from tests.databases import postgresql_database
from tests.province import Province
from tests.setups import put_past_the_product
from tests.transfers import small, whole_way


def check(archive: Archive, name: str) -> Examination:
    """Run one check on this house."""
    return CHECKS[name](archive.house)


def before(settings: Settings) -> dict[str, Examination]:
    """Return what is examined before the house is opened, by name."""
    return {result.what: result for result in examine(settings)}


def test_a_sound_archive_is_said_to_be_sound(archive: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every check answers, nothing is bad or unknown, and what the default cannot promise is a warning."""
    for name in doctor.unknown_variables(os.environ):
        # What only these tests know, such as where their servers are.
        monkeypatch.delenv(name)
    index_now(archive)
    results = {result.what: result.state for result in examine(archive.settings)}
    assert results == {
        "floors": "ok",
        "environment": "ok",
        "data": "ok",
        "database": "ok",
        "disk": "ok",
        "store": "ok",
        "lock": "warn",
        "staging": "ok",
        "index": "ok",
        "audit": "ok",
        "ledger": "ok",
        "backup": "warn",
        "fence": "ok",
        "scanner": "warn",
        "timezone": "ok",
        "clock": "ok",
    }


def index_now(archive: Archive) -> None:
    """Bring the outbox into the index."""
    from tests.transfers import index

    index(archive)


def test_a_foreign_floor_is_named(archive: Archive, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Another package's files in place of a floor are bad, and the file is named."""
    import search

    foreign = tmp_path / "search" / "__init__.py"
    assert search.__spec__ is not None
    monkeypatch.setattr(search.__spec__, "origin", str(foreign))
    found = next(doctor._before(archive.settings))
    assert (found.what, found.state, found.action) == ("floors", "bad", "Cài vào môi trường riêng.")
    assert f"Tầng «search» đang được nạp từ {foreign}" in found.text


def test_a_missing_data_folder_is_said(tmp_path: Path) -> None:
    """Where nothing was made yet, the command that makes it is named."""
    found = before(Settings(data=tmp_path / "none"))["data"]
    assert (found.state, found.action) == ("bad", "Chạy «kholuutru init».")
    assert str(tmp_path / "none") in found.text


def test_a_data_folder_open_to_others_is_said(archive: Archive) -> None:
    """A folder that other users of the machine can read is bad, with the command that closes it."""
    archive.settings.data.chmod(0o755)
    found = before(archive.settings)["data"]
    assert (found.state, found.text, found.action) == (
        "bad",
        f"Người khác đọc được {archive.settings.data} (quyền 755).",
        f"Chạy: chmod 700 {archive.settings.data}",
    )


def test_a_missing_database_is_said(tmp_path: Path) -> None:
    """A data folder without a database was not begun."""
    tmp_path.chmod(0o700)
    found = before(Settings(data=tmp_path))["database"]
    assert (found.state, found.action) == ("bad", "Chạy «kholuutru init».")


def test_a_database_that_cannot_be_opened_is_said(tmp_path: Path) -> None:
    """A file that is no database is bad, and nothing is examined after it."""
    tmp_path.chmod(0o700)
    (tmp_path / "kholuutru.db").write_bytes(b"no database at all, but long enough to be read as one" * 100)
    results = examine(Settings(data=tmp_path))
    assert [result.what for result in results] == ["floors", "environment", "data", "database"]
    assert results[-1].state == "bad"
    assert results[-1].text.startswith("Không mở được cơ sở dữ liệu:")


def test_an_old_database_is_said(archive: Archive) -> None:
    """A database of another revision is bad, and both revisions are named."""
    with closing(sqlite3.connect(archive.settings.data / "kholuutru.db")) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '0000'")
        connection.commit()
    found = before(archive.settings)["database"]
    assert (found.state, found.text, found.action) == (
        "bad",
        f"Cơ sở dữ liệu ở phiên bản 0000, chương trình cần {newest_revision()}.",
        "Chạy «kholuutru init» để nâng cấp.",
    )


def test_a_full_disk_is_said(archive: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    """Little free space is a warning with the figure."""
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: shutil._ntuple_diskusage(10**12, 10**12 - 10**9, 10**9))  # type: ignore[attr-defined] # its own type
    found = check(archive, "disk")
    assert (found.state, found.text) == ("warn", "Còn 1 GB trống.")
    assert found.action == "Thêm dung lượng trước khi nhận đợt nộp mới."


def test_a_store_that_gives_other_bytes_is_said(archive: Archive) -> None:
    """A store that gives back something else than was put is bad, and the probe is taken away."""
    liar = Liar(archive.house.store)
    liar.lie = Lie.FLIPPED_BYTE
    archive.house.store = liar
    found = check(archive, "store")
    assert (found.state, found.text) == ("bad", "Kho trả về nội dung khác với khi ghi.")
    assert list(liar.keys("probe/")) == []


def test_an_absent_store_is_said(archive: Archive) -> None:
    """A store that was moved away, as a volume that is not mounted, is bad: doctor counts the packages it lacks."""
    whole_way(archive, small(2, 1))
    assert check(archive, "store").state == "ok"
    (archive.settings.data / "store").rename(archive.settings.data / "elsewhere")
    found = {result.what: result for result in examine(archive.settings)}["store"]
    assert (found.state, found.text) == ("bad", "Kho thiếu 2 trong 2 gói mới nhất.")
    assert "Gắn ổ đĩa" in found.action


def test_a_store_of_another_archive_is_said(archive: Archive) -> None:
    """A store that bears another archive's mark is bad, though it writes and reads well."""
    put_past_the_product(archive.settings, IDENTITY, b"of somebody else")
    found = check(archive, "store")
    assert (found.state, "STO-0019" in found.text, bool(found.action)) == ("bad", True, True)


class Undeleting(Liar):
    """A store that says it deleted and did not."""

    def delete(self, key: str) -> None:
        """Do nothing."""


def test_a_store_that_keeps_what_was_deleted_is_said(archive: Archive) -> None:
    """A store from which nothing can be deleted is bad."""
    archive.house.store = Undeleting(archive.house.store)
    found = check(archive, "store")
    assert (found.state, found.text) == ("bad", "Kho không xóa được tệp thử.")


@pytest.mark.parametrize("lie", [Lie.RAISES_ON_READ, Lie.LOST_ANSWER])
def test_a_store_that_does_not_answer_is_unknown(lie: Lie, archive: Archive) -> None:
    """What could not be examined is unknown, never passed over, and says the store's own error."""
    liar = Liar(archive.house.store)
    liar.lie = lie
    archive.house.store = liar
    found = doctor._guarded("store", CHECKS["store"], archive.house)
    assert found.state == "unknown"
    assert found.text.startswith("Không kiểm tra được: STO-")


class Forgetful(FolderStaging):
    """Staging that loses the last byte of what it was given."""

    def read(self, key: StagingKey) -> Iterator[bytes]:
        """Yield all but one byte."""
        yield b"".join(super().read(key))[:-1]


def test_staging_that_loses_bytes_is_bad(archive: Archive) -> None:
    """What comes back from staging is compared with what was staged, and nothing of the probe stays."""
    archive.house.staging = Forgetful(archive.settings.data / "staging")
    found = check(archive, "staging")
    assert (found.state, bool(found.action)) == ("bad", True)
    assert not [path for path in (archive.settings.data / "staging").rglob("*") if path.is_file()]


class Enforcing(Liar):
    """A store that refuses by itself to delete what is locked."""

    def lock(self, key: str) -> Lock:
        """Say that the store enforces the lock."""
        return replace(super().lock(key), enforced_by="store")


def test_who_keeps_the_lock_is_said(archive: Archive) -> None:
    """A folder's lock is the product's word alone, a warning; a store's own is well."""
    found = check(archive, "lock")
    assert (found.state, found.action) == ("warn", "Dùng kho S3 có object lock khi vận hành thật.")
    archive.house.store = Enforcing(archive.house.store)
    assert check(archive, "lock").state == "ok"


def test_an_index_that_waits_is_said(archive: Archive) -> None:
    """Changes that the indexer has not taken yet are counted, and the advice is to wait."""
    from archive.database.scope import SystemScope
    from tests.archive.dossiers import add_dossier

    with archive.house.database.write(SystemScope("test")) as work:
        dossier = add_dossier(work, archive.province, "01.TH")
        work.reindex("dossier", dossier.id, dossier.organization_id)
    found = check(archive, "index")
    assert (found.state, found.text, found.action) == (
        "warn",
        "Chỉ mục lệch: 1 thay đổi đang chờ, thiếu 1, cũ 0, thừa 0 hồ sơ.",
        "Chờ bộ chỉ mục làm xong.",
    )


def test_an_index_that_lost_something_is_said(archive: Archive) -> None:
    """An index that lacks what is in the database, with nothing waiting, wants to be built anew."""
    from archive.database.scope import SystemScope
    from tests.archive.dossiers import add_dossier

    with archive.house.database.write(SystemScope("test")) as work:
        add_dossier(work, archive.province, "01.TH")
    found = check(archive, "index")
    assert (found.state, found.action) == ("warn", "Chạy «kholuutru index rebuild».")
    assert "thiếu 1" in found.text


def test_a_changed_audit_row_is_said(archive: Archive) -> None:
    """A chain that does not hold is bad; chain and row are named."""
    chain = archive.province.department
    with closing(sqlite3.connect(archive.settings.data / "kholuutru.db")) as connection:
        connection.execute("UPDATE audit_event SET outcome = 'x' WHERE chain_id = ? AND seq = 2", (chain.hex,))
        connection.commit()
    found = check(archive, "audit")
    assert (found.state, found.text, found.action) == (
        "bad",
        f"Chuỗi nhật ký {chain} sai từ dòng 2 (changed).",
        "Giữ nguyên hiện trạng và báo người kiểm tra.",
    )


def test_a_ledger_that_lags_behind_is_said(archive: Archive) -> None:
    """What changed and is not in the store yet is well for a while, then a warning, then bad; written, it is well."""
    database = archive.house.database
    with database.read(SystemScope("test")) as work:
        first = work.session.scalars(select(AuditEvent.at).order_by(AuditEvent.at).limit(1)).one()
    states = []
    for minutes in (5, 20, 21, 24 * 60):
        database.clock = FixedClock(first + datetime.timedelta(minutes=minutes))
        found = check(archive, "ledger")
        states.append(found.state)
        assert found.text == f"Thay đổi cách đây {minutes} phút chưa có trong sổ cái của kho."
        assert bool(found.action) == (found.state != "ok")
    assert states == ["ok", "ok", "warn", "bad"]
    write_ledger(database, archive.house.store, LEDGERS)
    found = check(archive, "ledger")
    assert (found.state, found.text) == ("ok", "Sổ cái trong kho đã ghi đủ 4 chuỗi nhật ký.")


def test_a_ledger_that_the_database_contradicts_is_said(archive: Archive) -> None:
    """A database older than the ledger is bad, with what to do; so is a segment that was changed."""
    house = archive.house
    write_ledger(house.database, house.store, LEDGERS)
    chain = archive.province.department
    with closing(sqlite3.connect(archive.settings.data / "kholuutru.db")) as connection:
        connection.execute("DELETE FROM audit_payload WHERE chain_id = ? AND seq > 3", (chain.hex,))
        connection.execute("DELETE FROM audit_event WHERE chain_id = ? AND seq > 3", (chain.hex,))
        connection.commit()
    found = check(archive, "ledger")
    assert found.state == "bad"
    assert found.text.startswith(f"LDG-0001: Sổ cái ledger/body/{chain}/")
    assert "kholuutru rebuild --from-store" in found.action
    key = next(iter(house.store.keys(f"ledger/body/{chain}/")))
    put_past_the_product(archive.settings, key, b"{}\n")
    found = check(archive, "ledger")
    assert (found.state, found.text) == ("bad", f"LDG-0004: Đoạn sổ cái {key} không còn như khi ghi.")


class Unfenced(Fence):
    """A fence with a hole in it: tasks run in this process."""

    def run(self, function: Callable[..., Any], *arguments: Any, wall_seconds: float | None = None) -> Fenced[Any]:
        """Run the task here."""
        return Fenced(Outcome.DONE, function(*arguments))


@pytest.mark.network
@pytest.mark.parametrize("listening", [True, False], ids=["answered", "refused"])
def test_a_fence_with_a_hole_is_said(listening: bool, archive: Archive, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: FBT001 - a case
    """Whoever gets as far as this machine's own network is not behind a fence, answered or not."""
    archive.house.fence = Unfenced(archive.settings.data / "scratch" / "none")
    if listening:
        real = socket.create_connection
        server = socket.create_server(("127.0.0.1", 0))
        monkeypatch.setattr(socket, "create_connection", lambda _a, timeout: real(server.getsockname(), timeout))
    found = check(archive, "fence")
    assert (found.state, found.text) == ("bad", "Tiến trình đọc tệp vẫn ra được mạng.")
    if listening:
        server.close()


def test_a_fence_that_does_not_run_is_said(archive: Archive) -> None:
    """When no task comes back done, the outcome is told."""
    archive.house.fence = Fence(archive.settings.data / "scratch" / "gone", workers=1)
    archive.house.fence.run(len, "starts")
    shutil.rmtree(archive.house.fence.scratch)
    found = check(archive, "fence")
    archive.house.fence.close()
    assert found.state == "bad"
    assert found.text.startswith("Tiến trình đọc tệp không chạy: crashed FileNotFoundError")


@dataclass
class Scanner:
    """A scanner that finds nothing, with signatures of a certain age."""

    signatures_at: datetime.datetime | None

    def scan(self, chunks: Iterable[bytes], length: int) -> ScanOutcome:
        """Return ``clean``."""
        engine = f"thử {sum(map(len, chunks))}/{length}"
        return ScanOutcome("clean", engine=engine, signatures_at=self.signatures_at)


def test_a_missing_scanner_is_said(archive: Archive) -> None:
    """Without a scanner everybody can see that nothing is scanned, and what to set."""
    found = check(archive, "scanner")
    assert (found.state, "scanner" in found.action) == ("warn", True)
    assert "Chưa quét mã độc" in found.text


def test_a_scanner_is_named_with_the_age_of_its_signatures(archive: Archive) -> None:
    """A scanner that answers is named; signatures older than a week, or of unknown age, are a warning."""
    now = archive.house.database.clock.now()
    archive.house.scanner = Scanner(now - datetime.timedelta(days=6))
    found = check(archive, "scanner")
    assert (found.state, found.text) == ("ok", "Máy quét mã độc trả lời: thử 1/1.")
    archive.house.scanner = Scanner(now - datetime.timedelta(days=9))
    found = check(archive, "scanner")
    assert (found.state, found.text) == ("warn", "Cơ sở mẫu mã độc đã cũ 9 ngày: thử 1/1.")
    archive.house.scanner = Scanner(None)
    found = check(archive, "scanner")
    assert (found.state, "không cho biết ngày" in found.text) == ("warn", True)


@pytest.mark.network
def test_a_scanner_that_is_away_is_said(archive: Archive) -> None:
    """A scanner that is set and does not answer is bad, and its address is named."""
    settings = replace(archive.settings, scanner="tcp://127.0.0.1:1")
    found = {result.what: result for result in examine(settings)}["scanner"]
    assert (found.state, "tcp://127.0.0.1:1" in found.text) == ("bad", True)


@pytest.mark.network
def test_the_real_scanner_is_named(archive: Archive) -> None:
    """A running clamd is told with its version; the signatures of the tests have no date, and that is said."""
    archive.house.scanner = ClamdScanner(scanner_address(servers.require("clamd")))
    found = check(archive, "scanner")
    assert (found.state, "ClamAV 1." in found.text) == ("warn", True)


def test_a_wrong_time_zone_is_said(archive: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    """Time zone data that make Vietnam's time another one are bad."""
    monkeypatch.setattr(doctor, "VIETNAM", ZoneInfo("Asia/Tokyo"))
    found = check(archive, "timezone")
    assert (found.state, found.text) == ("bad", "Múi giờ Việt Nam tính ra 9:00:00.")


def test_a_check_that_fails_itself_hides_no_other(archive: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    """One check that breaks is unknown with its reason, and all others are examined."""

    def broken(house: object) -> Examination:
        raise ZeroDivisionError("whatever it was")

    monkeypatch.setitem(CHECKS, "disk", broken)
    results = {result.what: result for result in examine(archive.settings)}
    assert results["disk"].state == "unknown"
    assert results["disk"].text == "Không kiểm tra được: ZeroDivisionError: whatever it was"
    assert results["timezone"].state == "ok"


@pytest.mark.parametrize("name", ["store", "index", "queue.db"])
def test_a_part_that_cannot_be_opened_is_a_result(name: str, archive: Archive) -> None:
    """A part of the data folder that is damaged does not end the examination with a traceback."""
    place = archive.settings.data / name
    archive.house.doorbell.close()
    if place.is_dir():
        shutil.rmtree(place)
        place.write_text("no folder", "utf-8")
    else:
        place.unlink()
        place.mkdir()
    results = examine(archive.settings)
    assert [result.state for result in results if result.state in {"bad", "unknown"}] != []


def test_one_machine_has_one_clock(archive: Archive) -> None:
    """On SQLite there is nothing to compare the clock with."""
    assert check(archive, "clock") == Examination("clock", "ok", "Một máy, một đồng hồ.")


@pytest.mark.network
@pytest.mark.parametrize(
    ("seconds", "state"),
    [(0, "ok"), (20, "warn"), (-20, "warn"), (3600, "bad")],
    ids=["right", "fast", "slow", "wrong"],
)
def test_a_clock_that_is_wrong_is_said(archive: Archive, seconds: int, state: str) -> None:
    """A machine whose clock is not the database server's is warned of, by how much."""
    clock = FixedClock(datetime.datetime.now(datetime.UTC) + datetime.timedelta(seconds=seconds))
    archive.house.database = Database(servers.require("postgresql"), clock=clock)
    try:
        found = check(archive, "clock")
    finally:
        archive.house.database.dispose()
    assert found.state == state
    assert (found.action == "") == (state == "ok")


@pytest.mark.network
def test_a_database_server_is_named_with_its_version(
    tmp_path: Path, initialised_on_postgresql: tuple[str, Province]
) -> None:
    """A database on PostgreSQL is found well, and the server's version stands beside it."""
    tmp_path.chmod(0o700)
    with postgresql_database(initialised_on_postgresql[0]) as url:
        found = {r.what: r for r in doctor._before(Settings(data=tmp_path, database=Secret(url)))}["database"]
    assert found.state == "ok"
    assert re.search(r"PostgreSQL 1[4-9]\.", found.text)


@pytest.mark.network
def test_a_database_server_that_does_not_answer_is_said(tmp_path: Path) -> None:
    """Nobody listens there: bad, and the password is not shown."""
    tmp_path.chmod(0o700)
    url = Secret("postgresql+psycopg://someone:hush@127.0.0.1:9/kho")
    found = {r.what: r for r in doctor._before(Settings(data=tmp_path, database=url))}["database"]
    assert found.state == "bad"
    assert "hush" not in found.text


def test_a_missing_and_an_old_backup_are_said(archive: Archive, tmp_path: Path) -> None:
    """Never backed up and not for a week are warnings; a fresh backup is fine, with its time."""
    never = check(archive, "backup")
    assert (never.state, "Chưa bao giờ" in never.text) == ("warn", True)
    backups.create(archive.house, tmp_path / "backup")
    assert check(archive, "backup").state == "ok"
    archive.house.database.clock = FixedClock(archive.house.database.clock.now() + datetime.timedelta(days=9))
    assert check(archive, "backup").state == "warn"


def test_every_check_has_a_test_here() -> None:
    """A new check needs a test that breaks its thing."""
    source = Path(__file__).read_text("utf-8")
    assert [name for name in CHECKS if f'check(archive, "{name}")' not in source] == []


def test_the_command_tells_all_and_fails_when_something_is_bad(archive: Archive) -> None:
    """As JSON each result has what was examined, its state, text and advice; a bad one makes the command fail."""
    environment = {"KHOLUUTRU_DATA": str(archive.settings.data)}
    good = CliRunner().invoke(main, ["doctor", "--json"], env=environment)
    assert good.exit_code == 0
    assert {tuple(result) for result in json.loads(good.stdout)} == {("what", "state", "text", "action")}
    archive.settings.data.chmod(0o755)
    bad = CliRunner().invoke(main, ["doctor", "--json"], env=environment)
    assert bad.exit_code == 1
    assert [r["what"] for r in json.loads(bad.stdout) if r["state"] == "bad"] == ["data"]


def test_the_command_says_by_its_exit_what_could_not_be_examined(
    archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An unknown result alone makes the command end with 2, a bad one beside it with 1."""
    environment = {"KHOLUUTRU_DATA": str(archive.settings.data)}
    states: list[Any] = ["ok", "unknown", "warn"]
    monkeypatch.setattr(doctor, "examine", lambda _settings: [Examination("x", state, "x") for state in states])
    assert CliRunner().invoke(main, ["doctor", "--json"], env=environment).exit_code == 2
    states.append("bad")
    assert CliRunner().invoke(main, ["doctor", "--json"], env=environment).exit_code == 1


def test_a_variable_without_meaning_is_a_warning() -> None:
    """The doctor names a misspelt variable, which would otherwise have no effect unseen."""
    found = doctor._environment({"KHOLUUTRU_PROT": "9000", "HOME": "/"})
    assert found.state == "warn"
    assert "KHOLUUTRU_PROT (có phải KHOLUUTRU_PORT?)" in found.text
    assert doctor._environment({"KHOLUUTRU_PORT": "9000"}).state == "ok"
