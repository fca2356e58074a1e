"""The command line: every command acts as an account, passes the same permissions and writes the same events."""

import sys

from config.floors import foreign_floor

if (_foreign := foreign_floor()) is not None:
    # The catalogue may lie on the hidden floor itself, so its sentence stands here once more.
    sys.exit(
        f"SET-0005: Tầng «{_foreign[0]}» đang được nạp từ {_foreign[1]}, không phải từ bản cài của Kho Lưu Trữ.\n"
        "Gỡ gói lạ đó, hoặc cài Kho Lưu Trữ vào môi trường riêng."
    )

from config.command_line.main import main

__all__ = ["main"]
