"""What identifies the format of a file, and what it answers."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Protocol


class Basis(enum.StrEnum):
    """What an identification rests on; only the first two are identifications."""

    SIGNATURE = "signature"
    CONTAINER = "container"
    EXTENSION = "extension"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Identification:
    """One format that a file may have.

    Attributes:
        puid: PRONOM id, e.g. ``fmt/95``; empty when nothing was recognised.
        name, version, mime: as the registry has them; the label "PDF/A" is a claim, never proven conformance.
        extensions: file extensions of the format, lower case, without dot.
        basis: what it rests on.
        registry, registry_version: ``PRONOM`` and the release of its signatures.
        engine, engine_version: what matched them.
        warning: what a person should know, one line, empty mostly.
    """

    puid: str
    name: str
    version: str
    mime: str
    basis: Basis
    registry: str
    registry_version: str
    engine: str
    engine_version: str
    warning: str = ""
    extensions: tuple[str, ...] = ()

    @property
    def recognised(self) -> bool:
        """Return whether the content was recognised; a name's extension alone never is."""
        return self.basis in {Basis.SIGNATURE, Basis.CONTAINER}

    def to_plain(self) -> dict[str, Any]:
        """Return the identification as JSON types."""
        return {**asdict(self), "basis": str(self.basis), "extensions": list(self.extensions)}

    @classmethod
    def from_plain(cls, plain: Mapping[str, Any]) -> Identification:
        """Return the identification that `to_plain` described."""
        return cls(**{**plain, "basis": Basis(plain["basis"]), "extensions": tuple(plain["extensions"])})


class FormatIdentifier(Protocol):
    """Recognises formats by their content."""

    def identify(self, path: Path) -> tuple[Identification, ...]:
        """Return every format that the content fits equally well; exactly one with basis ``none`` if none does.

        Raises:
            OSError: the file cannot be read.
        """
        ...
