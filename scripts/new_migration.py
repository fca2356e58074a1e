"""Write a migration for what the models have and the last migration has not: `new_migration.py "What changes"`."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from alembic import command

from archive.database.connection import Database
from archive.database.migrate import alembic_configuration, upgrade
from config.tables import SUBJECTS


def main() -> None:
    """Compare the models with a database at the newest revision and write the difference."""
    assert SUBJECTS  # noqa: S101 - imported for the tables
    with tempfile.TemporaryDirectory() as folder:
        database = Database(f"sqlite:///{Path(folder) / 'empty.db'}")
        configuration = alembic_configuration()
        versions = Path(configuration.get_main_option("script_location") or "") / "versions"
        number = len(list(versions.glob("[0-9]*.py"))) + 1
        if number > 1:
            upgrade(database)
        with database.write_engine.begin() as connection:
            configuration.attributes["connection"] = connection
            command.revision(configuration, message=sys.argv[1], autogenerate=True, rev_id=f"{number:04d}")


if __name__ == "__main__":
    main()
