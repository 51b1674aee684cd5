"""Moments as a person in the pack's zone reads them."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from rulesengine.timing.zone import zone_named

#: a moment in the text of a reason or a fact, as `facts.show_moment` writes it
_WRITTEN = re.compile(r"\b[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{6}Z")


class Clock:
    """Shows moments in one zone: `2026-03-05 09:00`, with seconds and microseconds only where there are any.

    The offset from UTC is added where it differs from the one at `since`, so that nothing shown is ambiguous.
    """

    def __init__(self, zone: str, since: datetime | None = None) -> None:
        self.zone = zone
        self._zone = zone_named(zone).info
        self._offset: timedelta | None = None if since is None else since.astimezone(self._zone).utcoffset()

    def show(self, at: datetime) -> str:
        """The moment `at` (aware) as text."""
        local = at.astimezone(self._zone)
        if local.microsecond:
            text = local.strftime("%Y-%m-%d %H:%M:%S.%f")
        elif local.second:
            text = local.strftime("%Y-%m-%d %H:%M:%S")
        else:
            text = local.strftime("%Y-%m-%d %H:%M")
        offset = local.utcoffset()
        if self._offset is None:
            self._offset = offset
        return text if offset == self._offset else text + _offset(local)

    def localised(self, text: str) -> str:
        """Text with the UTC moments in it shown as `show` does."""
        return _WRITTEN.sub(lambda found: self.show(datetime.fromisoformat(found[0])), text)


def _offset(local: datetime) -> str:
    text = local.strftime("%z")
    return f"{text[:3]}:{text[3:5]}"
