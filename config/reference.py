"""The reference of settings and commands, written from what they are: `docs/reference.md`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields

import click

from config.command_line.main import main
from config.settings import Settings


def reference() -> str:
    """Return the whole page; a test compares it with the file."""
    return "\n".join([*_settings(), "", *_commands(), ""])


def _settings() -> Iterator[str]:
    yield "# Tham chiếu: thiết lập, lệnh"
    yield ""
    yield "Trang này được lập từ chương trình (`python -m config.reference`). Mã thông báo: [checks](checks/README.md)."
    yield ""
    yield "## Thiết lập"
    yield ""
    yield "Trong `kholuutru.toml`, hoặc biến môi trường `KHOLUUTRU_<TÊN>`; biến môi trường được ưu tiên."
    yield ""
    yield "| thiết lập | mặc định | ý nghĩa | meaning |"
    yield "| --- | --- | --- | --- |"
    for setting in fields(Settings):
        default = setting.default if setting.default != "" else "(trống)"
        yield f"| `{setting.name}` | `{default}` | {setting.metadata['vi']} | {setting.metadata['en']} |"


def _commands() -> Iterator[str]:
    yield "## Lệnh"
    yield ""
    yield "| lệnh | việc |"
    yield "| --- | --- |"
    yield from _of_group(main, "kholuutru")


def _of_group(group: click.Group, path: str) -> Iterator[str]:
    for name, command in sorted(group.commands.items()):
        full = f"{path} {name}"
        if isinstance(command, click.Group):
            yield from _of_group(command, full)
        else:
            yield f"| `{full}` | {(command.help or '').splitlines()[0]} |"


if __name__ == "__main__":
    import sys

    sys.stdout.write(reference())
