"""Keep and dispose: schedules, due dates, disposal lists."""
