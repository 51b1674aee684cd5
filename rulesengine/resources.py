"""Where the files that travel with the package are: the schemas and the policies.

In a checkout, and in an editable install of one, they stand beside the package; in a wheel inside of it.
"""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent


def schema_file(name: str) -> Path:
    """The JSON Schema of one kind of document: `pack`, `scenario`, `register` or `vocabulary`."""
    return _folder("schema") / f"{name}.schema.json"


def policies_folder() -> Path:
    """The folder with the packs that travel with the package."""
    return _folder("policies")


def code_page(code: str) -> Path:
    """The page that explains the code of a finding."""
    inside = _PACKAGE / "codes"
    return (inside if inside.is_dir() else _PACKAGE.parent / "docs" / "codes") / f"{code}.md"


def reasons_page() -> Path:
    """The page that explains the codes of reasons why an event is refused."""
    inside = _PACKAGE / "codes" / "reasons.md"
    return inside if inside.is_file() else _PACKAGE.parent / "docs" / "reasons.md"


def _folder(name: str) -> Path:
    inside = _PACKAGE / name
    return inside if inside.is_dir() else _PACKAGE.parent / name
