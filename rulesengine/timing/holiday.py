"""Public holidays by country or subdivision, through the `holidays` package."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches
from functools import lru_cache

from rulesengine.diagnostics import did_you_mean
from rulesengine.timing.errors import TimingError

#: codes the package is known to have, so that checking a pack need not import it: that takes a tenth of a second
FAMILIAR = frozenset(
    {"AT", "BE", "CH", "CZ", "DE", "DK", "ES", "FR", "GB", "IE", "IT", "LU", "NL", "PL", "PT", "SE", "SK"}
)


def holidays_of(code: str, years: Iterable[int]) -> frozenset[int]:
    """The public holidays of a country (`FR`) or subdivision (`DE-BY`) in these years, as ordinals.

    Years the package does not know have none. Raises TimingError, with the likely code, for an unknown one.
    """
    return _days(code, tuple(sorted(set(years))))


def holiday_names(code: str, years: Iterable[int]) -> dict[int, str]:
    """The same days with their English names where the package has them; TimingError for an unknown code."""
    return dict(_names(code, tuple(sorted(set(years)))))


@lru_cache(maxsize=256)
def _days(code: str, years: tuple[int, ...]) -> frozenset[int]:
    return frozenset(day for day, _ in _names(code, years))


@lru_cache(maxsize=256)
def _names(code: str, years: tuple[int, ...]) -> tuple[tuple[int, str], ...]:
    from holidays import country_holidays  # late: it is slow to import

    country, _, subdivision = code.partition("-")
    _check(code, country, subdivision)

    known = country_holidays(country).supported_languages
    # without a language the package would ask the machine for one
    language = next((name for name in ("en_US", "en_GB", *known) if name in known), None)
    wanted = set(years)
    # a holiday observed on another day may have been moved over the turn of the year
    around = {year + shift for year in wanted for shift in (-1, 0, 1)}
    found = country_holidays(country, subdiv=subdivision or None, years=around, language=language, categories="public")
    return tuple(sorted((day.toordinal(), name) for day, name in found.items() if day.year in wanted))


def check_holidays(code: str) -> None:
    """TimingError, with the likely code, where `code` is no holiday calendar. Codes in common use cost no import."""
    if code not in FAMILIAR:
        country, _, subdivision = code.partition("-")
        _check(code, country, subdivision)


def _check(code: str, country: str, subdivision: str) -> None:
    countries = _countries()
    if country not in countries:
        # codes and names of countries are much alike: only the same in other letters, or a close name, is a likely one
        by_name = _by_name()
        close = get_close_matches(code.lower(), by_name, n=1, cutoff=0.8)
        likely = code.upper() if code.upper() in countries else by_name.get(close[0]) if close else None
        help = f"Did you mean '{likely}'?" if likely else "Use a country code of two letters, or one like 'DE-BY'."
        raise TimingError(f"'{code}' is not a holiday calendar.", help)
    parts = _parts(country)
    if (subdivision and subdivision not in parts) or code.endswith("-"):
        known = [f"{country}-{part}" for part in parts]
        help = did_you_mean(code, known) if parts and subdivision else f"Write '{country}'."
        raise TimingError(f"'{code}' is not a holiday calendar: '{country}' has no such part.", help)


@lru_cache(maxsize=1)
def _countries() -> tuple[str, ...]:
    """Two-letter codes. The package's own list of them imports every country there is."""
    return tuple(_by_name().values())


def _parts(country: str) -> tuple[str, ...]:
    """The codes of a country's subdivisions."""
    import holidays

    return tuple(getattr(holidays, country).subdivisions)


@lru_cache(maxsize=1)
def _by_name() -> dict[str, str]:
    """English names and codes of three letters, in lower case -> two-letter code."""
    from holidays.registry import COUNTRIES

    found = {codes[2].lower(): codes[1] for codes in COUNTRIES.values()}
    return found | {name.replace("_", " "): codes[1] for name, codes in COUNTRIES.items()}
