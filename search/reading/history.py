"""What was done to a dossier and with it: preservation events and the audit trail as one line of time."""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, replace

from sqlalchemy import func, select

from archive.accounts.models import Account
from archive.audit.events import ACTS
from archive.audit.models import AuditEvent, AuditPayload
from archive.clock import vietnam_date
from archive.database.scope import SYSTEM_ACTOR
from archive.database.unit_of_work import UnitOfWork
from archive.description.models import Dossier
from preservation.packages.models import PreservationEvent
from search.reading.words import ACT_ICONS, EVENT_KINDS, OUTCOMES

MOST = 100
"""No more entries are shown; older ones stand in the audit trail."""
_FETCHED = 500
_LOOKS = {"done": "idle", "refused": "warn", "failed": "bad"}


@dataclass(frozen=True, slots=True)
class Happened:
    """One entry.

    Attributes:
        words: what was done (vi, en).
        outcome: how it ended (vi, en); None when there is nothing to say about it.
        who: the person's name; empty for the system.
        details: what it was done to, or what a tool said; each once.
        times: how often it happened alike (the same act by the same person on one day, or to so many files).
    """

    at: datetime.datetime
    icon: str
    look: str
    words: tuple[str, str]
    outcome: tuple[str, str] | None = None
    who: str = ""
    details: tuple[str, ...] = ()
    times: int = 1


def history(work: UnitOfWork, dossier: Dossier, paths: Mapping[uuid.UUID, str]) -> list[Happened]:
    """Return what happened, newest first, at most `MOST` entries.

    Args:
        work: with the reader's scope.
        dossier: found in that scope.
        paths: of the files that the reader may see, by id; acts on other files are left out.
    """
    entries = [*_preserved(work, dossier), *_acted(work, dossier, paths)]
    return sorted(entries, key=lambda entry: entry.at, reverse=True)[:MOST]


def _preserved(work: UnitOfWork, dossier: Dossier) -> list[Happened]:
    """Return the preservation events; what was done to many files within a minute is one entry."""
    event = PreservationEvent
    grouped = (
        select(event.kind, event.outcome, event.at, event.detail, func.count())
        .where(event.dossier_id == dossier.id)
        .group_by(event.kind, event.outcome, event.at, event.detail)
        .order_by(event.at.desc(), event.kind, event.detail)
        .limit(_FETCHED)
    )
    found: dict[tuple[object, ...], Happened] = {}
    for kind, outcome, at, detail, times in work.session.execute(grouped):
        vi, en, icon, look = OUTCOMES.get(outcome, OUTCOMES["not performed"])
        words = EVENT_KINDS.get(kind, (kind, kind))
        # Files of one sealing come a moment after each other.
        key = (kind, outcome, at.replace(second=0, microsecond=0))
        alike = found.get(key) or Happened(at, icon, look, words, None if outcome == "success" else (vi, en), times=0)
        details = tuple(dict.fromkeys((*alike.details, detail))) if detail else alike.details
        found[key] = replace(alike, times=alike.times + times, details=details)
    return list(found.values())


def _acted(work: UnitOfWork, dossier: Dossier, paths: Mapping[uuid.UUID, str]) -> list[Happened]:
    """Return the acts on the dossier and its files; the same one by the same person on one day is one entry."""
    rows = work.session.execute(
        select(AuditEvent)
        .join(AuditPayload, (AuditPayload.chain_id == AuditEvent.chain_id) & (AuditPayload.seq == AuditEvent.seq))
        .where(AuditPayload.dossier_id == dossier.id)
        .order_by(AuditEvent.at.desc(), AuditEvent.seq.desc())
        .limit(_FETCHED)
    ).scalars()
    found: dict[tuple[object, ...], Happened] = {}
    seen = [row for row in rows if row.object_kind != "content_file" or row.object_id in paths]
    actors = {row.actor_id for row in seen}
    people = {a.id: a.name for a in work.session.scalars(select(Account).where(Account.id.in_(actors)))}
    for row in seen:
        key = (row.act, row.actor_id, row.object_id, row.outcome, vietnam_date(row.at))
        if key in found:
            found[key] = replace(found[key], times=found[key].times + 1)
            continue
        found[key] = Happened(
            row.at,
            ACT_ICONS.get(row.act, "dot"),
            _LOOKS.get(row.outcome, "idle"),
            ACTS.get(row.act, (row.act, row.act)),
            None if row.outcome == "done" else ("không xong", "not done"),
            "" if row.actor_id == SYSTEM_ACTOR else people.get(row.actor_id, ""),
            (paths[row.object_id],) if row.object_id is not None and row.object_id in paths else (),
        )
    return list(found.values())
