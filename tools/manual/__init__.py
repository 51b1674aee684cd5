"""What the built documentation has beyond its pages: references made from what they describe, and the doors.

A Sphinx extension. A page asks for a reference with a comment, which a code host does not show:

    <!-- made here: schema pack -->
    <!-- made here: commands -->

`index.md` is the contents: each of its sections is a door, and the pages that it links to stand behind it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from manual import codes, commands, doors, pictures, python, schemas

if TYPE_CHECKING:
    from sphinx.application import Sphinx

MAKERS = {
    "schema": schemas.page,
    "commands": commands.page,
    "codes": codes.page,
    "decisions": doors.decisions,
    "python": python.page,
}


def read(app: Sphinx, name: str, source: list[str]) -> None:
    """Completes the text of a page before it is parsed."""
    text = doors.MADE_HERE.sub(lambda found: MAKERS[found["what"]](*found["of"].split()), source[0])
    text = pictures.drawn(text, app.outdir)
    source[0] = doors.opened(text) if name == app.config.root_doc else text


def setup(app: Sphinx) -> dict[str, Any]:
    """Sphinx calls this."""
    app.add_object_type("key", "key", objname="key", indextemplate="single: %s")
    app.connect("source-read", read)
    app.connect("autodoc-process-signature", python.signature)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
