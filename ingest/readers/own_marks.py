"""What this product itself writes into lists: a list that comes back with it says nothing new by it."""

from __future__ import annotations

RESULT = "Kết quả kiểm tra"
MENDING = "Cách sửa"
GUIDE_SHEET = "Cách ghi"
OWN_SHEETS = frozenset({RESULT, GUIDE_SHEET})
OWN_HEADINGS = frozenset({RESULT, MENDING})
