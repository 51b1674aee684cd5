"""The YAML language server that editors use, spoken to over its standard input and output."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from types import TracebackType
from typing import Any

from outside import package, program

SERVER = Path("bin") / "yaml-language-server"
SETTINGS: dict[str, Any] = {
    "yaml": {"validate": True, "hover": True, "completion": True, "schemaStore": {"enable": False}},
    "http": {},
}
CAPABILITIES = {
    "textDocument": {
        "completion": {"completionItem": {"documentationFormat": ["markdown", "plaintext"], "snippetSupport": True}},
        "hover": {"contentFormat": ["markdown"]},
    },
    "workspace": {"configuration": True},
}


class LanguageServer:
    """A running server. It looks at one file at a time, whose text need not be that on the disk."""

    def __init__(self) -> None:
        node = program("node")
        assert node is not None
        self._process = subprocess.Popen(
            [node, str(package("yaml-language-server") / SERVER), "--stdio"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        self._sent = 0
        self._versions: dict[str, int] = {}
        self._told: dict[str, list[dict[str, Any]]] = {}
        self._ask("initialize", {"processId": None, "rootUri": None, "capabilities": CAPABILITIES})
        self._write({"method": "initialized", "params": {}})
        self._write({"method": "workspace/didChangeConfiguration", "params": {"settings": SETTINGS}})

    def __enter__(self) -> LanguageServer:
        return self

    def __exit__(self, kind: type[BaseException] | None, fault: BaseException | None, at: TracebackType | None) -> None:
        self._ask("shutdown", None)
        self._write({"method": "exit"})
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.stdout.close()
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait(10)

    def findings(self, file: Path, text: str) -> list[tuple[int, str]]:
        """The line, from 1, and the message of everything the server has to say of this text."""
        uri = file.resolve().as_uri()
        self._told.pop(uri, None)
        self._versions[uri] = version = self._versions.get(uri, 0) + 1
        if version == 1:
            document: dict[str, Any] = {"uri": uri, "languageId": "yaml", "version": version, "text": text}
            self._write({"method": "textDocument/didOpen", "params": {"textDocument": document}})
        else:
            document = {"uri": uri, "version": version}
            change = {"textDocument": document, "contentChanges": [{"text": text}]}
            self._write({"method": "textDocument/didChange", "params": change})
        while uri not in self._told:
            self._read()
        return [(one["range"]["start"]["line"] + 1, one["message"]) for one in self._told[uri]]

    def completions(self, file: Path, text: str) -> dict[str, str]:
        """What is offered at the mark `|` of the text, each with its explanation."""
        answer = self._at("textDocument/completion", file, text)
        items = answer["items"] if isinstance(answer, dict) else answer
        return {item["label"]: _text(item.get("documentation", "")) for item in items}

    def hover(self, file: Path, text: str) -> str:
        """What is shown at the mark `|` of the text."""
        answer = self._at("textDocument/hover", file, text)
        return _text(answer["contents"]) if answer else ""

    def _at(self, method: str, file: Path, text: str) -> Any:
        before, _, after = text.partition("|")
        self.findings(file, before + after)
        line, column = before.count("\n"), len(before.rpartition("\n")[2])
        place = {"textDocument": {"uri": file.resolve().as_uri()}, "position": {"line": line, "character": column}}
        return self._ask(method, place)

    # messages

    def _ask(self, method: str, params: Any) -> Any:
        self._sent += 1
        number = self._sent
        self._write({"id": number, "method": method, "params": params})
        while True:
            message = self._read()
            if message.get("id") == number and "method" not in message:
                assert "error" not in message, message
                return message["result"]

    def _write(self, message: dict[str, Any]) -> None:
        assert self._process.stdin is not None
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        self._process.stdin.write(b"Content-Length: %d\r\n\r\n" % len(body) + body)
        self._process.stdin.flush()

    def _read(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        length = 0
        while (line := self._process.stdout.readline().strip()) or not length:
            assert line, "the server has gone"
            name, _, value = line.partition(b":")
            if name.lower() == b"content-length":
                length = int(value)
        message: dict[str, Any] = json.loads(self._process.stdout.read(length))
        if message.get("method") == "textDocument/publishDiagnostics":
            self._told[message["params"]["uri"]] = message["params"]["diagnostics"]
        elif "method" in message and "id" in message:
            # it asks for its settings, and to be told of changes
            wanted = message.get("params", {}).get("items", [])
            settings = [SETTINGS.get(item.get("section", "")) for item in wanted]
            self._write({"id": message["id"], "result": settings if wanted else None})
        return message


def _text(value: Any) -> str:
    return str(value["value"]) if isinstance(value, dict) else str(value)
