"""Days as commands take them."""

from __future__ import annotations

import datetime
from typing import Any

import click


class Day(click.ParamType[datetime.date]):
    """A date as people write it here."""

    name = "ngày"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> datetime.date:  # noqa: ANN401 - click's
        """Read it."""
        from archive.metadata.dates import read_date

        date = value if isinstance(value, datetime.date) else read_date(str(value)).date
        if date is None or isinstance(date, datetime.date):
            return date or self.fail("ghi ngày, tháng, năm, ví dụ 05/09/2025", param, ctx)
        return date.earliest
