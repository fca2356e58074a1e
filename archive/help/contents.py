"""The user guide: one Markdown page a role in `guide/`, and which of its parts helps on which page."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable
from dataclasses import dataclass
from importlib import resources

from markdown_it import MarkdownIt

from archive.text.folding import fold

_NOT_IN_NAMES = re.compile(r"[^a-z0-9]+")

# Page of the guide and its heading, by endpoint; an endpoint that is not here has the help of its blueprint.
HELP: dict[str, tuple[str, str]] = {
    "web": ("bat-dau", "ban-lam-viec"),
    "web.beginning": ("bat-dau", "muoi-phut-dau-tien"),
    "accounts": ("quan-tri", "tai-khoan"),
    "people": ("quan-tri", "tai-khoan"),
    "accounts.password": ("bat-dau", "dang-nhap-va-mat-khau"),
    "organizations": ("quan-tri", "co-quan-va-don-vi"),
    "audit": ("kiem-tra-nhat-ky", "doc-nhat-ky"),
    "jobs": ("quan-tri", "viec-chay-nen"),
    "settings": ("quan-tri", "cai-dat"),
    "description": ("luu-tru-vien", "phong-va-noi-de-ban-giay"),
    "rules": ("quan-tri", "quy-tac-kiem-tra"),
    "plans": ("van-thu", "danh-muc-ho-so"),
    "transfers": ("nguoi-lap-ho-so", "theo-doi-dot-nop"),
    "transfers.new": ("nguoi-lap-ho-so", "nop-ho-so"),
    "transfers.handover": ("luu-tru-vien", "ban-giao"),
    "transfers.columns": ("nguoi-lap-ho-so", "danh-muc-excel"),
    "findings": ("luu-tru-vien", "xem-xet-dot-nop"),
    "content": ("luu-tru-vien", "xem-xet-dot-nop"),
    "papers": ("luu-tru-vien", "ban-giao"),
    "dossiers": ("nguoi-khai-thac", "trang-ho-so"),
    "reading": ("nguoi-khai-thac", "doc-van-ban"),
    "search": ("nguoi-khai-thac", "tra-cuu"),
    "retention": ("phu-trach-thoi-han", "thoi-han-va-ngay-xem-xet"),
    "help": ("bat-dau", "dung-huong-dan-nay"),
}


@dataclass(frozen=True, slots=True)
class GuidePage:
    """A page of the guide: its name in addresses, title, HTML, and anchors of its headings."""

    name: str
    title: str
    html: str
    anchors: tuple[str, ...]


def anchor(heading: str) -> str:
    """Return the name of a heading in addresses: ``Bàn làm việc`` is ``ban-lam-viec``."""
    return _NOT_IN_NAMES.sub("-", fold(heading)).strip("-")


@functools.cache
def guide() -> dict[str, GuidePage]:
    """Return all pages by name."""
    folder = resources.files("archive.help") / "guide"
    names = sorted(entry.name.removesuffix(".md") for entry in folder.iterdir() if entry.name.endswith(".md"))
    return {name: _page(name, (folder / f"{name}.md").read_text("utf-8")) for name in names}


def _page(name: str, text: str) -> GuidePage:
    # HTML in the guide is shown as text: nothing in it can reach past the page's policy.
    reader = MarkdownIt("commonmark", {"html": False}).enable("table")
    tokens = reader.parse(text)
    anchors: list[str] = []
    title = name
    for index, token in enumerate(tokens):
        if token.type != "heading_open":
            continue
        heading = tokens[index + 1].content
        if token.tag == "h1":
            title = heading
        else:
            token.attrSet("id", anchor(heading))
            anchors.append(anchor(heading))
    return GuidePage(name, title, reader.renderer.render(tokens, reader.options, {}), tuple(anchors))


# On the pages of one transfer each has another part to play: the first right that the reader holds decides.
_OF_PARTS: tuple[tuple[str, tuple[str, str]], ...] = (
    ("transfer.review", ("luu-tru-vien", "xem-xet-dot-nop")),
    ("transfer.approve", ("lanh-dao-don-vi", "duyet-mot-dot-nop")),
    ("transfer.submit", ("nguoi-lap-ho-so", "theo-doi-dot-nop")),
)
_IN_PARTS = frozenset({"transfers.show", "transfers.index", "content", "findings", "papers"})


def help_for(endpoint: str, may: Callable[[str], bool] = lambda _permission: False) -> tuple[str, str]:
    """Return the page of the guide and the heading that help on a page of the product.

    `may` tells whether the reader holds a right.
    """
    if endpoint in _IN_PARTS or endpoint.partition(".")[0] in _IN_PARTS:
        for permission, place in _OF_PARTS:
            if may(permission):
                return place
    return HELP.get(endpoint) or HELP.get(endpoint.partition(".")[0]) or HELP["web"]
