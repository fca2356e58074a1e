"""An index on the real OpenSearch for one test, named after the folder that other indexes would lie in."""

from __future__ import annotations

import hashlib
from pathlib import Path

from search.index.errors import IndexMissing
from search.index.opensearch_index import OpenSearchIndex
from search.index.opensearch_server import OpenSearchServer
from tests import servers


def name_of(folder: Path) -> str:
    """Return the name of the indices for a folder: the same in every process, no other test's."""
    return f"test-{hashlib.sha256(str(folder).encode()).hexdigest()[:24]}"


def opensearch_at(folder: Path) -> OpenSearchIndex:
    """Open the index for this folder; it is made empty when there is none yet."""
    index = OpenSearchIndex(OpenSearchServer(servers.require("opensearch"), seconds=20), name_of(folder))
    try:
        index.server.request("GET", f"/{index.reading}/_alias")
    except IndexMissing:
        index.finish_rebuild(index.begin_rebuild())
    return index


def clear(folder: Path) -> None:
    """Remove what a test has left."""
    address = servers.address("opensearch")
    if address is None:
        return
    server = OpenSearchServer(address)
    for index in server.request("GET", f"/{name_of(folder)}-*/_alias"):
        server.request("DELETE", f"/{index}")
    server.close()
