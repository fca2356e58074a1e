"""The web application, put together from the floors' pages."""

from __future__ import annotations

import functools
import importlib
from datetime import timedelta
from pathlib import Path

from babel.messages.catalog import Catalog
from flask import Flask
from flask_wtf.csrf import CSRFProtect

from archive.accounts import people_views as people_pages
from archive.accounts import views as account_pages
from archive.audit import views as audit_pages
from archive.database.connection import Database
from archive.description import desk as description_desk
from archive.description import views as description_pages
from archive.fence.pool import Fence
from archive.help import views as help_pages
from archive.jobs import desk as job_desk
from archive.jobs import views as job_pages
from archive.organizations import desk as organization_desk
from archive.organizations import views as organization_pages
from archive.staging.ports import Staging
from archive.web import settings_views as setting_pages
from archive.web import views as web_pages
from archive.web.desk import Desk
from archive.web.navigation import NavigationEntry
from archive.web.pages import furnish
from archive.web.parts import install_parts
from archive.web.security import secure
from archive.web.session import login_manager
from archive.web.settings_views import ShownSettings
from archive.web.translation import FILE_NAME, read_english
from config.house import House
from config.session_key import session_key
from config.shown_settings import setting_rows
from ingest.plans import desk as plan_desk
from ingest.plans import views as plan_pages
from ingest.rulebook import views as rule_pages
from ingest.transfers import content_views as transfer_content
from ingest.transfers import desk as transfer_desk
from ingest.transfers import finding_views as transfer_findings
from ingest.transfers import paper_views as transfer_papers
from ingest.transfers import uploads as transfer_uploads
from ingest.transfers import views as transfer_pages
from kholuutru import FLOORS
from preservation.packages import desk as package_desk
from preservation.storage.ports import ObjectStore
from retention.due import desk as retention_desk
from retention.due import views as retention_pages
from retention.due.panel import WhyThisDay
from search.index import desk as index_desk
from search.index.ports import SearchIndex
from search.query import views as search_pages
from search.reading import document_views as reading_pages
from search.reading import views as dossier_pages
from search.reading.panels import DossierPanels

NAVIGATION = (
    NavigationEntry("web.desk", ("Bàn làm việc", "Desk"), "inboxes"),
    NavigationEntry("transfers.index", ("Giao nộp", "Transfers"), "box-arrow-in-down", ("transfer.view",)),
    NavigationEntry("plans.index", ("Danh mục", "File plans"), "list-check", ("file_plan.view",)),
    NavigationEntry("dossiers.index", ("Kho hồ sơ", "Holdings"), "archive", ("dossier.view",)),
    NavigationEntry("description.fonds", ("Phông, kho", "Fonds"), "boxes", ("fonds.manage", "storage.manage")),
    NavigationEntry("search.page", ("Tra cứu", "Search"), "search", ("search.use",)),
    NavigationEntry("retention.index", ("Thời hạn", "Retention"), "calendar-range", ("retention.view",)),
    NavigationEntry("organizations.index", ("Cơ quan", "Bodies"), "diagram-3", ("organization.manage", "unit.manage")),
    NavigationEntry("rules.index", ("Quy tắc", "Rules"), "sliders", ("rule.manage",)),
    NavigationEntry("people.index", ("Người, quyền", "People"), "people", ("account.manage",)),
    NavigationEntry("audit.index", ("Nhật ký", "Audit"), "journal-check", ("audit.read",)),
    NavigationEntry("jobs.index", ("Việc chạy nền", "Background work"), "gear-wide-connected", ("job.view",)),
    NavigationEntry("settings.index", ("Cài đặt", "Settings"), "sliders", ("settings.view",)),
)
DESK = Desk(
    work=(transfer_desk.waiting, plan_desk.waiting, retention_desk.waiting, job_desk.waiting),
    flow=(transfer_desk.flow,),
    lines=(package_desk.keeping, index_desk.freshness),
    pictures=(package_desk.sealed_by_month, retention_desk.due_by_year),
    beginning=(organization_desk.beginning, description_desk.beginning, plan_desk.beginning, transfer_desk.beginning),
)
DOSSIER_PANELS = DossierPanels((WhyThisDay(),))
PAGES = (
    web_pages,
    account_pages,
    people_pages,
    organization_pages,
    transfer_pages,
    transfer_content,
    transfer_findings,
    transfer_papers,
    transfer_uploads,
    plan_pages,
    rule_pages,
    description_pages,
    dossier_pages,
    reading_pages,
    search_pages,
    retention_pages,
    audit_pages,
    job_pages,
    setting_pages,
    help_pages,
)


def create_application(house: House) -> Flask:
    """Return the application over a house's parts."""
    app = Flask("kholuutru", static_folder=None)
    app.config.update(
        SECRET_KEY=house.settings.session_key.reveal() or session_key(house.settings.data),
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=house.settings.secure_cookies,
        PERMANENT_SESSION_LIFETIME=timedelta(hours=8),
        # Uploads come as raw bodies straight into staging; what passes the form parser is small.
        MAX_FORM_MEMORY_SIZE=1_000_000,
        WTF_CSRF_TIME_LIMIT=None,
    )
    # First of all: the bounds on who may send what hold before anything looks into a form.
    secure(app)
    csrf = CSRFProtect(app)
    # These read the body as it comes, so the token is checked by them, before the first byte is kept.
    for view in (transfer_uploads.receive, transfer_uploads.plain_form):
        csrf.exempt(view)
    login_manager().init_app(app)
    install_parts(
        app,
        {
            Database: house.database,
            Staging: house.staging,
            ObjectStore: house.store,
            SearchIndex: house.index,
            Fence: house.fence,
            Desk: DESK,
            ShownSettings: ShownSettings(functools.partial(setting_rows, house.settings)),
            DossierPanels: DOSSIER_PANELS,
        },
    )
    furnish(app, NAVIGATION, _english(), demonstration=house.settings.demonstration)
    for pages in PAGES:
        app.register_blueprint(pages.blueprint)
    return app


@functools.cache
def _english() -> Catalog:
    """Return the English words of every subject's pages."""
    return read_english(path.parent for floor in FLOORS for path in _folder(floor).rglob(FILE_NAME))


def _folder(floor: str) -> Path:
    return Path(str(importlib.import_module(floor).__file__)).parent
