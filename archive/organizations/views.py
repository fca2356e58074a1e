"""The pages of bodies and their units: a tree, one of them, its dated names."""

from __future__ import annotations

import uuid

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from sqlalchemy import select
from werkzeug.wrappers import Response

from archive.clock import vietnam_date
from archive.database.connection import Database
from archive.database.errors import NotFound
from archive.organizations.errors import OrganizationError
from archive.organizations.kinds import KINDS
from archive.organizations.models import OrganizationTerm
from archive.organizations.services import (
    Body,
    TermValues,
    change_term,
    changeable,
    close_organization,
    create_organization,
    tree_on,
)
from archive.web.addresses import known_uuid
from archive.web.forms import Choice, Day, Form, Text, Tick, offered
from archive.web.parts import part
from archive.web.session import face, may, permission_required, scope
from archive.web.translation import said

blueprint = Blueprint("organizations", __name__, template_folder="templates")
_BODIES = tuple(kind for kind in KINDS if kind not in {"operator", "unit"})


class OrganizationForm(Form):
    """What a body or unit is called, and where it stands."""

    name = Text(lazy_gettext("Tên"), most=300)
    kind = Choice(lazy_gettext("Loại"))
    code = Text(
        lazy_gettext("Mã định danh"), most=35, needed=False, help=lazy_gettext("Theo QĐ 20/2020/QĐ-TTg, ví dụ H57.03.")
    )
    abbreviation = Text(lazy_gettext("Tên viết tắt"), most=20, needed=False)
    parent = Choice(lazy_gettext("Trực thuộc"), needed=False)
    transfer_source = Tick(
        lazy_gettext("Là nguồn nộp lưu vào lưu trữ lịch sử"),
        help=lazy_gettext(
            "Theo danh mục nguồn nộp lưu của tỉnh; sở và xã thường có tên. Quyết định ai thẩm định khi xét hủy."
        ),
    )
    day = Day(
        lazy_gettext("Từ ngày"),
        help=lazy_gettext("Ngày bắt đầu mang tên và mã này, ví dụ 01/07/2025. Hồ sơ cũ hơn vẫn nhận được."),
    )


def _tree() -> list[Body]:
    with part(Database).read(scope()) as work:
        own = None if may("organization.manage") else face().organization_id
        return tree_on(work.session, vietnam_date(work.now), own)


def _form(tree: list[Body], *, unit: bool, **values: object) -> OrganizationForm:
    form = OrganizationForm(request.form, data=values)
    form.kind.choices = offered((kind, said(KINDS[kind])) for kind in _BODIES)
    bodies = [("", _("không trực thuộc")), *((str(b.id), b.term.name) for b in tree if b.kind != "unit")]
    form.parent.choices = offered(bodies)
    if unit:
        del form.kind, form.code, form.abbreviation, form.parent, form.transfer_source
    return form


@blueprint.get("/co-quan")
@permission_required("organization.manage", "unit.manage")
def index() -> str:
    """Show the tree: all bodies, or the reader's own with its units."""
    return render_template("organizations/index.html", tree=_tree(), kinds=KINDS)


@blueprint.route("/co-quan/moi", methods=["GET", "POST"])
@permission_required("organization.manage")
def new_body() -> Response | str | tuple[str, int]:
    """Make a body."""
    form = _form(_tree(), unit=False, parent=request.args.get("trong", ""), day=_today())
    if request.method == "GET":
        return render_template("organizations/form.html", form=form, found=None, within=None)
    if form.validate():
        try:
            with part(Database).write(scope()) as work:
                create_organization(
                    work,
                    kind=form.kind.data,
                    name=form.name.data,
                    code=form.code.data,
                    abbreviation=form.abbreviation.data,
                    parent=known_uuid(form.parent.data or ""),
                    transfer_source=form.transfer_source.data,
                    valid_from=form.day.data,
                )
            flash(_("Đã lập %(name)s.", name=form.name.data), "ok")
            return redirect(url_for("organizations.index"))
        except OrganizationError as error:
            form.refuse(error, "code")
    return render_template("organizations/form.html", form=form, found=None, within=None), 400


def _today() -> object:
    return vietnam_date(part(Database).clock.now())


@blueprint.route("/co-quan/<uuid:organization_id>/don-vi-moi", methods=["GET", "POST"])
@permission_required("organization.manage", "unit.manage")
def new_unit(organization_id: uuid.UUID) -> Response | str | tuple[str, int]:
    """Make a unit of a body."""
    tree = _tree()
    within = next((body for body in tree if body.id == organization_id and body.kind != "unit"), None)
    if within is None:
        raise NotFound
    form = _form(tree, unit=True, day=_today())
    if request.method == "GET":
        return render_template("organizations/form.html", form=form, found=None, within=within)
    if form.validate():
        try:
            with part(Database).write(scope()) as work:
                create_organization(
                    work, kind="unit", name=form.name.data, body=organization_id, valid_from=form.day.data
                )
            flash(_("Đã lập %(name)s.", name=form.name.data), "ok")
            return redirect(url_for("organizations.show", organization_id=organization_id))
        except OrganizationError as error:
            form.refuse(error, "name")
    return render_template("organizations/form.html", form=form, found=None, within=within), 400


@blueprint.get("/co-quan/<uuid:organization_id>")
@permission_required("organization.manage", "unit.manage")
def show(organization_id: uuid.UUID) -> str:
    """Show a body or unit: what it is called, was called, and its units."""
    tree = _tree()
    found = next((body for body in tree if body.id == organization_id), None)
    if found is None:
        raise NotFound
    with part(Database).read(scope()) as work:
        statement = select(OrganizationTerm).where(OrganizationTerm.subject_id == organization_id)
        terms = work.session.scalars(statement.order_by(OrganizationTerm.valid_from.desc())).all()
    units = [body for body in tree if body.kind == "unit" and body.body_id == organization_id]
    names = {body.id: body.term.name for body in tree}
    return render_template("organizations/show.html", found=found, terms=terms, units=units, names=names, kinds=KINDS)


@blueprint.route("/co-quan/<uuid:organization_id>/sua", methods=["GET", "POST"])
@permission_required("organization.manage", "unit.manage")
def edit(organization_id: uuid.UUID) -> Response | str | tuple[str, int]:
    """Change a body or unit, from a day on or as a mistake put right."""
    tree = _tree()
    found = next((body for body in tree if body.id == organization_id), None)
    if found is None:
        raise NotFound
    with part(Database).read(scope()) as work:
        changeable(work, organization_id)
    term = found.term
    form = _form(
        tree,
        unit=found.kind == "unit",
        name=term.name,
        kind=found.kind,
        code=term.code,
        abbreviation=term.abbreviation,
        parent=str(term.parent_id or ""),
        transfer_source=term.transfer_source,
    )
    if found.kind != "unit":
        del form.kind
    form.day.validators, form.day.flags.required = [], False
    form.day.description = _("Để trống nếu chỉ sửa sai sót; ghi ngày nếu đổi tên, đổi mã hay đổi nơi trực thuộc.")
    if request.method == "GET":
        return render_template("organizations/form.html", form=form, found=found, within=None)
    if form.validate():
        unit = found.kind == "unit"
        values = TermValues(
            name=form.name.data,
            code="" if unit else form.code.data,
            abbreviation="" if unit else form.abbreviation.data,
            parent_id=term.parent_id if unit else known_uuid(form.parent.data or ""),
            transfer_source=False if unit else form.transfer_source.data,
        )
        try:
            with part(Database).write(scope()) as work:
                change_term(work, organization_id, values, form.day.data)
            flash(_("Đã ghi."), "ok")
            return redirect(url_for("organizations.show", organization_id=organization_id))
        except OrganizationError as error:
            fields = {
                "ORG-0001": "code",
                "ORG-0002": "name",
                "ORG-0003": "day",
                "ORG-0005": "day",
                "ORG-0006": "parent",
            }
            form.refuse(error, fields.get(error.code, ""))
    return render_template("organizations/form.html", form=form, found=found, within=None), 400


class ClosingForm(Form):
    """From which day."""

    day = Day(lazy_gettext("Đóng từ ngày"))


@blueprint.post("/co-quan/<uuid:organization_id>/dong")
@permission_required("organization.manage", "unit.manage")
def close(organization_id: uuid.UUID) -> Response:
    """Close a body or unit."""
    form = ClosingForm(request.form)
    if form.validate():
        with part(Database).write(scope()) as work:
            close_organization(work, organization_id, form.day.data)
        flash(_("Đã đóng."), "ok")
    else:
        flash(form.problems[0][1].text, "bad")
    return redirect(url_for("organizations.show", organization_id=organization_id))
