"""The checks, in the order in which they run and are shown."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from archive.messages.rules import Finding
from ingest.checks.codes import check_codes
from ingest.checks.context import CheckContext
from ingest.checks.counts import check_counts
from ingest.checks.dates import check_dates
from ingest.checks.duplicates import check_duplicates
from ingest.checks.files import check_files
from ingest.checks.formats import check_formats
from ingest.checks.metadata import check_metadata
from ingest.checks.names import check_names
from ingest.checks.plans import check_plans
from ingest.checks.safety import check_safety
from ingest.checks.secrecy import check_secrecy


@dataclass(frozen=True, slots=True)
class Check:
    """One check; `version` grows whenever it may judge the same transfer otherwise."""

    id: str
    version: int
    title: dict[str, str]
    run: Callable[[CheckContext], Iterator[Finding]]


CHECKS = (
    Check("files", 1, {"vi": "Tệp và danh mục khớp nhau", "en": "Files and list agree"}, check_files),
    Check("metadata", 1, {"vi": "Thông tin bắt buộc và độ dài", "en": "Required fields and lengths"}, check_metadata),
    Check("dates", 1, {"vi": "Ngày tháng", "en": "Dates"}, check_dates),
    Check("counts", 1, {"vi": "Số lượng văn bản, số trang", "en": "Numbers of documents and pages"}, check_counts),
    Check("codes", 1, {"vi": "Mã hồ sơ", "en": "Dossier codes"}, check_codes),
    Check("duplicates", 1, {"vi": "Tài liệu trùng", "en": "Duplicates"}, check_duplicates),
    Check("formats", 1, {"vi": "Định dạng tệp", "en": "File formats"}, check_formats),
    Check("plans", 1, {"vi": "Danh mục hồ sơ đã duyệt", "en": "The approved file plan"}, check_plans),
    Check("names", 1, {"vi": "Tên và cỡ tệp", "en": "Names and sizes of files"}, check_names),
    Check("secrecy", 1, {"vi": "Độ mật, chế độ sử dụng", "en": "Secrecy and access"}, check_secrecy),
    Check("safety", 1, {"vi": "Mã độc và an toàn gói nộp", "en": "Malware and safety"}, check_safety),
)
