"""What is measured in processes of their own: the first loading of a pack, and the commands."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
from collections.abc import Mapping
from compileall import compile_dir
from functools import partial
from math import isnan, nan
from pathlib import Path

from measuring import Task, rounds
from report import Table, in_milliseconds

import rulesengine
from rulesengine.cli import COMMANDS

HERE = Path(__file__).resolve().parent
#: where the engine that is measured comes from
HOME = Path(rulesengine.__file__).resolve().parents[1]


def printed(code: str) -> float:
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=HOME, env=environment(), capture_output=True, text=True, check=True
    )
    return float(done.stdout)


def environment() -> dict[str, str]:
    """For other processes: they find their modules compiled, as usual."""
    return {**os.environ, "PYTHONDONTWRITEBYTECODE": ""}


CLAIM = str(HERE.parent / "docs" / "examples" / "claim.yaml")
#: how each command is called; one that is not here is measured with --help
CALLS: Mapping[str, tuple[str, ...]] = {
    "check": ("rakuten",),
    "simulate": (CLAIM,),
    "test": (CLAIM,),
    "due": (CLAIM,),
    "options": (CLAIM, "--by", "seller"),
    "sources": ("rakuten",),
}


def commands(count: int) -> Table:
    """The start and the whole run of each command, in a process of its own."""
    tasks: dict[str, Task] = {
        "(Python alone)": partial(started, "-c", "pass"),
        "rulesengine --help": partial(started, "-m", "rulesengine", "--help"),
    }
    for name in COMMANDS:
        call = (name, *CALLS.get(name, ("--help",)))
        shown = " ".join(Path(word).name for word in call)
        tasks[f"rulesengine {shown}"] = partial(started, "-m", "rulesengine", *call)
    compile_dir(HOME / "rulesengine", quiet=2)
    found = rounds(tasks, count, "commands")
    failed = [name for name, values in found.items() if any(map(isnan, values))]
    note = "CPU time of the whole process, user and system; modules are compiled already."
    if failed:
        note += f" Left out, since they failed: {', '.join(failed)}."
    done = {name: values for name, values in found.items() if name not in failed}
    return Table("Commands, each in a new process", in_milliseconds(done), note=note)


def started(*words: str) -> float:
    """CPU microseconds of a process, from its start to its end; not a number where it fails."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run([sys.executable, *words], cwd=HOME, env=environment(), capture_output=True, check=False)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode:
        return nan
    return (after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime) * 1e6
