"""The page of background work: what runs, what stands, what needs a person."""

from __future__ import annotations

from flask import Blueprint, render_template, request
from flask_babel import lazy_gettext
from sqlalchemy import select

from archive.database.connection import Database
from archive.database.scope import SystemScope
from archive.jobs.models import Job
from archive.web.listing import Column, Listing
from archive.web.messages import face_of_code
from archive.web.parts import part
from archive.web.session import permission_required, scope
from archive.web.translation import said

blueprint = Blueprint("jobs", __name__, template_folder="templates")

KINDS: dict[str, tuple[str, str]] = {
    "transfer.read": ("Đọc danh mục", "Read the list"),
    "transfer.check": ("Kiểm tra đợt nộp", "Check the transfer"),
    "transfer.seal": ("Niêm phong đợt nộp", "Seal the transfer"),
    "package.lock": ("Khóa gói trong kho", "Lock the package"),
    "text.extract": ("Lấy nội dung chữ", "Take the text out"),
}
# Words, icon and look of each state.
STATES: dict[str, tuple[str, str, str, str]] = {
    "waiting": ("Đang chờ", "Waiting", "hourglass-split", "idle"),
    "running": ("Đang chạy", "Running", "arrow-repeat", "run"),
    "done": ("Xong", "Done", "check-circle", "ok"),
    "needs_person": ("Cần người xử lý", "Needs a person", "exclamation-triangle", "bad"),
}


JOBS: Listing[Job] = Listing(
    "jobs",
    Job.id,
    (
        Column("updated", lazy_gettext("Cập nhật"), lambda j: j.updated_at, order=Job.updated_at),
        Column("kind", lazy_gettext("Việc"), lambda j: said(KINDS.get(j.kind, (j.kind, j.kind))), order=Job.kind),
        Column("state", lazy_gettext("Trạng thái"), lambda j: said(STATES[j.state]), order=Job.state),
        Column("progress", lazy_gettext("Tiến độ"), lambda j: f"{j.done}/{j.total}", numeric=True),
        Column("runs", lazy_gettext("Lần chạy"), lambda j: len(j.history), numeric=True),
        Column("reason", lazy_gettext("Lý do"), lambda j: j.error_code or ""),
    ),
    backwards=True,
)


@blueprint.get("/viec-chay-nen")
@permission_required("job.view")
def index() -> str:
    """Show the jobs of every body: no titles, no content."""
    statement = select(Job)
    if request.args.get("state") in STATES:
        statement = statement.where(Job.state == request.args["state"])
    with part(Database).read(SystemScope("job page", actor=scope().actor)) as work:
        listed = JOBS.open(work, statement, request.args)
    return render_template("jobs/index.html", listed=listed, kinds=KINDS, states=STATES, message_of=face_of_code)
