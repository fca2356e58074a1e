"""What stands in the menu; floors above add their entries through the composition root."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class NavigationEntry:
    """An entry of the menu, shown to those who hold the permission.

    Attributes:
        endpoint: of the page, e.g. ``transfers.index``; every endpoint of its blueprint counts as this place.
        label: its words, as a pair (vi, en).
        icon: name of a Bootstrap icon.
        permissions: one of them is enough; none = everybody who is logged in.
    """

    endpoint: str
    label: tuple[str, str]
    icon: str
    permissions: tuple[str, ...] = ()

    @property
    def blueprint(self) -> str:
        """Return the blueprint whose pages belong to this entry."""
        return self.endpoint.partition(".")[0]
