"""Forms of pages: WTForms with our messages, Vietnamese habits of writing dates, and text in one form (NFC).

A page declares its form as a class, fills it with what was sent, and shows it again with everything that was typed:

    class FondsForm(Form):
        name = Text(lazy_gettext("Tên phông"), most=300)

    form = FondsForm(request.form)
    if request.method == "POST" and form.validate():
        ...

The form is drawn by `ui.form_errors(form)` and `ui.form_field(form.name)`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import wtforms
from markupsafe import Markup
from wtforms.fields.choices import SelectChoice
from wtforms.validators import StopValidation

from archive.errors import KhoLuuTruError
from archive.metadata.dates import read_date
from archive.text.folding import nfc
from archive.web.messages import MessageFace, face_of_code, face_of_error


class Wrong(StopValidation):  # type: ignore[misc] # WTForms has no types
    """What was typed cannot be taken; ends the judgement of its field.

    Args:
        code: of the catalogue.
        parameters: of its texts.
    """

    def __init__(self, code: str, **parameters: str | int) -> None:
        super().__init__(face_of_code(code, parameters))


class Form(wtforms.Form):  # type: ignore[misc] # WTForms has no types
    """A form; its CSRF token is checked for the whole application."""

    def process(self, formdata: Any = None, *args: Any, **values: Any) -> None:
        """Fill the fields; a page that is opened has sent nothing, so its boxes stand as the values say."""
        # WTForms takes an empty set of answers for a form that was sent with every box unticked.
        super().process(formdata or None, *args, **values)

    @property
    def problems(self) -> list[tuple[str, MessageFace]]:
        """Return what is wrong, with the id of the field; of the form as a whole with an empty id."""
        of_fields = [(field.id, error) for field in self for error in field.errors]
        return [("", error) for error in self.form_errors] + of_fields

    def refuse(self, error: KhoLuuTruError, field: str = "") -> None:
        """Show an error of the service beside a field, or at the top."""
        shown = face_of_error(error)
        if field:
            self[field].errors = [*self[field].errors, shown]
        else:
            self.form_errors.append(shown)


class _Needed:
    """Refuses an empty field; its flag puts `required` into the page."""

    field_flags = {"required": True}  # noqa: RUF012 - WTForms' own way

    def __call__(self, form: Form, field: Any) -> None:
        del form
        data = field.raw_data
        if not data or not any(str(value).strip() for value in data):
            raise Wrong("FRM-0001", field=str(field.label.text))


def _checks(needed: bool, others: Iterable[Any] = ()) -> list[Any]:  # noqa: FBT001 - a private helper
    return [_Needed() if needed else wtforms.validators.Optional(), *others]


class _Most:
    def __init__(self, most: int) -> None:
        self.field_flags = {"maxlength": most}
        self.most = most

    def __call__(self, form: Form, field: Any) -> None:
        del form
        if len(field.data or "") > self.most:
            raise Wrong("FRM-0002", field=str(field.label.text), most=self.most, length=len(field.data))


def _tidy(value: Any) -> Any:
    return nfc(" ".join(value.split())) if isinstance(value, str) else value


class Text(wtforms.StringField):  # type: ignore[misc] # WTForms has no types
    """One line of text: NFC, single spaces, at most `most` characters; empty text for nothing."""

    def __init__(self, label: Any, *, most: int = 500, needed: bool = True, help: Any = "", **more: Any) -> None:
        checks = _checks(needed, [_Most(most), *more.pop("checks", ())])
        super().__init__(label, checks, filters=[_tidy], description=help, default="", **more)


class Secret(wtforms.PasswordField):  # type: ignore[misc] # WTForms has no types
    """A password: taken as typed, never shown again."""

    def __init__(self, label: Any, *, needed: bool = True, help: Any = "", **more: Any) -> None:
        super().__init__(label, _checks(needed), description=help, default="", **more)


def offered(choices: Iterable[tuple[str, Any]]) -> list[SelectChoice]:
    """Return (value, words) as WTForms wants the choices of a field; for those that are known only to the request."""
    return [SelectChoice(value=value, label=words) for value, words in choices]


class Choice(wtforms.SelectField):  # type: ignore[misc] # WTForms has no types
    """One of few; `choices` are (value, words)."""

    def __init__(
        self, label: Any, *, choices: Sequence[tuple[str, Any]] = (), needed: bool = True, help: Any = "", **more: Any
    ) -> None:
        super().__init__(label, _checks(needed), choices=offered(choices), description=help, **more)

    def pre_validate(self, form: Form) -> None:
        """Refuse what is not among the choices."""
        del form
        if self.data and self.data not in {choice.value for choice in self.choices}:
            raise Wrong("FRM-0003", field=str(self.label.text))


class Choices(wtforms.SelectMultipleField):  # type: ignore[misc] # WTForms has no types
    """Any of few, as boxes to tick."""

    def __init__(
        self, label: Any, *, choices: Sequence[tuple[str, Any]] = (), needed: bool = True, help: Any = "", **more: Any
    ) -> None:
        super().__init__(label, _checks(needed), choices=offered(choices), description=help, **more)

    def pre_validate(self, form: Form) -> None:
        """Refuse what is not among the choices."""
        del form
        if set(self.data or ()) - {choice.value for choice in self.choices}:
            raise Wrong("FRM-0003", field=str(self.label.text))


class Tick(wtforms.BooleanField):  # type: ignore[misc] # WTForms has no types
    """Yes or no."""

    def __init__(self, label: Any, *, help: Any = "", **more: Any) -> None:
        super().__init__(label, description=help, **more)


class Day(wtforms.Field):  # type: ignore[misc] # WTForms has no types
    """A whole date as people write it here: 5/9/2025, 05.09.2025, 2025-09-05; `data` is a date or None."""

    widget = wtforms.widgets.TextInput()
    data: Any

    def __init__(self, label: Any, *, needed: bool = True, help: Any = "", **more: Any) -> None:
        super().__init__(label, _checks(needed), description=help, **more)

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return f"{self.data.day:02d}/{self.data.month:02d}/{self.data.year}" if self.data else ""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read what was typed."""
        self.data = None
        text = valuelist[0].strip() if valuelist else ""
        if not text:
            return
        date = read_date(text).date
        if date is None or date.earliest != date.latest:
            raise ValueError(face_of_code("FRM-0004", {"field": str(self.label.text), "value": text[:40]}))
        self.data = date.earliest


class WholeNumber(wtforms.Field):  # type: ignore[misc] # WTForms has no types
    """A whole number between two bounds; `data` is an int or None."""

    widget = wtforms.widgets.TextInput()
    data: Any

    def __init__(self, label: Any, *, least: int, most: int, needed: bool = True, help: Any = "", **more: Any) -> None:
        super().__init__(label, _checks(needed), description=help, **more)
        self.least, self.most = least, most

    def _value(self) -> str:
        return str(self.raw_data[0]) if self.raw_data else "" if self.data is None else str(self.data)

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read what was typed."""
        self.data = None
        text = valuelist[0].strip() if valuelist else ""
        if not text:
            return
        number = int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None  # noqa: PLR2004 - no column holds more
        if number is None or not self.least <= number <= self.most:
            values: dict[str, str | int] = {"field": str(self.label.text), "least": self.least, "most": self.most}
            raise ValueError(face_of_code("FRM-0005", values))
        self.data = number


def draw(field: Any, told: str = "", autocomplete: str = "off") -> Markup:
    """Return a field's control.

    Args:
        field: of a `Form`.
        told: id of the element with its help and errors, if there is one.
        autocomplete: what a browser may fill in.
    """
    look = {"Choice": "form-select", "Tick": "form-check-input"}.get(field.type, "form-control")
    attributes: dict[str, Any] = {"class": f"{look} is-invalid" if field.errors else look}
    if told:
        attributes["aria-describedby"] = told
    if field.errors:
        attributes["aria-invalid"] = "true"
    if look == "form-control":
        attributes["autocomplete"] = autocomplete
    if field.type in {"Day", "WholeNumber"}:
        attributes["inputmode"] = "numeric"
    return Markup(field(**attributes))  # noqa: S704 - WTForms has escaped what is in it
