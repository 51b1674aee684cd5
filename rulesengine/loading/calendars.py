"""Working time as a pack writes it."""

from __future__ import annotations

import datetime

from rulesengine.diagnostics import Diagnostic, did_you_mean, finding
from rulesengine.document import Node
from rulesengine.loading.naming import child, string, words
from rulesengine.pack import WorkingTime
from rulesengine.timing import known_zones

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def read_working_time(document: Node, report: list[Diagnostic]) -> WorkingTime:
    """Zone, holidays, weekend, opening hours and closing days; what cannot be read goes to the report."""

    def say(node: Node, message: str, help: str) -> None:
        report.append(finding("RE311", node.span, message, help))

    zone = string(document, "time_zone", "UTC")
    node = child(document, "time_zone")
    if node is not None and zone not in known_zones():
        say(node, f"There is no time zone '{zone}'.", _zone_help(zone))
        zone = "UTC"
    calendar = child(document, "calendar")
    closed = set()
    for day in words(calendar, "closed"):
        try:
            closed.add(datetime.date.fromisoformat(str(day.value)).toordinal())
        except ValueError:
            say(day, f"'{day.value}' is no day of the calendar.", "Write it as year-month-day.")
    opening: list[tuple[int, int]] = []
    for hours in words(calendar, "opening"):
        start, end = (_minutes(part) for part in str(hours.value).split("-"))
        if start >= end or (opening and start * 60_000_000 < opening[-1][1]):
            say(
                hours,
                "These opening hours end before they begin, or overlap.",
                "Write them in order, such as 09:00-17:00.",
            )
            continue
        opening.append((start * 60_000_000, end * 60_000_000))
    weekend = tuple(WEEKDAYS.index(str(n.value)) for n in words(calendar, "weekend") if n.value in WEEKDAYS)
    return WorkingTime(
        zone=zone,
        holidays=string(calendar, "holidays"),
        weekend=weekend if child(calendar, "weekend") is not None else (5, 6),
        opening=tuple(opening),
        closed=frozenset(closed),
    )


def _zone_help(zone: str) -> str:
    """The zone of a city, as `Europe/Paris` for Paris; else the likely one."""
    city = zone.strip().replace(" ", "_").lower()
    named = next((known for known in sorted(known_zones()) if known.lower().rpartition("/")[2] == city), None)
    return f"Did you mean '{named}'?" if named else did_you_mean(zone, known_zones())


def _minutes(text: str) -> int:
    hours, minutes = text.split(":")
    return int(hours) * 60 + int(minutes)
