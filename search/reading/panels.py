"""Parts of a dossier's page that floors above this one give."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from markupsafe import Markup

from archive.database.unit_of_work import UnitOfWork
from archive.description.models import Dossier


class DossierPanel(Protocol):
    """One part of the page.

    Attributes:
        anchor: its name in the page's address.
        title: vi, en.
        permission: who lacks it does not get the part.
    """

    anchor: str
    title: tuple[str, str]
    permission: str

    def draw(self, work: UnitOfWork, dossier: Dossier) -> Markup:
        """Return the part's HTML, made by a template; empty when there is nothing to show."""
        ...


@dataclass(frozen=True, slots=True)
class DossierPanels:
    """The parts in the order in which they stand; the composition root puts them together."""

    panels: Sequence[DossierPanel] = ()


@dataclass(frozen=True, slots=True)
class Drawn:
    """A part as the page shows it."""

    anchor: str
    title: tuple[str, str]
    html: Markup
