"""How heavily the rules of the checks weigh, where nobody has changed them and where a body has."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from archive.messages.catalogue import Message, catalogue
from archive.messages.rules import Finding, Level

OFF = "off"
WEIGHTS: dict[str, tuple[str, str]] = {
    "error": ("Lỗi: phải sửa trước khi tiếp nhận", "Error: to be mended before acceptance"),
    "warning": ("Cần kết luận", "To be judged"),
    "info": ("Nên biết", "Good to know"),
    OFF: ("Tắt: không nêu", "Off: not told"),
}


@dataclass(frozen=True, slots=True)
class Rules:
    """The rules of one body on one day: `number` of its newest change in force (0 for none), weight by code."""

    number: int = 0
    weights: Mapping[str, str] = field(default_factory=dict)

    def applied(self, findings: Iterable[Finding]) -> list[Finding]:
        """Return the findings that these rules tell, each with its level."""
        told = []
        for finding in findings:
            weight = self.weights.get(finding.code, usual_weight(catalogue().get(finding.code)))
            if finding.code in self.weights and weight != OFF:
                told.append(replace(finding, level=Level(weight)))
            elif weight != OFF:
                told.append(finding)
        return told


def usual_weight(message: Message) -> str:
    """Return how much a rule weighs where nobody has changed it."""
    return OFF if message.silent else str(message.level)
