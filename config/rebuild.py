"""The database made anew from the store: ledger, packages, and what the packages say where the ledger is silent."""

from __future__ import annotations

import datetime
import itertools
import uuid
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from archive.accounts.models import Account
from archive.audit.events import AuditRecord
from archive.audit.models import AuditChain
from archive.audit.services import ChainHead, destroyed_among
from archive.database.migrate import upgrade
from archive.database.restoring import Plain, restore
from archive.database.rows import insert_missing
from archive.database.scope import SystemScope
from archive.database.unit_of_work import UnitOfWork
from archive.description.models import ContentFile, Dossier
from archive.errors import KhoLuuTruError
from archive.ledger.kinds import Part
from archive.organizations.models import Organization
from archive.organizations.services import system_organization
from config.house import House
from config.ledger import LEDGERS
from config.session_key import session_key
from ingest.sealing.recovery import RECOVERY, recovered
from ingest.transfers.models import Transfer
from preservation.ledger.errors import LedgerError
from preservation.ledger.rebuilding import (
    Rows,
    refuse_filled,
    restore_bodies,
    restore_part,
    restore_payloads,
)
from preservation.packages.errors import PackageError
from preservation.packages.models import PackageVersion, PreservationEvent, StoredContent
from preservation.packages.presence import own_store
from preservation.packages.recovery import PREFIX, PackageName, StoredPackage, attempts, examined, held
from preservation.packages.validation import Verdict, validate_stored, verdict
from preservation.storage.errors import StorageError
from retention.due.models import RetentionPlan
from retention.due.services import plan
from retention.schedules.services import load_schedules
from search.index.services import request_rebuild
from search.text.models import ContentText

_SHOWN_EVERY = 500
# Lists as they came in.
_LISTS = "transfer/"
# What else lies in the store: heads of chains, whose the store is, the ledger that was read already, what a restore
# set aside, probes.
_KNOWN = (
    "anchor-aside/",
    "anchor/",
    "identity/",
    "ledger-aside/",
    "ledger/body/",
    "ledger/dossier/",
    "ledger/payload/",
    "ledger/transfer/",
    "probe/",
)


@dataclass(slots=True)
class Rebuilt:
    """What a rebuild did.

    Attributes:
        dossiers: dossiers of which the ledger told.
        recovered: dossiers made from their package alone; each needs a person.
        accounts: accounts, none of which has a password.
        problems: how many things were told of, by code.
    """

    dossiers: int = 0
    recovered: int = 0
    accounts: int = 0
    problems: Counter[str] = field(default_factory=Counter)


def rebuild(house: House, say: Callable[[str], None]) -> Rebuilt:
    """Fill an empty database from the store; done again after a kill, it goes on to the end.

    Args:
        house: a house of which the database is empty, or was being rebuilt.
        say: takes lines that show how far the work is, and each problem with its code.

    Raises:
        LedgerError: LDG-0002 the database holds an archive, LDG-0003 the store holds no ledger.
        StorageError: the store is away.
    """
    upgrade(house.database)
    session_key(house.settings.data)
    refuse_filled(house.database)
    return _Rebuild(house, say).run()


class _Rebuild:
    def __init__(self, house: House, say: Callable[[str], None]) -> None:
        self._house = house
        self._database, self._store = house.database, house.store
        self._say = say
        self._done = Rebuilt()

    def run(self) -> Rebuilt:
        heads = restore_bodies(self._database, self._store, LEDGERS, self._tell)
        self._say(f"Cơ quan: {len(heads)}.")
        restore_payloads(self._database, self._store, self._tell)
        transfers = restore_part(self._database, self._store, LEDGERS, Part.TRANSFER, self._tell)
        self._say(f"Đợt nộp: {transfers}.")
        restore_part(self._database, self._store, LEDGERS, Part.DOSSIER, self._tell, mended=self._mended)
        self._say(f"Hồ sơ theo sổ cái: {self._done.dossiers}.")
        for names, others in attempts(self._store):
            self._unexplained(others)
            if names:
                self._package(names)
        for folder, keys in itertools.groupby(self._store.keys(_LISTS), lambda key: key.rpartition("/")[0]):
            if not self._is_transfer(folder):
                for key in keys:
                    self._tell(LedgerError("LDG-0014", key=key))
        everything = self._store.keys(prefix="")
        self._unexplained(key for key in everything if not key.startswith((PREFIX, _LISTS, *_KNOWN)))
        self._finish(heads)
        own_store(self._database, self._store)
        return self._done

    def _tell(self, problem: KhoLuuTruError) -> None:
        self._done.problems[problem.code] += 1
        self._say(str(problem))

    def _unexplained(self, keys: Iterable[str]) -> None:
        for key in keys:
            self._tell(LedgerError("LDG-0009", key=key))

    def _is_transfer(self, folder: str) -> bool:
        """Return whether a folder of lists is that of a transfer there is."""
        try:
            transfer = uuid.UUID(folder.rpartition("/")[2])
        except ValueError:
            return False
        with self._database.read(SystemScope("rebuild")) as work:
            return work.session.scalar(select(Transfer.id).where(Transfer.id == transfer)) is not None

    def _mended(self, rows: Rows) -> Rows:
        """Complete a dossier's rows by what its packages and the store say."""
        places = rows.get(StoredContent, [])
        found: list[Plain] = []
        for package in rows.get(PackageVersion, []):
            package.update(state="lock_pending", lock_enforced_by="")
            own = [place for place in places if place["package_version_id"] == package["id"]]
            try:
                stored = examined(self._store, package)
                package.update(held(self._store, package["object_key"]))
                for place in own:
                    offset, length, _ = stored.place(place["member"])
                    found.append({**place, "offset": offset, "length": length})
            except (StorageError, PackageError) as error:
                if error.passing:
                    raise
                self._tell(LedgerError("LDG-0007", key=package["object_key"], reason=error.code))
        # Ledgers of earlier versions do not repeat the plan in the dossier.
        for dossier, planned in zip(rows.get(Dossier, []), rows.get(RetentionPlan, []), strict=False):
            dossier.update(due_on=planned["due_on"], kept_for=planned["period"])
        self._done.dossiers += 1
        if not self._done.dossiers % _SHOWN_EVERY:
            self._say(f"… {self._done.dossiers} hồ sơ")
        return {**rows, StoredContent: found, ContentText: _texts(rows)}

    def _package(self, names: Sequence[PackageName]) -> None:
        """Recover what the ledger does not tell of a package: of several attempts the last complete one."""
        with self._database.read(SystemScope("rebuild")) as work:
            known = set(
                work.session.scalars(
                    select(PackageVersion.version).where(PackageVersion.package_id == names[0].package_id)
                )
            )
        for version in sorted({name.version for name in names} - known):
            tried = sorted((name for name in names if name.version == version), key=lambda name: -name.attempt)
            if not any(self._recover(name) for name in tried):
                self._tell(LedgerError("LDG-0011", key=tried[0].key, count=len(tried)))

    def _recover(self, name: PackageName) -> bool:
        """Make a dossier of one attempt; return whether that was possible."""
        if verdict(validate_stored(self._store, name.key)) is not Verdict.VALID:
            return False
        try:
            rows = recovered(name, StoredPackage(self._store, name.key, name.package_id, name.version), self._now())
            dossier = uuid.UUID(rows[Dossier][0]["id"])
            body = uuid.UUID(rows[Dossier][0]["organization_id"])
            with self._database.read(SystemScope("rebuild")) as work:
                destroyed = bool(destroyed_among(work.session, [dossier]))
                placed = work.session.scalar(select(Organization.id).where(Organization.id == body)) is not None
            if destroyed:
                self._tell(LedgerError("LDG-0010", key=name.key))
                return True
            if not placed:
                return False
            restore(self._database, {**rows, ContentText: _texts(rows)})
        except (KhoLuuTruError, IntegrityError) as error:
            if isinstance(error, KhoLuuTruError) and error.passing:
                raise
            self._say(str(error))
            return False
        self._done.recovered += 1
        self._tell(LedgerError("LDG-0012", key=name.key))
        return True

    def _now(self) -> datetime.datetime:
        return self._database.clock.now()

    def _finish(self, heads: Sequence[ChainHead]) -> None:
        """Write the heads of the chains, and the first acts after them, in one transaction: now it is an archive."""
        with self._database.write(SystemScope("rebuild")) as work:
            for head in heads:
                row = {"id": head.chain_id, "organization_id": head.chain_id, "seq": head.seq, "hash": head.hash}
                insert_missing(work.session, AuditChain, row)
            self._done.recovered = _note_recovered(work)
            self._done.accounts = work.session.scalar(select(func.count()).select_from(Account)) or 0
            operator = system_organization(work.session)
            if operator is None:
                raise LedgerError("LDG-0003")
            load_schedules(work, operator)
            request_rebuild(work, operator)
            payload = {
                "dossiers": self._done.dossiers,
                "recovered": self._done.recovered,
                "problems": dict(self._done.problems),
            }
            work.record(AuditRecord("archive.rebuilt", operator, payload=payload))


def _note_recovered(work: UnitOfWork) -> int:
    """Plan the review of each recovered dossier, and record what it is; return how many there are."""
    recovered_now = work.session.execute(
        select(Dossier, PackageVersion)
        .join(PackageVersion, PackageVersion.dossier_id == Dossier.id)
        .join(PreservationEvent, PreservationEvent.object_id == PackageVersion.id)
        .outerjoin(RetentionPlan, RetentionPlan.dossier_id == Dossier.id)
        .where(PreservationEvent.kind == RECOVERY, RetentionPlan.dossier_id.is_(None))
    ).all()
    for dossier, package in recovered_now:
        package.retained_until = plan(work, dossier).retain_until
        work.record(
            AuditRecord(
                "dossier.recovered",
                dossier.organization_id,
                "dossier",
                dossier.id,
                payload={"code": dossier.code, "object": package.object_key},
                dossier_id=dossier.id,
            )
        )
    return len(recovered_now)


def _texts(rows: Rows) -> list[Plain]:
    """Return rows that ask for the texts of a dossier's files to be taken out again."""
    dossiers = rows.get(Dossier, [])
    return [
        {
            "id": str(uuid.uuid5(uuid.UUID(file["id"]), "text")),
            "organization_id": file["organization_id"],
            "unit_id": file["unit_id"],
            "sensitivity": file["sensitivity"],
            "content_file_id": file["id"],
            "dossier_id": dossiers[0]["id"],
            "sha256": file["sha256"],
            "state": "pending",
        }
        for file in rows.get(ContentFile, [])
        if dossiers
    ]
