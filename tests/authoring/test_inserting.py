"""An entry goes where it belongs in a file, and every line and comment of the file stays as it is."""

import difflib
from pathlib import Path

import pytest

from rulesengine.authoring.inserting import CannotInsertError, Written, block, flow, inserted
from rulesengine.document import plain, read

ROOT = Path(__file__).resolve().parents[2]
POLICIES = sorted(path for path in (ROOT / "policies").glob("*.yaml") if path.stem != "vocabulary")
RULE = {"by": Written(text="buyer"), "source": Written(comment="where from")}


def put(text: str, *path: str) -> str:
    return inserted(text, path, RULE, "x.yaml")


@pytest.mark.parametrize(
    ("text", "path", "wanted"),
    [
        # below the last entry, in front of what follows
        (
            "a:\n  one: 1  # yes\n\nb: 2\n",
            ("a", "new"),
            "a:\n  one: 1  # yes\n  new:\n    by: buyer\n    source:  # where from\n\nb: 2\n",
        ),
        # a comment that belongs to the section stays in it
        (
            "a:\n    one: 1\n    # of a\n# of b\nb: 2\n",
            ("a", "new"),
            "a:\n    one: 1\n    # of a\n    new:\n      by: buyer\n      source:  # where from\n# of b\nb: 2\n",
        ),
        # a section that is not there, and one with nothing in it
        ("a: {}\n", ("a", "b", "new"), "a:\n  b:\n    new:\n      by: buyer\n      source:  # where from\n"),
        ("a:  # why\nb: 1\n", ("a", "new"), "a:  # why\n  new:\n    by: buyer\n    source:  # where from\nb: 1\n"),
        ("a: {}  # why\nb: 1\n", ("a", "new"), "a:  # why\n  new:\n    by: buyer\n    source:  # where from\nb: 1\n"),
        # on one line
        ("a: {one: 1}  # why\n", ("a", "new"), "a: {one: 1, new: {by: buyer, source: null}}  # why\n"),
        ("a: {one: 1,}\n", ("a", "new"), "a: {one: 1, new: {by: buyer, source: null}}\n"),
        ("a: {b: {c: 1}}\n", ("a", "b", "new"), "a: {b: {c: 1, new: {by: buyer, source: null}}}\n"),
        ("a: {one: [\n  1,\n  2\n]}\n", ("a", "new"), "a: {one: [\n  1,\n  2\n], new: {by: buyer, source: null}}\n"),
        # the end of the file, without and with another kind of line end, and behind a byte order mark
        ("a:\n  b: 1", ("a", "new"), "a:\n  b: 1\n  new:\n    by: buyer\n    source:  # where from\n"),
        ("a:\r\n  b: 1\r\n", ("a", "new"), "a:\r\n  b: 1\r\n  new:\r\n    by: buyer\r\n    source:  # where from\r\n"),
        ("\ufeffa:\n  b: 1\n", ("a", "new"), "\ufeffa:\n  b: 1\n  new:\n    by: buyer\n    source:  # where from\n"),
        # behind text over several lines
        (
            "a:\n  b: >\n    many\n    lines\n\nc: 1\n",
            ("a", "new"),
            "a:\n  b: >\n    many\n    lines\n  new:\n    by: buyer\n    source:  # where from\n\nc: 1\n",
        ),
        ("a:\n  b:\n  - 1\n", ("a", "new"), "a:\n  b:\n  - 1\n  new:\n    by: buyer\n    source:  # where from\n"),
    ],
)
def test_an_entry_is_put_where_it_belongs(text: str, path: tuple[str, ...], wanted: str) -> None:
    assert put(text, *path) == wanted


@pytest.mark.parametrize(
    ("text", "path", "says"),
    [
        ("a: {new: 1}\n", ("a", "new"), "'a.new' is there already."),
        ("a: [1]\n", ("a", "new"), "'a' holds something else than a map."),
        ("a: text\n", ("a", "new"), "'a' holds something else than a map."),
        ("a: null\n", ("a", "new"), "Take away what stands behind 'a' first."),
        ("a: {b: }\n", ("a", "b", "new"), "'b' stands in braces with nothing behind it"),
        ("- 1\n", ("a",), "This is no map"),
        ("a: [\n", ("a", "new"), ""),
        ("", ("a", "new"), "nothing in the document"),
        ("b: &x {c: 1}\na: *x\n", ("a", "new"), "written elsewhere"),
    ],
)
def test_what_cannot_be_put_in_is_told(text: str, path: tuple[str, ...], says: str) -> None:
    with pytest.raises(CannotInsertError) as told:
        put(text, *path)
    assert says in str(told.value)


@pytest.mark.parametrize("file", POLICIES, ids=lambda path: path.stem)
def test_a_rule_goes_into_every_process_of_a_shipped_pack(file: Path) -> None:
    text = file.read_text()
    node, _ = read(text, str(file))
    assert node is not None
    before = plain(node)
    for number, (process, body) in enumerate(before["processes"].items()):
        section = ("transitions", "deadlines", "limits")[number % 3]
        changed = inserted(text, ("processes", process, section, "brand_new"), RULE, str(file))
        signs = [line[:1] for line in difflib.ndiff(text.splitlines(), changed.splitlines())]
        assert signs.count("-") == 0
        assert 3 <= signs.count("+") <= 5, process
        after, _ = read(changed, str(file))
        assert after is not None
        found = plain(after)["processes"][process][section]
        assert list(found) == [*(body.get(section) or {}), "brand_new"]


def test_a_map_is_written_in_both_ways() -> None:
    entry = {"x": Written(text="[1, 2]", comment="two"), "y": {"z": Written()}}
    assert block(entry, 2) == ["  x: [1, 2]  # two", "  y:", "    z:"]
    assert flow(entry) == "{x: [1, 2], y: {z: null}}"
