"""The package's metadata files: what a stranger needs to understand the content, as plain JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from archive.messages.rules import Finding
from ingest.handover.services import FileLine, Minutes
from ingest.sealing.models import Sealing
from ingest.transfers.models import Transfer
from preservation.packages.bag import PayloadFile


def metadata_files(
    *,
    transfer: Transfer,
    dossier: dict[str, Any],
    documents: Sequence[dict[str, Any]],
    events: Sequence[dict[str, Any]],
    findings: Sequence[Finding],
    minutes: Minutes,
    handed_over: Mapping[str, FileLine],
) -> tuple[PayloadFile, ...]:
    """Return the files below ``data/metadata/``; keys sorted, so that the same facts give the same bytes."""
    handover = {
        "transfer": transfer.number,
        "title": transfer.title,
        "given": _step(minutes.given),
        "received": _step(minutes.received),
        "files": [asdict(handed_over[document["originalName"]]) for document in documents],
    }
    return (
        _json("dossier", dossier),
        _json("documents", list(documents)),
        _json(
            "events",
            [
                {
                    "id": str(event["id"]),
                    "object": str(event["object_id"]),
                    "type": event["kind"],
                    "at": event["at"].isoformat(),
                    "outcome": event["outcome"],
                    "detail": event["detail"],
                    "agent": event["agent"],
                }
                for event in events
            ],
        ),
        _json("check-report", [finding.to_plain() for finding in findings]),
        _json("hand-over", handover),
    )


def placement(transfer: Transfer, sealing: Sealing) -> dict[str, str]:
    """Return where the dossier belongs, by the ids of the house: with them its rows can be made from the package."""
    return {
        "organization": str(transfer.organization_id),
        "unit": str(transfer.unit_id),
        "fonds": str(transfer.fonds_id),
        "transfer": str(transfer.id),
        "class": transfer.dossier_class,
        "sealedAt": sealing.sealed_at.isoformat(),
    }


def _step(step: Any) -> dict[str, str] | None:  # noqa: ANN401 - a TransferStep or None
    return None if step is None else {"person": step.person, "position": step.position, "at": step.at.isoformat()}


def _json(name: str, content: Any) -> PayloadFile:  # noqa: ANN401 - JSON types
    """Return a file with one line for each element or field: people can read it, and it is written fast."""
    if isinstance(content, dict):
        lines = [f"{_text(key)}: {_text(content[key])}" for key in sorted(content)]
        text = "{\n" + ",\n".join(lines) + "\n}\n"
    else:
        text = "[\n" + ",\n".join(map(_text, content)) + "\n]\n"
    return PayloadFile.of(f"metadata/{name}.json", text.encode())


def _text(value: Any) -> str:  # noqa: ANN401 - JSON types
    return json.dumps(value, ensure_ascii=False, sort_keys=True)
