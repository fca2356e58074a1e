"""The same database as the ground's tests."""

from __future__ import annotations

from tests.archive.conftest import clock, database, engine, province

__all__ = ["clock", "database", "engine", "province"]
