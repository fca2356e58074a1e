"""Running the checks over one transfer."""

from __future__ import annotations

from archive.messages.rules import Finding
from ingest.checks.context import CheckContext
from ingest.checks.registry import CHECKS


def run_checks(context: CheckContext) -> list[Finding]:
    """Return the findings of all checks: by check, inside it in the order of the list; always the same.

    As the body's rules have it: what they switch off is left out, what they weigh otherwise has their level.
    """
    return context.settings.rules.applied(finding for check in CHECKS for finding in check.run(context))
