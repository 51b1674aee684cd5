"""A scenario as text, the way they are written by hand: steps below each other, what belongs to one thing on a line."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

#: columns of a line
WIDTH = 120
#: text that YAML takes for itself, without quotes
_PLAIN = re.compile(r"[A-Za-z0-9_/][A-Za-z0-9_./ :+→()-]*")
#: what would be read as something else than text
_OTHER = re.compile(r"[-+.0-9][0-9_.,:eE]*|true|false|null|yes|no|on|off|y|n|~", re.IGNORECASE)


def written(scenario: Mapping[str, Any]) -> str:
    """The text of a scenario. Short parts stand on one line, each given instance and each step begins its own."""
    lines: list[str] = []
    for key, value in scenario.items():
        if key == "given":
            lines += ["given:", *(f"  - {flow(one)}" for one in value)]
        elif key == "steps":
            lines += ["steps:", *(line for step in value for line in _step(step))]
        else:
            lines.append(f"{key}: {flow(value)}")
    return "\n".join(lines) + "\n"


def _step(step: Mapping[str, Any]) -> Iterator[str]:
    lead = "  - "
    for key, value in step.items():
        line = f"{lead}{key}: {flow(value)}"
        lead = "    "
        if key == "expect" and isinstance(value, dict) and len(line) > WIDTH:
            yield f"{line[:4]}expect:"
            yield from (f"      {inner}: {flow(said)}" for inner, said in value.items())
        else:
            yield line


def flow(value: Any) -> str:
    """A value on one line."""
    if isinstance(value, dict):
        return f"{{{', '.join(f'{_text(key)}: {flow(inner)}' for key, inner in value.items())}}}"
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(flow, value))}]"
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    return str(value) if isinstance(value, int | Decimal) else _text(str(value))


def _text(text: str) -> str:
    # a moment is text with a colon in it, as all other text that YAML can tell from a key
    safe = _PLAIN.fullmatch(text) and ": " not in text and not text.endswith((":", " ")) and not _OTHER.fullmatch(text)
    return text if safe else "'" + text.replace("'", "''") + "'"
