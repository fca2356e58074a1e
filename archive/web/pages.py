"""What every page has: language, formats, menu, error pages."""

from __future__ import annotations

import datetime
import secrets
from collections.abc import Sequence
from typing import Any

import structlog
from babel.messages.catalog import Catalog
from flask import Flask, Response, g, make_response, render_template, request
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from flask_login import AnonymousUserMixin, current_user
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import OperationalError
from werkzeug.exceptions import HTTPException

from archive.accounts.errors import Forbidden
from archive.clock import vietnam_date
from archive.database.connection import Database
from archive.database.errors import DatabaseAway, NotFound
from archive.errors import KhoLuuTruError
from archive.help.contents import help_for
from archive.messages.catalogue import catalogue
from archive.web import formats
from archive.web.forms import draw
from archive.web.navigation import NavigationEntry
from archive.web.parts import part
from archive.web.session import face, may
from archive.web.translation import LANGUAGES, Words, language, said

log = structlog.get_logger()
_TITLES = {
    400: (
        lazy_gettext("Yêu cầu không đọc được"),
        lazy_gettext("Địa chỉ hoặc nội dung gửi lên không đúng."),
    ),
    401: (
        lazy_gettext("Phiên làm việc đã hết"),
        lazy_gettext("Đăng nhập lại rồi làm tiếp. Những gì đã ghi vẫn còn."),
    ),
    403: (
        lazy_gettext("Bạn không có quyền xem trang này"),
        lazy_gettext("Nhờ quản trị đơn vị giao quyền nếu việc này là của bạn."),
    ),
    404: (
        lazy_gettext("Không tìm thấy"),
        lazy_gettext("Không có mục này, hoặc bạn không được xem. Kiểm tra lại địa chỉ, hoặc tìm lại."),
    ),
    405: (
        lazy_gettext("Không làm được theo cách này"),
        lazy_gettext("Mở lại trang rồi dùng nút trên trang."),
    ),
    413: (
        lazy_gettext("Nội dung gửi lên quá lớn"),
        lazy_gettext("Gửi từng tệp một, hoặc chia nhỏ đợt nộp."),
    ),
    503: (
        lazy_gettext("Đang có quá nhiều người gửi cùng lúc"),
        lazy_gettext("Chờ vài giây rồi làm lại. Chưa có gì được ghi."),
    ),
}

_OTHER = (lazy_gettext("Không làm được"), lazy_gettext("Mở lại trang rồi thử lại."))


def message(error: KhoLuuTruError, part_name: str = "text") -> str:
    """Return one text of an error's message in the reader's language."""
    return catalogue().text(error.code, language(), error.parameters, part_name)


def furnish(app: Flask, entries: Sequence[NavigationEntry], english: Catalog, *, demonstration: bool) -> None:
    """Give the application its language, template globals and error pages."""
    Words(english).init_app(app, locale_selector=language, default_locale="vi", default_timezone="Asia/Ho_Chi_Minh")

    @app.context_processor
    def common() -> dict[str, Any]:
        reader = language()
        if "database_away" in g:
            nobody = {"languages": {}, "may": lambda _permission: False, "face": None}
            return {**nobody, "language": reader, "demonstration": demonstration}
        now = part(Database).clock.now()
        return {
            "language": reader,
            "languages": LANGUAGES,
            "may": may,
            "navigation": [e for e in entries if not e.permissions or any(may(p) for p in e.permissions)],
            "face": face() if current_user.is_authenticated else None,
            "demonstration": demonstration,
            "now": now,
            "help_place": help_for(request.endpoint or "", may),
            "today": vietnam_date(now),
        }

    app.add_template_filter(lambda v: formats.date_text(v, language()), "date")
    app.add_template_filter(lambda v: formats.weekday_text(v, language()), "weekday")
    app.add_template_filter(lambda v: formats.instant_text(v, language()), "instant")
    app.add_template_filter(lambda v: formats.number_text(v, language()), "number")
    app.add_template_filter(lambda v: formats.size_text(v, language()), "size")
    app.add_template_filter(_iso, "iso")
    app.add_template_filter(said, "said")
    app.add_template_global(draw, "draw")

    @app.errorhandler(KhoLuuTruError)
    def coded(error: KhoLuuTruError) -> Response:
        status = 503 if error.passing else 400
        status = 404 if isinstance(error, NotFound) else 403 if isinstance(error, Forbidden) else status
        return _error_page(status, message(error, "title"), f"{message(error)} {message(error, 'action')}", error.code)

    @app.errorhandler(OperationalError)
    def away(error: OperationalError) -> Response:
        log.warning("database away", path=request.path, detail=str(error))
        # This page must not ask the database who is logged in; Flask-Login would, for every template.
        g.database_away, g._login_user = True, AnonymousUserMixin()  # noqa: SLF001 - its only way
        told = DatabaseAway.because_of(error)
        return _error_page(503, message(told, "title"), f"{message(told)} {message(told, 'action')}", told.code)

    @app.errorhandler(CSRFError)
    def forged(error: CSRFError) -> Response:
        del error
        return _error_page(400, _("Trang mở quá lâu"), _("Mở lại trang rồi làm lại. Chưa có gì được ghi."), "CSRF")

    @app.errorhandler(HTTPException)
    def http(error: HTTPException) -> Response:
        status = error.code or 500
        title, text = _TITLES.get(status, _OTHER)
        return _error_page(status, str(title), str(text), f"HTTP-{status}")

    @app.errorhandler(Exception)
    def fault(error: Exception) -> Response:
        reference = secrets.token_hex(4)
        log.error("page failed", reference=reference, path=request.path, exc_info=error)
        texts = catalogue()
        return _error_page(
            500,
            texts.text("GEN-0004", language(), {}, "title"),
            texts.text("GEN-0004", language(), {"reference": reference}),
            f"GEN-0004 {reference}",
        )


def _error_page(status: int, title: str, text: str, code: str) -> Response:
    if request.accept_mimetypes.best_match(["text/html", "application/json"]) == "application/json":
        return make_response({"code": code, "title": title, "text": text}, status)
    g.pop("form", None)
    return make_response(render_template("web/error.html", title=title, text=text, code=code), status)


def _iso(value: datetime.date | datetime.datetime | None) -> str:
    return value.isoformat() if value else ""
