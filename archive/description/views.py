"""The pages of what holdings are described by: fonds, and places of paper."""

from __future__ import annotations

import uuid

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from sqlalchemy import func, select
from werkzeug.wrappers import Response

from archive.database.connection import Database
from archive.database.errors import NotFound
from archive.description.errors import DescriptionError
from archive.description.fonds import FONDS_KINDS, change_fonds, create_fonds
from archive.description.models import Dossier, Fonds
from archive.description.storage import (
    STORAGE_KINDS,
    create_place,
    dossiers_by_place,
    places,
    remove_place,
    rename_place,
)
from archive.web.addresses import known_uuid
from archive.web.exports import export
from archive.web.forms import Choice, Form, Text, offered
from archive.web.listing import Column, Listing
from archive.web.parts import part
from archive.web.session import face, permission_required, scope
from archive.web.translation import said

blueprint = Blueprint("description", __name__, template_folder="templates")

FONDS: Listing[Fonds] = Listing(
    "fonds",
    Fonds.id,
    (
        Column("name", lazy_gettext("Tên phông"), lambda f: f.name, order=Fonds.name_sort),
        Column("code", lazy_gettext("Mã phông"), lambda f: f.code, order=Fonds.code),
        Column("kind", lazy_gettext("Loại"), lambda f: said(FONDS_KINDS[f.kind])),
    ),
)


class FondsForm(Form):
    """A fonds; its code is typed once."""

    name = Text(lazy_gettext("Tên phông"), most=300, help=lazy_gettext("Ví dụ: Phông Ủy ban nhân dân xã Mẫu."))
    code = Text(
        lazy_gettext("Mã phông"),
        most=20,
        help=lazy_gettext("Ngắn, không đổi về sau, ví dụ P01. Mã hồ sơ tồn đọng được ghép từ mã này."),
    )
    kind = Choice(lazy_gettext("Loại"))


def _fonds_form(*, new: bool, **values: str) -> FondsForm:
    form = FondsForm(request.form, data=values)
    form.kind.choices = offered((key, said(words)) for key, words in FONDS_KINDS.items())
    if not new:
        del form.code
    return form


@blueprint.get("/phong")
@permission_required("fonds.manage")
def fonds() -> str | Response:
    """Show the fonds of the reader's body."""
    if "xuat" in request.args:
        return export(FONDS, _("Phông lưu trữ"), select(Fonds), request.args, request.args["xuat"])
    with part(Database).read(scope()) as work:
        listed = FONDS.open(work, select(Fonds), request.args)
        counted = select(Dossier.fonds_id, func.count()).group_by(Dossier.fonds_id)
        held = {row[0]: row[1] for row in work.session.execute(counted)}
    return render_template("description/fonds.html", listed=listed, held=held, kinds=FONDS_KINDS)


@blueprint.route("/phong/moi", methods=["GET", "POST"])
@permission_required("fonds.manage")
def new_fonds() -> Response | str | tuple[str, int]:
    """Make a fonds."""
    form = _fonds_form(new=True, kind="fonds")
    if request.method == "GET":
        return render_template("description/fonds_form.html", form=form, fonds=None)
    if form.validate():
        try:
            with part(Database).write(scope()) as work:
                create_fonds(
                    work, face().organization_id, code=form.code.data, name=form.name.data, kind=form.kind.data
                )
            flash(_("Đã lập phông %(name)s.", name=form.name.data), "ok")
            return redirect(url_for("description.fonds"))
        except DescriptionError as error:
            form.refuse(error, "code")
    return render_template("description/fonds_form.html", form=form, fonds=None), 400


@blueprint.route("/phong/<uuid:fonds_id>", methods=["GET", "POST"])
@permission_required("fonds.manage")
def edit_fonds(fonds_id: uuid.UUID) -> Response | str | tuple[str, int]:
    """Change a fonds."""
    with part(Database).read(scope()) as work:
        found = work.session.scalar(select(Fonds).where(Fonds.id == fonds_id))
    if found is None:
        raise NotFound
    form = _fonds_form(new=False, name=found.name, kind=found.kind)
    if request.method == "GET":
        return render_template("description/fonds_form.html", form=form, fonds=found)
    if not form.validate():
        return render_template("description/fonds_form.html", form=form, fonds=found), 400
    with part(Database).write(scope()) as work:
        change_fonds(work, fonds_id, name=form.name.data, kind=form.kind.data)
    flash(_("Đã ghi."), "ok")
    return redirect(url_for("description.fonds"))


class PlaceForm(Form):
    """A place of paper."""

    label = Text(lazy_gettext("Tên nơi để"), most=100, help=lazy_gettext("Ví dụ: Kho 1, Giá 3, Hộp 12."))
    kind = Choice(lazy_gettext("Loại"))
    parent = Choice(lazy_gettext("Nằm trong"), needed=False)


@blueprint.route("/noi-de", methods=["GET", "POST"])
@permission_required("storage.manage")
def storage() -> Response | str | tuple[str, int]:
    """Show the tree of places, and add to it."""
    with part(Database).read(scope()) as work:
        tree = places(work)
        held = dossiers_by_place(work)
    form = PlaceForm(request.form, data={"parent": request.args.get("trong", ""), "kind": request.args.get("loai", "")})
    form.kind.choices = offered((key, said(words)) for key, words in STORAGE_KINDS.items())
    form.parent.choices = offered(
        [("", _("không nằm trong nơi nào")), *((str(p.id), p.path) for p in tree if p.kind != "box")]
    )
    status = 200
    if request.method == "POST":
        status = 400
        if form.validate():
            try:
                with part(Database).write(scope()) as work:
                    create_place(
                        work,
                        face().organization_id,
                        kind=form.kind.data,
                        label=form.label.data,
                        parent_id=known_uuid(form.parent.data),
                    )
                flash(_("Đã thêm %(label)s.", label=form.label.data), "ok")
                return redirect(url_for("description.storage", trong=form.parent.data, loai=form.kind.data))
            except DescriptionError as error:
                form.refuse(error, "kind" if error.code == "DSC-0002" else "label")
    return render_template("description/storage.html", form=form, tree=tree, held=held, kinds=STORAGE_KINDS), status


@blueprint.post("/noi-de/<uuid:place_id>/ten")
@permission_required("storage.manage")
def rename(place_id: uuid.UUID) -> Response:
    """Call a place otherwise."""
    label = " ".join(request.form.get("label", "").split())[:100]
    if label:
        with part(Database).write(scope()) as work:
            rename_place(work, place_id, label)
        flash(_("Đã ghi."), "ok")
    return redirect(url_for("description.storage"))


@blueprint.post("/noi-de/<uuid:place_id>/bo")
@permission_required("storage.manage")
def remove(place_id: uuid.UUID) -> Response:
    """Take an empty place away."""
    with part(Database).write(scope()) as work:
        remove_place(work, place_id)
    flash(_("Đã bỏ."), "ok")
    return redirect(url_for("description.storage"))
