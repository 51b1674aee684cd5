"""Packs by their names: which there are, where they are, and what is said of one that is not there."""

from __future__ import annotations

import re
from pathlib import Path

from rulesengine.diagnostics import Diagnostic, did_you_mean, finding
from rulesengine.document.text import start_of
from rulesengine.resources import policies_folder

ENDS = (".yaml", ".yml")


def find_pack(name: str | Path) -> Path:
    """The file of a pack: a path, or the name of one in `policies/`. An unknown name stays a path."""
    path = Path(name)
    if path.suffix in ENDS or path.exists():
        return path
    shipped = policies_folder() / f"{name}.yaml"
    return shipped if shipped.is_file() else path


def pack_names(*folders: Path, kind: str = "pack") -> list[str]:
    """The names of the packs that come along and of those in some folders, sorted; or of documents of another kind."""
    files = {file for folder in (policies_folder(), *folders) for file in folder.glob("*.yaml")}
    return sorted({file.stem for file in files if _is(kind, file)})


def _is(kind: str, file: Path) -> bool:
    """Whether a file has the key that names its kind. It is not read as YAML: that of all packs would be waited for."""
    try:
        return re.search(rf"^{kind}:", file.read_text(encoding="utf-8"), re.MULTILINE) is not None
    except (OSError, ValueError):
        return False


def is_bare(name: str) -> bool:
    """Whether this is the name of a pack, and not a path."""
    return "/" not in name and not name.endswith(ENDS)


def unknown_pack(name: str, *folders: Path, kind: str = "pack") -> Diagnostic:
    """The finding about a bare name behind which there is nothing; packs in `folders` could have been meant, too."""
    help = did_you_mean(name, pack_names(*folders, kind=kind))
    return finding("RE101", start_of(name), f"There is no file and no {kind} '{name}'.", help)
