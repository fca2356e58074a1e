"""The audit trail for auditors: who did what, and whether the chain is whole."""

from __future__ import annotations

import datetime
import functools
import json
import uuid

from flask import Blueprint, render_template, request
from flask_babel import gettext as _
from sqlalchemy import ColumnElement, select

from archive.accounts.models import Account
from archive.audit.events import ACTS, AuditRecord
from archive.audit.models import AuditEvent, AuditPayload
from archive.audit.services import heads, last_anchored, verify_chain
from archive.audit.words import FAULTS, payload_words
from archive.clock import VIETNAM, vietnam_date
from archive.database.connection import Database
from archive.database.scope import SYSTEM_ACTOR
from archive.metadata.dates import read_date
from archive.organizations.services import names_on
from archive.web.addresses import known_uuid
from archive.web.messages import face_of_code
from archive.web.parts import part
from archive.web.session import face, permission_required, scope
from archive.web.translation import language

blueprint = Blueprint("audit", __name__, template_folder="templates")
_PAGE = 100
_FILTERS = ("act", "who", "object", "from", "to")


@blueprint.get("/nhat-ky")
@permission_required("audit.read")
def index() -> str:
    """Show the events of the reader's body, newest first; looking at them is an event too."""
    act = request.args.get("act", "")
    who, first, last, about = (request.args.get(name, "") for name in ("who", "from", "to", "object"))
    before = request.args.get("before", type=int)
    chain = face().organization_id
    with part(Database).read(scope()) as work:
        statement = (
            select(AuditEvent, AuditPayload)
            .join(AuditPayload, (AuditPayload.chain_id == AuditEvent.chain_id) & (AuditPayload.seq == AuditEvent.seq))
            .where(AuditEvent.chain_id == chain)
            .order_by(AuditEvent.seq.desc())
            .limit(_PAGE)
        )
        if act in ACTS:
            statement = statement.where(AuditEvent.act == act)
        if (person := known_uuid(who)) is not None:
            statement = statement.where(AuditEvent.actor_id == person)
        if about:
            statement = statement.where(_about(about, chain))
        if (begin := _day(first)) is not None:
            statement = statement.where(AuditEvent.at >= begin)
        if (end := _day(last)) is not None:
            statement = statement.where(AuditEvent.at < end + datetime.timedelta(days=1))
        if before:
            statement = statement.where(AuditEvent.seq < before)
        # A day that cannot be read shows nothing, rather than everything as if it had been heeded.
        unread = [face_of_code("FRM-0004", {"value": text}) for text in (first, last) if text and _day(text) is None]
        rows = [] if unread else work.session.execute(statement).all()
        people = {a.id: a.name for a in work.session.scalars(select(Account))}
        head = next((h for h in heads(work.session) if h.chain_id == chain), None)
        anchored = last_anchored(work.session)
        names = {str(found): name for found, name in names_on(work.session, vietnam_date(work.now)).items()}
        checked, fault = verify_chain(work.session, chain, {}) if "verify" in request.args else (0, None)
    filters = {key: value for key, value in request.args.items() if key in _FILTERS and value}
    with part(Database).write(scope()) as work:
        work.record(AuditRecord("audit.read", chain, payload={"filters": filters, "shown": len(rows)}))
    labels = {name: texts[language() == "en"] for name, texts in ACTS.items()}
    return render_template(
        "audit/index.html",
        rows=rows,
        people=people,
        labels=labels,
        act=act,
        who=who,
        first=first,
        last=last,
        about=about,
        head=head,
        anchored=anchored,
        nobody=SYSTEM_ACTOR,
        checked=checked,
        fault=fault,
        page=_PAGE,
        said_by=functools.partial(payload_words, english=language() == "en", names=names),
        fault_words=FAULTS,
        unread=unread,
        body=names.get(str(chain), _("Đơn vị vận hành hệ thống")),
    )


def _about(text: str, chain: uuid.UUID) -> ColumnElement[bool]:
    """Return the condition that an event is about a thing: its id, or a code or number that some event says of it.

    What names nothing finds nothing: a filter that was not understood never looks like one that was.
    """
    if (object_id := known_uuid(text)) is not None:
        return AuditEvent.object_id == object_id
    names_it = AuditPayload.body.contains(json.dumps(text.strip(), ensure_ascii=False), autoescape=True)
    named = select(AuditEvent.object_id).join(
        AuditPayload, (AuditPayload.chain_id == AuditEvent.chain_id) & (AuditPayload.seq == AuditEvent.seq)
    )
    named = named.where(AuditEvent.chain_id == chain, AuditEvent.act != "audit.read", names_it)
    return AuditEvent.object_id.in_(named.where(AuditEvent.object_id.is_not(None))) | names_it


def _day(text: str) -> datetime.datetime | None:
    """Return the first instant of a day as it is typed; None for what is none."""
    date = read_date(text).date
    return datetime.datetime.combine(date.earliest, datetime.time(), VIETNAM) if date is not None else None
