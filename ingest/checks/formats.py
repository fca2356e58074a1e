"""Check 7: formats, recognised by content and never by a name's extension."""

from __future__ import annotations

from collections.abc import Iterator

from archive.messages.rules import Finding, Where
from ingest.checks.context import CheckContext, TransferFile


def check_formats(context: CheckContext) -> Iterator[Finding]:
    """Yield findings about formats that are not allowed, not known, or not what the name says."""
    for file in context.content:
        if file.size:  # check 1 speaks of empty files
            yield from _format(file, context.settings.allowed_formats)


def _format(file: TransferFile, allowed: frozenset[str]) -> Iterator[Finding]:
    where = Where(path=file.path)
    parameters: dict[str, str | int] = {"path": file.path}
    if file.formats is None:
        yield Finding("CHK-0704", where, parameters)
        return
    recognised = [found for found in file.formats if found.recognised]
    if not recognised:
        yield Finding("CHK-0705", where, parameters, found=file.extension or None)
        return
    names = "; ".join(f"{found.name} {found.version}".strip() + f" ({found.puid})" for found in recognised)
    parameters["format"] = names
    if not any(found.puid in allowed for found in recognised):
        yield Finding("CHK-0701", where, parameters, found=names)
        return
    if len({found.puid for found in recognised}) > 1:
        yield Finding("CHK-0703", where, parameters, found=names)
    extensions = [extension for found in recognised for extension in found.extensions]
    if extensions and file.extension not in extensions:
        stem = file.path.removesuffix(f".{file.path.rpartition('.')[2]}") if file.extension else file.path
        yield Finding("CHK-0702", where, parameters, found=file.extension or None, proposed=f"{stem}.{extensions[0]}")
