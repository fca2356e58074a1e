"""Settings written down for a backup: without secrets, and compared when it is put back."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

from config.settings import Secret, Settings


def without_secrets(settings: Settings) -> str:
    """Return the settings as TOML; of a secret only its name is told, and whether it was set."""
    return "".join(f"{line}\n" for line in _lines(settings))


def _lines(settings: Settings) -> Iterator[str]:
    yield "# Thiết lập của kho lúc sao lưu. Các giá trị bí mật không được ghi ở đây; đặt lại khi khôi phục."
    for setting in fields(Settings):
        value = getattr(settings, setting.name)
        if isinstance(setting.default, Secret):
            yield f"# {setting.name} = {'*** (đã đặt)' if value else '(trống)'}"
        elif isinstance(value, bool | int):
            yield f"{setting.name} = {str(value).lower()}"
        else:
            # A JSON string is a basic string of TOML, apart from DEL, which no setting holds.
            yield f"{setting.name} = {json.dumps(str(value), ensure_ascii=False)}"


def differing(text: str, settings: Settings) -> list[tuple[str, str, str]]:
    """Return name, value then and value now of each setting that is no secret and is not as it was written."""
    written = tomllib.loads(text)
    found = []
    for setting in fields(Settings):
        if isinstance(setting.default, Secret) or setting.name not in written:
            continue
        then, now = written[setting.name], getattr(settings, setting.name)
        if then != (str(now) if isinstance(now, Path) else now):
            found.append((setting.name, str(then), str(now)))
    return found
