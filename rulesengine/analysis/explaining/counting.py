"""How the moment at which a deadline is due was counted, step by step."""

from __future__ import annotations

from collections.abc import Iterator

from rulesengine.case import Run, to_datetime
from rulesengine.pack import Pack
from rulesengine.rules.deadline import Deadline
from rulesengine.timing import Calendar, holiday_names


def counted(pack: Pack, calendar: Calendar, deadline: Deadline, run: Run) -> Iterator[tuple[int, str]]:
    """Each step of the count with its moment in microseconds, then where the clock stood still; nothing for a duty
    without a number. `calendar` is that of the case.
    """
    if deadline.period is None:
        return
    years = range(to_datetime(run.start).year, to_datetime(run.due or run.start).year + 2)
    holidays = pack.working_time.holidays
    names = holiday_names(holidays, years) if holidays else {}
    for step in calendar.explain(run.start, deadline.period, names):
        yield step.moment, step.text
    for begin, over in run.pauses:
        yield begin, "the clock stands still"
        if over is not None:
            yield over, "the clock runs on with what was left"
    if run.pauses and run.due is not None:
        yield run.due, "due"
