"""Pictures in the place of Mermaid: the built pages show what the same command draws as SVG, without a script."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from hashlib import sha256
from pathlib import Path

from manual.doors import DOCS

COMMAND = re.compile(r"^```console\n\$ rulesengine (graph .*?)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
FOLDER = "_images"


def drawn(text: str, outdir: Path) -> str:
    """The page with a picture in the place of each block of Mermaid that a command of the page prints."""
    for arguments, printed in COMMAND.findall(text):
        block = f"```mermaid\n{printed}```\n"
        if block in text:
            text = text.replace(block, _picture(arguments, outdir))
    return text


def _picture(arguments: str, outdir: Path) -> str:
    file = Path(outdir) / FOLDER / f"{sha256(arguments.encode()).hexdigest()[:12]}.svg"
    file.parent.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-m", "rulesengine", *shlex.split(arguments), "-o", str(file)]
    subprocess.run(command, cwd=DOCS.parent, check=True)
    return f'<img class="picture" src="{FOLDER}/{file.name}" alt="rulesengine {arguments}">\n'
