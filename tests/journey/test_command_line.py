"""The whole way by commands: each answers, in JSON where asked, and is 0 only when it has done what it says."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import select

from archive.accounts.services import authenticate
from archive.audit.models import AuditEvent
from archive.database.scope import SystemScope
from config.command_line import main
from ingest.handover.services import confirm
from ingest.review.services import approve
from ingest.transfers import services
from ingest.transfers.models import Transfer
from tests.conftest import Archive
from tests.setups import environment_of, put_past_the_product
from tests.transfers import SAMPLES, index, open_transfer, small, state_of, upload, whole_way, work_off


@pytest.fixture
def command(archive: Archive, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Run a command on the archive's data folder."""
    for name, value in environment_of(archive.settings).items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("KHOLUUTRU_SETTINGS", str(archive.settings.data / "none.toml"))

    def run(*words: str) -> Result:
        return CliRunner().invoke(main, list(words))

    return run


def answered(result: Result) -> Any:
    """Return what a command answered as JSON."""
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def test_a_transfer_goes_the_whole_way_by_commands(archive: Archive, command: Any, tmp_path: Path) -> None:
    """Hand in, look, accept, find, export and verify: all by commands, all as an account."""
    folder = tmp_path / "nop"
    for path, body in small(1, 2).items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(body)
    undeclared = command("transfer", "submit", str(folder), "--title", "Đợt lệnh", "--as", "submitter")
    assert (undeclared.exit_code, "TRF-0003" in undeclared.stderr) == (1, True)
    made = command("transfer", "submit", str(folder), "--title", "Đợt lệnh", "--declare", "--as", "submitter")
    number = made.stdout.strip()
    assert number.startswith("GN-")
    work_off(archive)
    listed = {t["number"]: t["state"] for t in answered(command("transfer", "list", "--as", "submitter", "--json"))}
    assert listed[number] == "awaiting_approval"
    findings = answered(command("transfer", "show", number, "--as", "archivist", "--json"))
    assert [f for f in findings if f["level"] == "error"] == []
    early = command("transfer", "accept", number, "--as", "archivist")
    assert (early.exit_code, "TRF-0002" in early.stderr) == (1, True)
    database = archive.house.database
    with database.write(archive.person("approver").scope()) as work:
        transfer = approve(work, _id(work, number)).id
    assert command("transfer", "accept", number, "--unchecked-seen", "--as", "archivist").exit_code == 0
    for name, side in (("submitter", "give"), ("archivist", "receive")):
        with database.write(archive.person(name).scope()) as work:
            confirm(work, transfer, side)
    work_off(archive)
    index(archive)
    assert state_of(archive, transfer) == "sealed"
    found = answered(command("search", "ho so thu 01 th", "--as", "searcher", "--json"))
    assert found[0]["dossier"] == "H98.01.2024.01.TH"
    packages = answered(command("package", "list", "--as", "archivist", "--json"))
    assert [p["lock"] for p in packages] == ["locked"]
    members = answered(command("package", "show", "H98.01.2024.01.TH", "--as", "archivist", "--json"))
    assert sum(m["member"].endswith(".pdf") for m in members) == 2
    exported = command("package", "export", "H98.01.2024.01.TH", str(tmp_path), "--as", "archivist")
    path = Path(exported.stdout.strip())
    assert zipfile.ZipFile(path).testzip() is None
    assert command("package", "validate", str(path)).exit_code == 0
    again = command("package", "export", "H98.01.2024.01.TH", str(tmp_path), "--as", "archivist")
    assert (again.exit_code, "SET-0007" in again.stderr) == (1, True)
    path.write_bytes(path.read_bytes().replace(b"Catalog", b"Catalox", 1))
    assert command("package", "validate", str(path)).exit_code == 1
    due = answered(command("retention", "due", "--on", "2035-01-01", "--as", "officer", "--json"))
    assert [d["code"] for d in due] == ["H98.01.2024.01.TH"]
    assert answered(command("retention", "due", "--on", "2034-12-31", "--as", "officer", "--json")) == []
    assert {row["state"] for row in answered(command("audit", "verify", "--json"))} == {"intact"}
    assert answered(command("index", "verify", "--json"))[0]["agrees"] is True


def put(folder: Path, content: dict[str, bytes]) -> Path:
    """Write files into a folder."""
    for path, body in content.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(body)
    return folder


def count_of_transfers(archive: Archive) -> int:
    """Return how many transfers there are."""
    with archive.house.database.read(SystemScope("test")) as work:
        return len(work.session.scalars(select(Transfer.id)).all())


def test_what_can_be_known_beforehand_opens_no_transfer(archive: Archive, command: Any, tmp_path: Path) -> None:
    """A bad name, no declaration, no list, no title, nobody allowed: each is said, and nothing is left open."""
    good = str(put(tmp_path / "tot", small(1, 1)))
    bad_name = str(put(tmp_path / "ten", {**small(1, 1), "HS01/a\x07.pdf": b"x"}))
    twins = str(put(tmp_path / "doi", {**small(1, 1), "n\u00e9.pdf": b"1", "ne\u0301.pdf": b"2"}))
    no_list = str(put(tmp_path / "khong", {"a.pdf": b"x"}))
    (tmp_path / "trong").mkdir()
    for words, code in (
        ((bad_name, "--title", "X", "--declare", "--as", "submitter"), "TRF-0006"),
        ((twins, "--title", "X", "--declare", "--as", "submitter"), "TRF-0023"),
        ((no_list, "--title", "X", "--declare", "--as", "submitter"), "TRF-0008"),
        ((str(tmp_path / "trong"), "--title", "X", "--declare", "--as", "submitter"), "TRF-0004"),
        ((good, "--title", "X", "--as", "submitter"), "TRF-0003"),
        ((good, "--declare", "--as", "submitter"), "TRF-0024"),
        ((good, "--title", "X", "--declare", "--as", "searcher"), "GEN-0003"),
        ((good, "--title", "X", "--declare", "--fonds", "F9", "--as", "submitter"), "GEN-0001"),
        ((good, "--resume", "GN-0", "--declare", "--as", "submitter"), "TRF-0016"),
    ):
        refused = command("transfer", "submit", *words)
        assert (refused.exit_code, refused.stderr[:8]) == (1, code)
    assert count_of_transfers(archive) == 0


def test_an_open_transfer_is_gone_on_with(archive: Archive, command: Any, tmp_path: Path) -> None:
    """What is there is not sent again, what broke off goes on, what changed is replaced, then it is submitted."""
    from ingest.transfers import files

    content = small(1, 3)
    folder = put(tmp_path / "nop", content)
    transfer = open_transfer(archive)
    upload(archive, transfer, {"HS01/vb-01.pdf": content["HS01/vb-01.pdf"], "HS01/vb-02.pdf": b"older"})
    house, scope = archive.house, archive.person("submitter").scope()
    begun = folder / "HS01" / "vb-03.pdf"
    with house.database.write(scope) as work:
        row = files.announce(work, transfer, "HS01/vb-03.pdf", begun.stat().st_size, mark=str(begun.stat().st_mtime_ns))
        ordinal = row.ordinal
    files.receive(house.database, scope, house.staging, transfer, ordinal, iter([content["HS01/vb-03.pdf"][:50]]))
    words = ("transfer", "submit", str(folder), "--resume", str(transfer), "--declare", "--as", "submitter")
    (told,) = answered(command(*words, "--json"))
    assert (told["sent"], told["state"], told["id"]) == (3, "reading", str(transfer))
    with house.database.read(scope) as work:
        rows = services.current_files(work, services.get(work, transfer))
        assert {r.path: (r.length, r.received_at is not None) for r in rows} == {
            path: (len(body), True) for path, body in content.items()
        }
        assert next(r.ordinal for r in rows if r.path == "HS01/vb-03.pdf") == ordinal
    late = command(*words)
    assert (late.exit_code, "TRF-0002" in late.stderr) == (1, True)


def _id(work: Any, number: str) -> Any:
    return work.session.scalars(select(Transfer.id).where(Transfer.number == number)).one()


def test_packages_are_verified_by_a_process_that_knows_nothing_else(archive: Archive) -> None:
    """`package verify` in a fresh process says intact; after one byte is changed in the store, altered."""
    whole_way(archive, small(1, 1))
    environment = os.environ | environment_of(archive.settings)
    words = [sys.executable, "-m", "kholuutru", "package", "verify", "--as", "archivist", "--json"]
    sound = subprocess.run(words, env=environment, capture_output=True, text=True, check=False)
    assert (sound.returncode, [r["verdict"] for r in json.loads(sound.stdout)]) == (0, ["intact"]), sound.stderr
    (key,) = archive.house.store.keys("aip/")
    content = b"".join(archive.house.store.read(key))
    put_past_the_product(archive.settings, key, content.replace(b"Catalog", b"Catalox", 1))
    broken = subprocess.run(words, env=environment, capture_output=True, text=True, check=False)
    assert (broken.returncode, [r["verdict"] for r in json.loads(broken.stdout)]) == (1, ["altered"])
    put_past_the_product(archive.settings, key, None)
    gone = subprocess.run(words, env=environment, capture_output=True, text=True, check=False)
    assert (gone.returncode, [r["verdict"] for r in json.loads(gone.stdout)]) == (1, ["missing"])


def test_accounts_are_made_listed_locked_and_reset(archive: Archive, command: Any) -> None:
    """A unit administrator makes an account with a unit, resets its password and locks it; others may not."""
    made = command(
        *("user", "add", "moi.nguoi", "--name", "Người mới", "--role", "submitter", "--unit", "phong mot"),
        *("--as", "unitadmin"),
    )
    password = made.stdout.strip().partition(": ")[2]
    assert authenticate(archive.house.database, "moi.nguoi", password).unit_id == archive.province.unit
    refused = command("user", "add", "x.y", "--name", "X", "--role", "searcher", "--as", "archivist")
    assert (refused.exit_code, "GEN-0003" in refused.stderr) == (1, True)
    taken = command("user", "add", "moi.nguoi", "--name", "X", "--role", "searcher", "--as", "unitadmin")
    assert (taken.exit_code, "ACC-0004" in taken.stderr) == (1, True)
    reset = command("user", "password", "moi.nguoi", "--as", "unitadmin").stdout.strip().partition(": ")[2]
    assert authenticate(archive.house.database, "moi.nguoi", reset).must_change_password
    assert command("user", "lock", "moi.nguoi", "--as", "unitadmin").exit_code == 0
    locked = {u["username"]: u["locked"] for u in answered(command("user", "list", "--as", "unitadmin", "--json"))}
    assert locked["moi.nguoi"] is True
    assert "xa.searcher" not in locked
    acting = command("transfer", "list", "--as", "moi.nguoi")
    assert (acting.exit_code, "SET-0015" in acting.stderr) == (1, True)


def test_roles_are_changed_by_somebody_else(archive: Archive, command: Any) -> None:
    """A unit administrator changes another's roles and not his own; a system administrator reaches another body."""
    assert command("user", "roles", "searcher", "--role", "clerk", "--as", "unitadmin").exit_code == 0
    listed = {u["username"]: u["roles"] for u in answered(command("user", "list", "--as", "unitadmin", "--json"))}
    assert listed["searcher"] == "clerk"
    own = command("user", "roles", "unitadmin", "--role", "archivist", "--as", "unitadmin")
    assert (own.exit_code, "ACC-0011" in own.stderr) == (1, True)
    both = ("--role", "archivist", "--role", "system_administrator", "--organization", "H98.02")
    refused = command("user", "roles", "xa.searcher", *both, "--as", "quantri")
    assert (refused.exit_code, "ACC-0010" in refused.stderr) == (1, True)
    other = command("user", "password", "xa.searcher", "--organization", "H98.02", "--as", "quantri")
    password = other.stdout.strip().partition(": ")[2]
    assert authenticate(archive.house.database, "xa.searcher", password).password_reset_by == "Quản trị hệ thống"


def test_reading_by_a_command_is_an_act(archive: Archive, command: Any) -> None:
    """Each command that shows rows leaves one event of the acting account in its body's chain, as the pages do."""
    transfer = whole_way(archive, small(1, 1))
    with archive.house.database.read(SystemScope("test")) as work:
        number = work.session.scalars(select(Transfer.number).where(Transfer.id == transfer)).one()
    for act, who, words in (
        ("transfer.listed", "archivist", ("transfer", "list")),
        ("transfer.viewed", "archivist", ("transfer", "show", number)),
        ("package.listed", "archivist", ("package", "list")),
        ("file_plan.listed", "head", ("file-plan", "list")),
        ("package.viewed", "archivist", ("package", "show", "H98.01.2024.01.TH")),
        ("retention.listed", "officer", ("retention", "due", "--on", "2035-01-01")),
        ("account.listed", "unitadmin", ("user", "list")),
    ):
        before = acts_of(archive, who)
        assert answered(command(*words, "--as", who, "--json"))
        assert acts_of(archive, who) == [*before, act]


def acts_of(archive: Archive, who: str) -> list[str]:
    """Return what a person did, as their body's chain tells it."""
    face = archive.person(who)
    own = (AuditEvent.chain_id == face.organization_id, AuditEvent.actor_id == face.id)
    with archive.house.database.read(SystemScope("test")) as work:
        return list(work.session.scalars(select(AuditEvent.act).where(*own).order_by(AuditEvent.seq)))


def test_commands_on_local_files_need_no_archive(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`identify`, `bag validate` and `package validate` work without data folder, settings or account."""
    monkeypatch.setenv("KHOLUUTRU_DATA", str(tmp_path / "nowhere"))
    runner = CliRunner()
    sample = SAMPLES / "transfer" / "HS.01" / "970-ttg.signed.pdf"
    identified = runner.invoke(main, ["identify", str(sample), "--json"])
    assert (identified.exit_code, json.loads(identified.stdout)[0]["basis"]) == (0, "signature")
    (tmp_path / "bag" / "data").mkdir(parents=True)
    judged = runner.invoke(main, ["bag", "validate", str(tmp_path / "bag"), "--json"])
    assert (judged.exit_code, bool(json.loads(judged.stdout))) == (1, True)
    assert not (tmp_path / "nowhere").exists()


def test_a_broken_settings_file_is_said_in_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A settings file that is no TOML, or names what is not there, ends with a code and without a traceback."""
    monkeypatch.setenv("KHOLUUTRU_SETTINGS", str(tmp_path / "kholuutru.toml"))
    for text, code in (("port = ", "SET-0008"), ("nonsense = 1", "SET-0001"), ('port = "x"', "SET-0002")):
        (tmp_path / "kholuutru.toml").write_text(text, "utf-8")
        result = CliRunner().invoke(main, ["doctor"])
        assert (result.exit_code, code in result.stderr) == (1, True), result.output
