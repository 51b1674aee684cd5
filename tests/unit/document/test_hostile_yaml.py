"""Text made to break a reader: each gets a finding, in little time and memory, and never a traceback."""

from __future__ import annotations

import inspect
import sys
import time
import tracemalloc
from collections.abc import Callable

import pytest
import yaml

from rulesengine import document
from rulesengine.document import plain, read

SECONDS = 2.0
MEGABYTES = 150


def bomb() -> str:
    lines = ["a: &a [x,x,x,x,x,x,x,x,x,x]"]
    lines += [f"{b}: &{b} [{','.join(['*' + a] * 10)}]" for a, b in zip("abcdefgh", "bcdefghi", strict=True)]
    return "\n".join(lines)


def chain(links: int) -> str:
    return "a0: &a0 [x]\n" + "".join(f"a{i}: &a{i} [*a{i - 1}]\n" for i in range(1, links))


HOSTILE: dict[str, tuple[Callable[[], str], str]] = {
    "brackets": (lambda: "[" * 100_000, "RE106"),
    "brackets on lines": (lambda: "[\n" * 100_000, "RE106"),
    "brackets between quoted closing ones": (lambda: '["]",' * 100_000, "RE106"),
    "brackets behind an apostrophe": (lambda: "a: it's\nb: " + "[" * 100_000, "RE106"),
    "braces": (lambda: "{a: " * 100_000, "RE106"),
    "dashes": (lambda: "- " * 100_000, "RE106"),
    "questions": (lambda: "? " * 100_000, "RE106"),
    "indentation": (lambda: "".join(" " * i + "a:\n" for i in range(1400)), "RE106"),
    "aliases that multiply": (bomb, "RE107"),
    "aliases that nest": (lambda: chain(5000), "RE106"),
    "an alias in itself": (lambda: "a: &a [*a, *a]", "RE107"),
    "ten megabytes": (lambda: "a: b\n" * 2_000_000, "RE102"),
    "a list without end": (lambda: "a: [" + "x," * 450_000 + "x]", "RE102"),
    "a map without end": (lambda: "".join(f"k{i}: x\n" for i in range(70_000)), "RE102"),
    "one long line of maps": (lambda: "a: [" + "{b: c}," * 20_000 + "d", "RE104"),
    "one long line of anchors": (lambda: "[" + "&a a," * 40_000 + "d", "RE104"),
    "the same key again and again": (lambda: "a: 1\n" * 90_000, "RE105"),
    "merge keys": (lambda: "<<: a\n" * 40_000, "RE109"),
    "tags": (lambda: "- !x a\n" * 90_000, "RE109"),
    "documents": (lambda: "--- a\n" * 150_000, "RE111"),
    "tabs": (lambda: "a:\n" + "\tb: 1\n" * 100_000, "RE108"),
    "a number without end": (lambda: "a: " + "1" * 900_000, "RE110"),
    "a key without end": (lambda: "a" * 900_000 + ": b", "RE104"),
    "a quote without end": (lambda: 'a: "' + "\\\n " * 300_000, "RE104"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_text_is_answered(name: str) -> None:
    make, code = HOSTILE[name]
    text = make()
    start = time.process_time()
    _, found = read(text, "f.yaml")
    assert time.process_time() - start < SECONDS
    assert code in {d.code for d in found}
    assert len(found) <= 200


@pytest.mark.parametrize("name", ["ten megabytes", "a list without end", "aliases that multiply", "a map without end"])
def test_hostile_text_takes_little_memory(name: str) -> None:
    text = HOSTILE[name][0]()
    tracemalloc.start()
    read(text, "f.yaml")
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < MEGABYTES * 1_000_000


def test_sixty_four_levels_are_read_and_one_more_is_not() -> None:
    assert read("[" * 64 + "]" * 64, "f.yaml")[1] == []
    assert [d.code for d in read("[" * 65 + "]" * 65, "f.yaml")[1]] == ["RE106"]


def test_what_was_read_can_be_walked_however_deep_aliases_make_it() -> None:
    node, found = read(chain(63), "f.yaml")
    assert found == []
    assert node is not None
    assert plain(node)["a62"] is not None
    assert [d.code for d in read(chain(64), "f.yaml")[1]] == ["RE106"]


def test_two_thousand_lines_are_read_fast() -> None:
    rule = (
        "      t{}:\n        from: open\n        to: [a, b]\n        by: seller\n        when: item.state == received\n"
    )
    text = "processes:\n  p:\n    transitions:\n" + "".join(rule.format(i) for i in range(400))
    best = 1.0
    for _ in range(5):
        start = time.process_time()
        assert read(text, "f.yaml")[1] == []
        best = min(best, time.process_time() - start)
    assert best < 0.1


def test_the_parser_in_python_reads_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    texts = [
        "a: &x {b: [1, 'two', \"three\"]}\nc: *x\nd: |\n  four\n  five\n\ne: >-\n  six\nf:\n- g\n- h: 0.50\n",
        "a: 1\na: 2\n",
        "a: [1, 2\nb: 3\n",
        "a:\n\tb: 1\n",
        "[" * 100,
        "a: 'x\n",
        "a: @x\n",
        "a: !!str 5\n",
    ]
    in_c = [read(text, "f.yaml") for text in texts]
    monkeypatch.delattr(yaml, "CSafeLoader", raising=False)
    for text, (node, found) in zip(texts, in_c, strict=True):
        again, told = read(text, "f.yaml")
        assert again == node
        assert [d.code for d in told] == [d.code for d in found]


def test_the_stack_is_never_near_its_end() -> None:
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(400 + len(inspect.stack(0)))
    try:
        node, found = document.read("{a: [" * 32 + "]}" * 32, "f.yaml")
        assert found == []
        assert node is not None
        document.plain(node)
    finally:
        sys.setrecursionlimit(limit)
