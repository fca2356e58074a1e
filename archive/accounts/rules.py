"""Which roles one person may hold together."""

from __future__ import annotations

from collections.abc import Collection

# Who runs the machines reaches every body: never together with a right to content. A unit's administrator may be
# combined, since in a commune two people play all parts; what he holds he had from somebody else.
TECHNICAL = frozenset({"system_administrator"})


def clash(roles: Collection[str], content: Collection[str]) -> tuple[str, str] | None:
    """Return a technical role and a role with right to content that stand together in `roles`, or None."""
    technical, with_content = sorted(TECHNICAL & set(roles)), sorted(set(content) & set(roles))
    return (technical[0], with_content[0]) if technical and with_content else None
