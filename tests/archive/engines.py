"""Tests that are about one database engine alone."""

from __future__ import annotations

import pytest

# How SQLite keeps its file is nobody else's matter.
only_sqlite = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
