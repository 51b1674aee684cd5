"""YAML text to data with a place for every key and every value.

The text is read as YAML 1.2: `true` and `false`, null, whole numbers and decimals are what they say, and all else is
text, `on`, `no`, `12:30` and `2026-03-02 09:00` included. Tags, merge keys, keys that are not text, keys that stand
twice and further documents are findings, never exceptions. What can be read beside them is returned, so that all
findings come at once; only text that is no YAML at all gives nothing.

The size of the text, the depth of nesting and the number of values, those that aliases stand for included, are bounded.
The parser's events are pulled one at a time, so nesting without end is left at its first level too many: the parser
keeps its levels on the heap. Only the composer that comes with it, which is not used here, overflows the stack.
"""

from __future__ import annotations

import os
import stat

from rulesengine.diagnostics import Diagnostic, finding, in_order
from rulesengine.document.composer import Composer
from rulesengine.document.node import Node, plain
from rulesengine.document.text import decoded, shown, start_of

__all__ = ["MAX_SIZE", "Node", "plain", "read", "read_file"]

#: characters, and bytes, of a document
MAX_SIZE = 1_000_000


def read_file(path: str | os.PathLike[str]) -> tuple[Node | None, list[Diagnostic]]:
    """Read a file as `read` does. A file that is not there, or is none, is a finding."""
    name = os.fspath(path)
    try:
        # a pipe or a device would be waited for without end
        if not stat.S_ISREG(os.stat(path).st_mode):
            message = f"{shown(name)} is a folder." if os.path.isdir(path) else f"{shown(name)} is no ordinary file."
            return None, [finding("RE101", start_of(name), message, "Name a file with YAML text.")]
        with open(path, "rb") as file:
            text = file.read(MAX_SIZE + 1)
    except FileNotFoundError:
        return None, [finding("RE101", start_of(name), f"There is no file {shown(name)}.", "Check name and folder.")]
    except PermissionError:
        return None, [finding("RE101", start_of(name), f"{shown(name)} may not be read.", "Check who may read it.")]
    except (OSError, ValueError):
        return None, [finding("RE101", start_of(name), f"{shown(name)} cannot be read.", "Check the name.")]
    return read(text, name)


def read(text: bytes | str, file: str) -> tuple[Node | None, list[Diagnostic]]:
    """The document in `text`, which is UTF-8 where it comes as bytes, and the findings about it, sorted by place.

    `file` is what places are to call it. The node is None where nothing can be read.
    """
    if len(text) > MAX_SIZE:
        message = f"The text is longer than {MAX_SIZE:,} characters."
        help = "Divide it: what several packs share can stand in one that they extend."
        return None, [finding("RE102", start_of(file), message, help)]
    characters, found = decoded(text, file)
    if found:
        return None, found
    composer = Composer(characters, file)
    node = composer.document()
    return node, in_order(composer.found)
