# SPDX-License-Identifier: MIT
"""The page of uhttpd: its sources, put into one file, compressed.

One file takes the fewest blocks of a flash and one request. The sources run without this too,
as they are, from any web server.
"""

import base64
import gzip
import hashlib
import re
from pathlib import Path

from upyfw.base.errors import BadInput

# on the device; without a plain file beside it, it is what browsers get
PATH = "/www/index.html.gz"
_START = "index.html"
_IMPORT = re.compile(r'^import (\{[^}]*\}|\* as \w+) from "\./(\w+)\.js";\n', re.MULTILINE)
_EXPORT = re.compile(r"^export ((?:async )?(?:function|class|const) ([\w$]+))", re.MULTILINE)
_STYLE = '<link rel="stylesheet" href="style.css">'
_SCRIPT = '<script type="module" src="app.js"></script>'
_POLICY = re.compile(r'(http-equiv="Content-Security-Policy" content=")[^"]*(")')


def files(folder: Path) -> dict[str, bytes]:
    """Return {path on the device: content} of the page in a folder, nothing without one.

    The same sources give the same bytes.
    """
    if not (folder / _START).is_file():
        return {}
    return {PATH: gzip.compress(whole(folder).encode(), 9, mtime=0)}


def whole(folder: Path) -> str:
    """Return the page in one file. Raises BadInput for a source of another form."""
    style = _lean((folder / "style.css").read_text())
    script = bundle(folder, "app")
    icon = base64.b64encode((folder / "icon.svg").read_bytes()).decode()
    policy = (
        f"default-src 'none'; script-src {_hash(script)}; style-src {_hash(style)};"
        " img-src data:; connect-src 'self'; base-uri 'none'; form-action 'none'"
    )
    text = (folder / _START).read_text()
    for mark, content in (
        (_STYLE, f"<style>{style}</style>"),
        (_SCRIPT, f'<script type="module">{script}</script>'),
    ):
        if text.count(mark) != 1:
            raise BadInput(f"{folder / _START}: {mark} is missing")
        text = text.replace(mark, content)
    text = text.replace('"icon.svg"', f'"data:image/svg+xml;base64,{icon}"')
    return _POLICY.sub(lambda match: match[1] + policy + match[2], text)


def _hash(content: str) -> str:
    """Return how a policy names content that stands in the page (CSP 3, 2.3.1)."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()}'"


def _lean(text: str) -> str:
    """Return a source without indentation, and without lines that are comments."""
    lines = (line.strip() for line in text.splitlines())
    return "\n".join(line for line in lines if line and not re.match(r"//|/\*.*\*/$", line)) + "\n"


def bundle(folder: Path, start: str) -> str:
    """Return a module and those that it imports as one script.

    Each becomes a function that is called, with its names as result.
    """
    done: list[str] = []
    parts: list[str] = []

    def add(name: str) -> None:
        if name in done:
            return
        done.append(name)
        text = (folder / f"{name}.js").read_text()
        for match in _IMPORT.finditer(text):
            add(match[2])
        parts.append(_wrapped(name, text))

    add(start)
    return "// SPDX-License-Identifier: MIT\n" + "".join(parts)


def _wrapped(name: str, text: str) -> str:
    """Return a module as the definition of an object with what it exports."""

    def taken(match: re.Match[str]) -> str:
        names = match[1].removeprefix("* as ")
        return f"const {names} = module_{match[2]};\n"

    text = _IMPORT.sub(taken, text)
    exported = [match[2] for match in _EXPORT.finditer(text)]
    text = _EXPORT.sub(r"\1", text)
    if re.search(r"^(import|export)\b", text, re.MULTILINE):
        raise BadInput(f"{name}.js: an import or an export of another form")
    result = f"return {{ {', '.join(exported)} }};\n"
    return f"const module_{name} = (() => {{\n{_lean(text)}{result}}})();\n"
