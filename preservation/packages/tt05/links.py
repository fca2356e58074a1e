"""Files that stand for a document of another package (``*.fetch.txt``)."""

from __future__ import annotations

import re

from preservation.packages.tt05.kinds import PackageKind
from preservation.packages.tt05.structure import is_holey
from preservation.packages.tt05.tree import Notes, PackageTree, read_whole

_MOST_BYTES = 1 << 20
_FORMS = {
    "AIP": (re.compile(r"urn_\S+ [0-9]+ \S+ \S+"), "urn_{mã phông}_{uuid}_{đường dẫn} {size} {đường dẫn} {ID}"),
    # The identifier of the document, or the title of a picture or recording: anything, in one line.
    "SIP": (re.compile(r"[^\r\n]+"), "{Định danh tài liệu}"),
}


def check_links(tree: PackageTree, kind: PackageKind, notes: Notes) -> None:
    """Judge what those files hold; where they point to is another package and not looked at."""
    pattern, form = _FORMS[kind.oais]
    for path in filter(is_holey, sorted(tree.lengths)):
        content = read_whole(tree, path, _MOST_BYTES, notes)
        if content is not None and not pattern.fullmatch(content.decode("utf-8", "replace").strip("\ufeff \r\n")):
            notes.add("PKG-0566", path, "holey", form=form)
