"""Patterns of packs: what is accepted matches whole texts, quickly whatever the text; the rest is refused."""

import time

import pytest

from rulesengine.facts import FactType
from rulesengine.patterns import compile_pattern


@pytest.mark.parametrize(
    ("pattern", "fits", "fails"),
    [
        (r"[A-Z]{2}\d{9}[A-Z]{2}", "LX123456789FR", "LX123456789F"),
        (r"^\d{13}$", "4006381333931", "4006381333931\n"),
        (r"[^@ ]+@[^@ ]+\.[a-z]{2,10}", "a@b.com", "a@b"),
        (r"(DE|FR)-\w+", "FR-12", "IT-12"),
        (r"(1Z)?[0-9A-Z]{16}", "1Z999AA10123456784", "1Z999AA1012345678"),
        (r".*", "anything", "two\nlines"),
        (r"\d+", "12", "١٢"),
    ],
)
def test_patterns_fit_whole_texts(pattern: str, fits: str, fails: str) -> None:
    fact = FactType(kind="text", pattern=pattern)
    assert fact.read(fits) == fits
    with pytest.raises(ValueError, match="of the form"):
        fact.read(fails)


@pytest.mark.parametrize(
    "pattern",
    [
        "(a+)+b",
        "((a|aa)?)+b",
        "((a*)?a*)?a*b",
        "(a|aa)+",
        "(a*)*",
        "(a|b|ab)*c",
        "(x+x+)+y",
        "a*a*a*b",
        "a{0,1000}a{0,1000}a{0,1000}b",
        "(a|aa)" * 25 + "b",
        "a?" * 60 + "a" * 60,
        "a*a*" + "a" * 150 + "b",
        r"(a)\1",
        "(?=a)a",
        "(?!a)b",
        "(?<=a)b",
        "(?i)a",
        "(?s:.)",
        "(?>a+)b",
        "a*?b",
        "a*+b",
        "(?P<x>a)(?P=x)",
        "(?(1)a|b)",
        "(",
        "[",
        "a**",
        "[[a]",
        "\\",
        "a" * 201,
        "(" * 90 + ")" * 90 + "*",
        "a{99999999999999999999}",
        "\0(",
    ],
)
def test_patterns_that_could_be_slow_are_refused(pattern: str) -> None:
    with pytest.raises(ValueError, match="pattern"):
        compile_pattern(pattern)


@pytest.mark.parametrize(
    "pattern",
    [
        "a*a*b",
        "a{0,9}a*a*b",
        "a*a*a{10}(b|c|aab|d|eea|aaf|g)",
        "(a|aa)" * 20 + "b",
        "a?" * 20 + "b",
        "(ab?)?" * 10 + "c",
        ".*.*a?a?a?b",
        "a{0,499}a{0,499}a{0,8}b",
        "[^b]*[^c]*a{400}[^x]?[^x]?d",
    ],
)
def test_the_worst_accepted_pattern_is_quick(pattern: str) -> None:
    test = compile_pattern(pattern)
    for text in ("a" * 10_000, "a" * 500, "ab" * 250, "a" * 499 + "c", "a" * 60):
        start = time.process_time()
        test(text)
        assert time.process_time() - start < 0.5
