"""Scenarios as tests of pytest: with this package installed, `pytest` plays those it comes across.

A YAML file is a scenario where one of its lines begins with `scenario:`, or its lines begin with `pack:` and `steps:`;
every other YAML file is passed over. The option `rulesengine_scenarios` of pytest's configuration says with patterns
which files are looked at: `rulesengine_scenarios = tests/scenarios/*` (`*` passes folders, too), empty: none.

Each scenario is a test of its own, called after its title; one with `boundaries` is three, called `title[before]`,
`[at]` and `[after]`. What fails is told as `rulesengine test` tells it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from fnmatch import fnmatch
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from rulesengine.diagnostics import Diagnostic
    from rulesengine.engine import Engine
    from rulesengine.simulation import Scenario, Story
    from rulesengine.trace import Trace

ENDS = (".yaml", ".yml")
#: what a file is when it is looked at without reading it as YAML
_SCENARIO = re.compile(rb"^(\xef\xbb\xbf)?scenario[ \t]*:", re.MULTILINE)
_PACK = re.compile(rb"^(\xef\xbb\xbf)?pack[ \t]*:", re.MULTILINE)
_STEPS = re.compile(rb"^steps[ \t]*:", re.MULTILINE)
#: more than a scenario is long
MOST_BYTES = 1_000_000
EDGES = ("before", "at", "after")
OPTION = "rulesengine_scenarios"
WIDTH = 100


def pytest_addoption(parser: pytest.Parser) -> None:
    """The option of the configuration."""
    parser.addini(OPTION, "patterns of the YAML files that may be scenarios of a policy pack", "args", ["*"])


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """A scenario's file as a collector of its tests."""
    if file_path.suffix not in ENDS or not _is_wanted(file_path, parent.config) or not _is_scenario(file_path):
        return None
    found: ScenarioFile = ScenarioFile.from_parent(parent, path=file_path)
    return found


def _is_wanted(file: Path, config: pytest.Config) -> bool:
    root = config.rootpath
    name = (file.relative_to(root) if file.is_relative_to(root) else file).as_posix()
    return any(fnmatch(name, pattern) for pattern in config.getini(OPTION))


def _is_scenario(file: Path) -> bool:
    try:
        with file.open("rb") as opened:
            text = opened.read(MOST_BYTES)
    except OSError:
        return False
    return bool(_SCENARIO.search(text) or (_PACK.search(text) and _STEPS.search(text)))


class ScenarioError(Exception):
    """A scenario that does not hold, or cannot be played; the text is for the reader."""

    def __init__(self, text: str, first: str) -> None:
        super().__init__(first)
        self.text = text
        self.first = first


class ScenarioFile(pytest.File):
    """One scenario file. It is read to know its tests, and played when the first of them runs."""

    _scenario: Scenario | None = None
    _story: Story | ScenarioError | None = None

    def collect(self) -> Iterator[pytest.Item]:
        """One test, or three at an edge; one that fails where the file cannot be read as a scenario."""
        from rulesengine.diagnostics import PackError
        from rulesengine.simulation import load_scenario

        name, line = self.path.stem, 1
        edges: tuple[str, ...] = ("",)
        try:
            self._scenario = load_scenario(self.file)
        except PackError as fault:
            self._story = _faulty(fault.diagnostics)
            line = fault.diagnostics[0].span.line
        else:
            name = _named(self._scenario.title) or name
            edges = EDGES if self._scenario.boundaries is not None else edges
        for edge in edges:
            item: ScenarioItem = ScenarioItem.from_parent(self, name=f"{name}[{edge}]" if edge else name)
            item.edge, item.line = edge, line
            if self._scenario is not None:
                item.extra_keyword_matches.update((self._scenario.pack, edge) if edge else (self._scenario.pack,))
            yield item

    @property
    def file(self) -> str:
        """The file as failures are to call it: from where pytest was called, where it lies below."""
        here = self.config.invocation_params.dir
        return str(self.path.relative_to(here)) if self.path.is_relative_to(here) else str(self.path)

    def story(self) -> Story:
        """The scenario, played. ScenarioError where it cannot be."""
        from rulesengine.diagnostics import PackError
        from rulesengine.simulation import play

        if self._story is None:
            assert self._scenario is not None
            try:
                self._story = play(self._scenario, _engine(self._scenario, self.config))
            except PackError as fault:
                self._story = _faulty(fault.diagnostics)
        if isinstance(self._story, ScenarioError):
            raise self._story
        return self._story


class ScenarioItem(pytest.Item):
    """One passage through a scenario."""

    edge = ""
    line = 1

    def runtest(self) -> None:
        """Fails where an expectation does not hold, or an event of which nothing is said is refused."""
        from msgspec.structs import replace

        assert isinstance(self.parent, ScenarioFile)
        told = self.parent.story().trace()
        told = replace(told, timelines=tuple(line for line in told.timelines if line.edge == self.edge))
        if told.failures:
            raise _failed(told)

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """What differs, as `rulesengine test` shows it."""
        if isinstance(excinfo.value, ScenarioError):
            return _Told(excinfo.value)
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, int, str]:
        """Where the scenario stands, and what it is called."""
        return self.path, self.line - 1, self.name


class _Told:
    """A failure on the screen; `reprcrash` is what pytest's short summary shows of it."""

    def __init__(self, error: ScenarioError) -> None:
        self.text = error.text
        self.reprcrash = _First(error.first)

    def toterminal(self, tw: Any) -> None:
        for line in self.text.split("\n"):
            tw.line(line, red=line.startswith("✗"))

    def __str__(self) -> str:
        return self.text


class _First:
    def __init__(self, message: str) -> None:
        self.message = message

    def __str__(self) -> str:
        return self.message


def _named(title: str) -> str:
    """A title as a part of a test's name."""
    return " ".join("".join(c if c.isprintable() else " " for c in title).replace("::", ":").split())


def _engine(scenario: Scenario, config: pytest.Config) -> Engine:
    """The engine of a scenario's pack, one for each pack file of a run."""
    from rulesengine.engine import Engine
    from rulesengine.loading import load_pack
    from rulesengine.simulation import pack_file

    engines = config.stash.setdefault(_ENGINES, {})
    file = str(Path(pack_file(scenario)).resolve())
    if file not in engines:
        engines[file] = Engine(load_pack(pack_file(scenario)))
    return engines[file]


_ENGINES: pytest.StashKey[dict[str, Engine]] = pytest.StashKey()


def _failed(told: Trace) -> ScenarioError:
    from rulesengine.render.style import plain
    from rulesengine.render.timeline import failed

    first = told.failures[0]
    message = f"step {first.step}, {first.what}: expected {first.expected}, seen {first.seen}"
    return ScenarioError(failed(told, plain, WIDTH), message)


def _faulty(found: list[Diagnostic]) -> ScenarioError:
    from rulesengine.render.findings import findings
    from rulesengine.render.style import plain

    first = found[0]
    return ScenarioError(findings(found, _lines, plain), f"{first.code} {first.message}")


def _lines(file: str) -> list[str]:
    path = Path(file)
    return path.read_text(encoding="utf-8", errors="replace").split("\n") if path.is_file() else []
