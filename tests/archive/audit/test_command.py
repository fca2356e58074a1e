"""`kholuutru audit verify` for those who check from outside."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing

from click.testing import CliRunner, Result

from config.command_line import main
from tests.conftest import Archive


def verify(archive: Archive, *options: str) -> Result:
    """Run the command on this archive."""
    environment = {"KHOLUUTRU_DATA": str(archive.settings.data), "COLUMNS": "200"}
    return CliRunner().invoke(main, ["audit", "verify", *options], env=environment)


def test_whole_chains_are_said_to_be_whole(archive: Archive) -> None:
    """On an untouched archive the command succeeds and names every chain with its number of rows."""
    run = verify(archive, "--json")
    assert run.exit_code == 0
    rows = json.loads(run.stdout)
    assert {row["state"] for row in rows} == {"intact"}
    assert str(archive.province.department) in {row["chain"] for row in rows}
    assert all(row["rows"] > 0 and row["first_fault"] is None for row in rows)


def test_a_changed_row_is_named(archive: Archive) -> None:
    """After one row was changed with plain SQL the command fails and names the chain and the row."""
    chain = archive.province.department
    with closing(sqlite3.connect(archive.settings.data / "kholuutru.db")) as connection:
        connection.execute("UPDATE audit_event SET outcome = 'failed' WHERE chain_id = ? AND seq = 4", (chain.hex,))
        connection.commit()
    run = verify(archive, "--json")
    assert run.exit_code == 1
    wrong = [row for row in json.loads(run.stdout) if row["state"] != "intact"]
    assert wrong == [{"chain": str(chain), "rows": 3, "state": "changed", "first_fault": 4}]
    shown = verify(archive)
    assert shown.exit_code == 1
    line = next(line for line in shown.stdout.splitlines() if str(chain) in line)
    assert line.replace("│", " ").split() == [str(chain), "3", "đã", "thay", "đổi", "4"]
