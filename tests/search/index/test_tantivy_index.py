"""What the embedded index alone does."""

from __future__ import annotations

from pathlib import Path

import pytest
import tantivy

from archive.database.connection import Database
from archive.database.scope import Scope, SystemScope
from search.index.analysis import parse_words
from search.index.errors import IndexMissing
from search.index.indexer import Indexer
from search.index.tantivy_index import TantivyIndex
from tests.archive.dossiers import add_dossier
from tests.province import Province


def test_an_index_of_an_earlier_version_is_built_anew(database: Database, province: Province, tmp_path: Path) -> None:
    """An index with other fields is called missing, by its code; a rebuild beside it mends that."""
    folder = tmp_path / "index" / "generation-1"
    folder.mkdir(parents=True)
    builder = tantivy.SchemaBuilder()
    builder.add_text_field("kind")
    tantivy.Index(builder.build(), path=str(folder))
    index = TantivyIndex(tmp_path / "index")
    scope: Scope = province.people["archivist"].scope()
    for act in (lambda: index.search(parse_words("thu"), scope), index.entries):
        with pytest.raises(IndexMissing, match="IDX-0001"):
            act()
    with database.write(SystemScope("test")) as work:
        dossier = add_dossier(work, province, "01.TH")
        work.reindex("dossier", dossier.id, dossier.organization_id)
    Indexer(database, index).rebuild()
    assert [hit.dossier_id for hit in index.search(parse_words("thu"), scope).hits] == [dossier.id]
    index.close()
