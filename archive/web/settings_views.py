"""The page of settings: what each means, its present value, and where that stands."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from flask import Blueprint, render_template

from archive.web.parts import part
from archive.web.session import permission_required

blueprint = Blueprint("settings", __name__, template_folder="templates")

SOURCES: dict[str, tuple[str, str]] = {
    "default": ("Mặc định", "Default"),
    "file": ("Tệp cài đặt", "Settings file"),
    "environment": ("Biến môi trường", "Environment variable"),
    "secret_file": ("Tệp bí mật", "Secret file"),
    "start": (
        "Đọc lúc khởi động; nay đã sửa, khởi động lại để dùng",
        "Read at the start; changed since, restart to use it",
    ),
}


@dataclass(frozen=True, slots=True)
class SettingRow:
    """A setting: its meaning (vi, en), its value as it would be typed (a secret's as asterisks), a key of `SOURCES`."""

    name: str
    meaning: tuple[str, str]
    value: str
    source: str


@dataclass(frozen=True, slots=True)
class ShownSettings:
    """How the page gets all settings, in the order of the reference: from the composition root, looked up anew."""

    look_up: Callable[[], Sequence[SettingRow]]


@blueprint.get("/cai-dat")
@permission_required("settings.view")
def index() -> str:
    """Show the settings in force."""
    return render_template("web/settings.html", rows=part(ShownSettings).look_up(), sources=SOURCES)
