"""Settings written down for a backup: read again as they were, without a secret, and compared."""

from __future__ import annotations

import tomllib
from dataclasses import fields, replace
from pathlib import Path

from config.settings import Secret, Settings, load
from config.written_settings import differing, without_secrets


def test_what_is_written_can_be_loaded_again(tmp_path: Path) -> None:
    """All settings but the secrets come back, whatever signs they hold."""
    settings = replace(
        Settings(data=tmp_path / 'Dữ "liệu"\\mới'), port=81, secure_cookies=True, index_user="người\tdùng"
    )
    (tmp_path / "settings.toml").write_text(without_secrets(settings), "utf-8")
    assert load({}, tmp_path / "settings.toml") == settings


def test_no_secret_is_written() -> None:
    """Of each secret only its name is told, and whether it was set."""
    names = [setting.name for setting in fields(Settings) if isinstance(setting.default, Secret)]
    settings = Settings(**{name: Secret(f"hush-{name}") for name in names})
    text = without_secrets(settings)
    assert "hush" not in text
    assert all(f"# {name} = *** (đã đặt)" in text for name in names)
    assert not set(names) & tomllib.loads(text).keys()


def test_differences_are_named_with_both_values() -> None:
    """What was set otherwise when the settings were written is told; what a former program did not know is not."""
    settings = Settings()
    text = without_secrets(replace(settings, port=81))
    assert differing(text, settings) == [("port", "81", "8000")]
    assert differing(without_secrets(settings), settings) == []
    assert differing("unheard_of = 1\n", settings) == []
