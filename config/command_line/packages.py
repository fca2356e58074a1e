"""`kholuutru package`: what is sealed; and the commands on local files that need no archive at all."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from config.command_line.judged_paths import tell
from config.command_line.output import account_option, answer, coded_errors, json_option
from config.command_line.package_judgement import PackageProfile, judge_path

if TYPE_CHECKING:
    from archive.database.unit_of_work import UnitOfWork
    from archive.messages.rules import Finding


@click.group()
def package() -> None:
    """Gói lưu trữ đã niêm phong."""


@package.command("list")
@account_option
@json_option
@coded_errors
def list_(acting: str, *, as_json: bool) -> None:
    """Liệt kê các gói trong phạm vi."""
    from sqlalchemy import select

    from archive.accounts.permissions import require
    from archive.description.models import Dossier
    from config.command_line.acting import acting_account, house, note_reading
    from preservation.packages.models import PackageVersion

    with house() as opened:
        face = acting_account(opened, acting)
        scope = face.scope()
        require(scope, "package.view")
        with opened.database.read(scope) as work:
            rows = [
                {"package": p.package_id, "version": p.version, "dossier": d.code, "bytes": p.length, "lock": p.state}
                for p, d in work.session.execute(
                    select(PackageVersion, Dossier)
                    .join(Dossier, Dossier.id == PackageVersion.dossier_id)
                    .order_by(Dossier.code_sort, PackageVersion.version)
                )
            ]
        note_reading(opened, face, "package.listed", shown=len(rows))
    answer(rows, as_json=as_json, empty="Chưa có gói nào.")


@package.command()
@click.argument("dossier")
@account_option
@json_option
@coded_errors
def show(dossier: str, acting: str, *, as_json: bool) -> None:
    """Cho xem các thành phần trong gói của một hồ sơ (theo mã hồ sơ)."""
    from archive.accounts.permissions import require
    from archive.audit.events import AuditRecord
    from config.command_line.acting import acting_account, house
    from preservation.packages.zip_reader import open_stored

    with house() as opened:
        scope = acting_account(opened, acting).scope()
        require(scope, "package.view")
        with opened.database.write(scope) as work:
            found = _newest(work, dossier)
            work.record(
                AuditRecord(
                    "package.viewed",
                    found.organization_id,
                    "package",
                    found.id,
                    payload={"dossier": dossier, "version": found.version},
                    dossier_id=found.dossier_id,
                )
            )
        members = open_stored(opened.store, found.object_key).plan.members
    answer([{"member": m.path, "bytes": m.length} for m in members], as_json=as_json)


@package.command()
@click.argument("dossier")
@click.argument("target", type=click.Path(path_type=Path))
@account_option
@coded_errors
def export(dossier: str, target: Path, acting: str) -> None:
    """Xuất gói của một hồ sơ thành tệp .zip, đúng từng byte như trong kho."""
    from archive.accounts.permissions import require
    from archive.audit.events import AuditRecord
    from config.command_line.acting import acting_account, house

    with house() as opened:
        scope = acting_account(opened, acting).scope()
        require(scope, "package.export")
        with opened.database.write(scope) as work:
            found = _newest(work, dossier)
            work.record(
                AuditRecord(
                    "package.exported",
                    found.organization_id,
                    "package",
                    found.id,
                    payload={"dossier": dossier, "version": found.version},
                    dossier_id=found.dossier_id,
                )
            )
        name = f"{found.package_id}-v{found.version}.zip"
        path = target / name if target.is_dir() else target
        with path.open("xb") as file:
            for chunk in opened.store.read(found.object_key):
                file.write(chunk)
    click.echo(str(path))


@package.command()
@click.argument("dossier", required=False)
@account_option
@json_option
@coded_errors
def verify(dossier: str | None, acting: str, *, as_json: bool) -> None:
    """Đọc lại gói (một hồ sơ, hoặc tất cả) và đối chiếu từng mã băm."""
    from sqlalchemy import select

    from archive.accounts.permissions import require
    from config.command_line.acting import acting_account, house
    from preservation.fixity.services import verify_package
    from preservation.packages.models import PackageVersion

    rows: list[dict[str, Any]] = []
    with house() as opened:
        scope = acting_account(opened, acting).scope()
        require(scope, "package.verify")
        with opened.database.read(scope) as work:
            chosen = [_newest(work, dossier)] if dossier else work.session.scalars(select(PackageVersion)).all()
        for found in chosen:
            verdict, findings = verify_package(opened.database, scope, opened.store, found)
            rows.append(
                {
                    "package": found.package_id,
                    "version": found.version,
                    "verdict": verdict,
                    "first": findings[0].code if findings else "",
                }
            )
    answer(rows, as_json=as_json, empty="Chưa có gói nào.")
    if any(row["verdict"] != "intact" for row in rows):
        sys.exit(1)


@package.command()
@click.argument("paths", type=click.Path(path_type=Path), nargs=-1, required=True, metavar="PATH…")
@click.option(
    "--profile",
    type=click.Choice([str(profile) for profile in PackageProfile]),
    default=str(PackageProfile.AUTO),
    show_default=True,
    help="Loại gói; auto: tự nhận ra.",
)
@json_option
@coded_errors
def validate(paths: tuple[Path, ...], profile: str, *, as_json: bool) -> None:
    """Kiểm tra gói SIP, AIP, DIP (TT 05/2025) hoặc gói của kho trên máy này; không cần kho.

    PATH là thư mục hoặc tệp .zip, .tar, .tar.gz. Mã thoát: 0 hợp lệ, 1 không hợp lệ hoặc thiếu tệp, 2 chưa kiểm
    tra được; nhiều gói thì lấy mã lớn nhất. Cảnh báo ghi ra stderr.
    """
    tell((judge_path(path, PackageProfile(profile)) for path in paths), as_json=as_json)


@click.command()
@click.argument("paths", type=click.Path(path_type=Path, exists=True, dir_okay=False), nargs=-1, required=True)
@json_option
@coded_errors
def identify(paths: tuple[Path, ...], *, as_json: bool) -> None:
    """Nhận dạng định dạng tệp theo chữ ký PRONOM; không cần kho."""
    from preservation.formats.fido_identifier import FidoIdentifier

    identifier = FidoIdentifier()
    rows = [
        {"path": str(path), "puid": i.puid, "name": f"{i.name} {i.version}".strip(), "basis": str(i.basis)}
        for path in paths
        for i in identifier.identify(path)
    ]
    answer(rows, as_json=as_json)
    if any(row["basis"] in {"none", "extension"} for row in rows):
        sys.exit(1)


def _rows(findings: list[Finding]) -> list[dict[str, Any]]:
    from archive.messages.catalogue import catalogue

    texts = catalogue()
    return [{"code": f.code, "path": f.where.path, "text": texts.text(f.code, "vi", f.parameters)} for f in findings]


def _newest(work: UnitOfWork, dossier: str) -> Any:  # noqa: ANN401 - a PackageVersion, imported late
    from sqlalchemy import select

    from archive.database.errors import NotFound
    from archive.description.models import Dossier
    from preservation.packages.models import PackageVersion

    found = work.session.scalar(
        select(PackageVersion)
        .join(Dossier, Dossier.id == PackageVersion.dossier_id)
        .where(Dossier.code == dossier)
        .order_by(PackageVersion.version.desc())
        .limit(1)
    )
    if found is None:
        raise NotFound
    return found
