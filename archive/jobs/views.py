"""The page of background work: what runs, what stands, what needs a person."""

from __future__ import annotations

from flask import Blueprint, render_template
from sqlalchemy import select

from archive.database.connection import Database
from archive.database.scope import SystemScope
from archive.jobs.models import Job
from archive.web.messages import face_of_code
from archive.web.parts import part
from archive.web.session import permission_required, scope

blueprint = Blueprint("jobs", __name__, template_folder="templates")

KINDS: dict[str, str] = {
    "transfer.read": "Đọc danh mục",
    "transfer.check": "Kiểm tra đợt nộp",
    "transfer.seal": "Niêm phong đợt nộp",
    "package.lock": "Khóa gói trong kho",
    "text.extract": "Lấy nội dung chữ",
}
STATES: dict[str, tuple[str, str, str]] = {
    "waiting": ("Đang chờ", "hourglass-split", "idle"),
    "running": ("Đang chạy", "arrow-repeat", "run"),
    "done": ("Xong", "check-circle", "ok"),
    "needs_person": ("Cần người xử lý", "exclamation-triangle", "bad"),
}


@blueprint.get("/viec-chay-nen")
@permission_required("job.view")
def index() -> str:
    """Show the jobs that are not done, and the last ones that are; no titles, no content."""
    with part(Database).read(SystemScope("job page", actor=scope().actor)) as work:
        jobs = work.session.scalars(select(Job).order_by(Job.state == "done", Job.updated_at.desc()).limit(200)).all()
    return render_template("jobs/index.html", jobs=jobs, kinds=KINDS, states=STATES, message_of=face_of_code)
