"""The pages of rules: how heavily each weighs in the reader's body, and changing one."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from werkzeug.exceptions import NotFound as PageNotFound
from werkzeug.wrappers import Response

from archive.clock import vietnam_date
from archive.database.connection import Database
from archive.messages.examples import example_values
from archive.text.folding import fold
from archive.web.forms import Choice, Day, Form, Text, offered
from archive.web.messages import face_of_code
from archive.web.parts import part
from archive.web.session import face, permission_required, scope
from archive.web.translation import language, said
from ingest.rulebook.errors import RuleError
from ingest.rulebook.services import adjustable, change_rule, changes_of, rules_on
from ingest.rulebook.weights import WEIGHTS, usual_weight

blueprint = Blueprint("rules", __name__, template_folder="templates")


@blueprint.get("/quy-tac")
@permission_required("rule.manage", "transfer.view")
def index() -> str:
    """Show the rules that a body may change, and how heavily they weigh today in the reader's."""
    asked = fold(request.args.get("q", "")).split()
    with part(Database).read(scope()) as work:
        rules = rules_on(work, face().organization_id, vietnam_date(work.now))
    shown = []
    for message in adjustable():
        title = face_of_code(message.code, example_values(language())).title
        if all(word in fold(f"{message.code} {title}") for word in asked):
            usual = usual_weight(message)
            shown.append((message, title, usual, rules.weights.get(message.code, usual)))
    return render_template("rules/index.html", shown=shown, weights=WEIGHTS, number=rules.number)


class RuleForm(Form):
    """A change of one rule."""

    level = Choice(lazy_gettext("Mức mới"))
    valid_from = Day(lazy_gettext("Từ ngày"), help=lazy_gettext("Ví dụ: 01/01/2027. Không sớm hơn hôm nay."))
    reason = Text(
        lazy_gettext("Lý do"), most=1000, help=lazy_gettext("Căn cứ: văn bản của tỉnh, của cơ quan; hoặc lý do.")
    )


@blueprint.route("/quy-tac/<code>", methods=["GET", "POST"])
@permission_required("rule.manage")
def change(code: str) -> Response | str | tuple[str, int]:
    """Let one rule weigh otherwise from a day on; show what was changed before."""
    message = next((message for message in adjustable() if message.code == code), None)
    if message is None:
        raise PageNotFound
    with part(Database).read(scope()) as work:
        today = vietnam_date(work.now)
        present = rules_on(work, face().organization_id, today).weights.get(code, usual_weight(message))
        before = changes_of(work, code)
    form = RuleForm(request.form, data={"level": present, "valid_from": today})
    form.level.choices = offered((key, said(words)) for key, words in WEIGHTS.items())
    status = 200
    if request.method == "POST":
        status = 400
        if form.validate():
            try:
                with part(Database).write(scope()) as work:
                    change_rule(
                        work,
                        face().organization_id,
                        code,
                        level=form.level.data,
                        reason=form.reason.data,
                        valid_from=form.valid_from.data,
                    )
                flash(_("Đã đổi quy tắc %(code)s.", code=code), "ok")
                return redirect(url_for("rules.index"))
            except RuleError as error:
                form.refuse(error, {"RUL-0002": "reason", "RUL-0003": "valid_from"}.get(error.code, "level"))
    example = face_of_code(code, example_values(language()))
    shown = {"message": message, "example": example, "before": before, "weights": WEIGHTS, "present": present}
    return render_template("rules/change.html", form=form, **shown), status
