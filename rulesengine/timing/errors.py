"""What can be wrong with a period, a calendar or a moment."""

from __future__ import annotations


class TimingError(ValueError):
    """A period, zone, holiday calendar or calendar that cannot be used.

    `message` says what is wrong, `help` what to do about it; the text of the error is both.
    """

    def __init__(self, message: str, help: str = "") -> None:
        self.message = message
        self.help = help
        super().__init__(f"{message} {help}".rstrip())


class MomentOutOfRange(TimingError):  # noqa: N818 - it says what is the case
    """A moment after the year 2500 (or before the year 1) is given or would be the result."""

    def __init__(self) -> None:
        super().__init__("The moment lies outside the years this calendar can count in, which end with 2500.")
