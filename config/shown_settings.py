"""The settings in force as a page shows them: meaning, value, and where the value stands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path

from archive.web.settings_views import SettingRow
from config.settings import Secret, Settings, SettingsError, load_with_sources


def setting_rows(
    settings: Settings, environment: Mapping[str, str] | None = None, file: Path | None = None
) -> list[SettingRow]:
    """Return the settings in force, in their order; of a secret only whether there is one.

    Args:
        settings: those in force, which were read when the process began.
        environment: where their sources are looked up; the process's own by default.
        file: the settings file; the usual one by default.
    """
    try:
        reread, sources = load_with_sources(environment, file)
    except SettingsError:
        # The file was spoilt after the start: what is in force is known all the same, its source is not.
        reread, sources = Settings(), {}
    rows = []
    for setting in fields(Settings):
        value = getattr(settings, setting.name)
        agrees = getattr(reread, setting.name) == value
        rows.append(
            SettingRow(
                setting.name,
                (setting.metadata["vi"], setting.metadata["en"]),
                _text(value),
                sources.get(setting.name, "default") if agrees else "start",
            )
        )
    return rows


def _text(value: object) -> str:
    if isinstance(value, Secret):
        return str(value) if value else ""
    return str(value).lower() if isinstance(value, bool) else str(value)
