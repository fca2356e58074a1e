from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from ingest.readers.submission import Submission, SubmittedDocument, SubmittedDossier, UnusedRow

_texts = st.dictionaries(st.text(max_size=5), st.text(max_size=5), max_size=3)
_documents = st.builds(SubmittedDocument, st.integers(1), st.integers(0), _texts, _texts, st.text(), st.text())
_dossiers = st.builds(
    SubmittedDossier, st.text(), st.integers(0), _texts, _texts, st.lists(_documents, max_size=3).map(tuple)
)
_submissions = st.builds(
    Submission,
    st.lists(_dossiers, max_size=3).map(tuple),
    st.lists(st.builds(UnusedRow, st.integers(1), _texts), max_size=2).map(tuple),
)


@given(_submissions)
def test_a_submission_goes_through_json_and_back(submission: Submission) -> None:
    """What is stored as JSON is read back as the same submission."""
    assert Submission.from_plain(json.loads(json.dumps(submission.to_plain()))) == submission
