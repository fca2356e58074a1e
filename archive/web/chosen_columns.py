"""Which columns of which list a person chose last: in the session, so by browser, and past a log-out.

It holds nothing but keys of columns, belongs to the account that chose, and is forgotten with the browser's session.
"""

from __future__ import annotations

from collections.abc import Mapping

from flask import has_request_context, session
from flask_login import current_user
from werkzeug.datastructures import MultiDict

_KEY = "columns"


def chosen_columns(name: str, arguments: Mapping[str, str]) -> list[str]:
    """Return the keys of the columns asked for: those of the address, which are remembered, or those remembered.

    Args:
        name: of the list.
        arguments: the address's; `cot` once for each column, or with commas between.
    """
    asked = arguments.getlist("cot") if isinstance(arguments, MultiDict) else [arguments.get("cot", "")]
    keys = [key for text in asked for key in text.split(",") if key]
    if not has_request_context() or not current_user.is_authenticated:
        return keys
    held = session.get(_KEY, {})
    mine = held if held.get("") == current_user.get_id().partition("/")[0] else {}
    if not keys:
        return [key for key in mine.get(name, "").split(",") if key]
    if mine.get(name) != ",".join(keys):
        # Whoever logs in next in this browser begins with the usual columns.
        session[_KEY] = {**mine, "": current_user.get_id().partition("/")[0], name: ",".join(keys)}
    return keys
