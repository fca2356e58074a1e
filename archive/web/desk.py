"""What stands on the desk: work that waits, things by step, the state of the holdings in words, small pictures.

Floors above give these; the desk only lays them out. Each of them counts inside the reader's scope, and gives nothing
to a reader without the right.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from archive.database.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class WorkItem:
    """One thing that waits for the reader: what, why, and the act that deals with it."""

    icon: str
    title: str
    reason: str
    href: str
    act: str
    due: str = ""
    look: str = "idle"
    rank: int = 1
    """0 stands above what is ranked 1: late, or stopped."""


@dataclass(frozen=True, slots=True)
class FlowStep:
    """How many things stand at a step; `mine`: they wait for the reader."""

    count: int
    name: str
    remark: str
    href: str
    mine: bool = False


@dataclass(frozen=True, slots=True)
class StateLine:
    """One sentence about the holdings or the system; `look` as of a state, `href` where it is told whole."""

    look: str
    title: str
    text: str
    href: str = ""


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar of a picture; `label` stands below it, `name` is what it is read as; `strong` marks the present one."""

    label: str
    name: str
    value: int
    href: str
    strong: bool = False


@dataclass(frozen=True, slots=True)
class Picture:
    """A bar chart whose title says what it shows; `message` is its one sentence."""

    title: str
    message: str
    bars: Sequence[Bar]
    href: str
    act: str

    @property
    def highest(self) -> int:
        """Return the highest value, at least 1."""
        return max([1, *(bar.value for bar in self.bars)])


@dataclass(frozen=True, slots=True)
class BeginningStep:
    """A step from an empty archive to a first transfer; `who` may do it, `may`: the reader can."""

    rank: int
    title: str
    text: str
    done: bool
    href: str
    who: str
    may: bool


@dataclass(frozen=True, slots=True)
class Desk:
    """Where the desk gets what it shows; the composition root puts it together."""

    work: Sequence[Callable[[UnitOfWork], Iterable[WorkItem]]] = ()
    flow: Sequence[Callable[[UnitOfWork], Iterable[FlowStep]]] = ()
    lines: Sequence[Callable[[UnitOfWork], Iterable[StateLine]]] = ()
    pictures: Sequence[Callable[[UnitOfWork], Iterable[Picture]]] = ()
    beginning: Sequence[Callable[[UnitOfWork], Iterable[BeginningStep]]] = ()


@dataclass(frozen=True, slots=True)
class DeskNow:
    """What stands on the desk of one reader at one moment."""

    work: list[WorkItem] = field(default_factory=list)
    flow: list[FlowStep] = field(default_factory=list)
    lines: list[StateLine] = field(default_factory=list)
    pictures: list[Picture] = field(default_factory=list)
    beginning: list[BeginningStep] = field(default_factory=list)

    @property
    def worst(self) -> str:
        """Return the worst look of the state's lines: bad, warn, unknown or ok."""
        looks = {line.look for line in self.lines}
        return next((look for look in ("bad", "warn", "unknown") if look in looks), "ok")


def laid_out(desk: Desk, work: UnitOfWork) -> DeskNow:
    """Return what the desk's sources give for the reader of this unit of work."""
    steps = [step for source in desk.beginning for step in source(work)]
    # Once a first transfer has come in, the way to it need not be shown any more; its page stays.
    last = max(steps, key=lambda step: step.rank, default=None)
    begun = last is None or last.done
    return DeskNow(
        work=sorted((item for source in desk.work for item in source(work)), key=lambda item: item.rank),
        flow=[step for source in desk.flow for step in source(work)],
        lines=[line for source in desk.lines for line in source(work)],
        pictures=[picture for source in desk.pictures for picture in source(work)],
        beginning=[] if begun else sorted(steps, key=lambda step: step.rank),
    )
