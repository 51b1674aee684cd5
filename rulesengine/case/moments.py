"""Moments: `int` microseconds since 1970-01-01T00:00 UTC in memory, aware datetimes in UTC at the edge."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
#: later than every moment
NEVER = 1 << 62


def to_moment(at: datetime) -> int:
    """Microseconds since the epoch of an aware datetime."""
    since = at - EPOCH
    return (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds


def to_datetime(moment: int) -> datetime:
    """The aware UTC datetime of a moment in microseconds."""
    return EPOCH + timedelta(microseconds=moment)
