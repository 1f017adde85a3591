#!/usr/bin/env python3
"""Draws docs/demo.svg from a real run: the faults, the fix, the clean result. Usage: docs/demo.py [HEYLINT]

The animation is pure CSS. With reduced motion, everything is visible at once.
"""
import html
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
COLUMNS, LINE, TOP = 92, 20, 44
COLOURS = {"91": "#ff8a80", "31": "#ff8a80", "92": "#7ddc95", "32": "#7ddc95", "93": "#ffc766", "33": "#ffc766", "94": "#8ab4f8",
           "34": "#8ab4f8", "96": "#7fd0ee", "36": "#7fd0ee", "90": "#9aa4b2", "2": "#9aa4b2"}


def run(program, words, folder):
    environment = {"COLUMNS": str(COLUMNS), "PATH": "/usr/bin:/bin", "CLICOLOR_FORCE": "1", "LANG": "C.UTF-8"}
    ran = subprocess.run([program, *words], cwd=folder, env=environment, capture_output=True, text=True, check=False)
    # The duration differs from run to run.
    text = re.sub(r" in \d[^:]*: ", ": ", ran.stderr + ran.stdout)
    return [line for line in text.rstrip().split("\n") if "heylint explain" not in line]


def spans(line):
    """The line as text elements in the colours of the terminal."""
    out, colour, bold = [], "#e8ebf0", False
    for part in re.split(r"(\x1b\[[0-9;]*m|\x1b\]8;[^\x1b]*\x1b\\)", line):
        codes = re.fullmatch(r"\x1b\[([0-9;]*)m", part)
        if codes:
            for code in (codes[1] or "0").split(";"):
                if code in ("0", ""):
                    colour, bold = "#e8ebf0", False
                elif code == "1":
                    bold = True
                else:
                    colour = COLOURS.get(code, colour)
        elif part and not part.startswith("\x1b"):
            weight = ' font-weight="700"' if bold else ""
            out.append(f'<tspan fill="{colour}"{weight}>{html.escape(part)}</tspan>')
    return "".join(out)


def main():
    program = Path(sys.argv[1] if len(sys.argv) > 1 else ROOT / "target/debug/heylint").resolve()
    with tempfile.TemporaryDirectory() as work:
        folder = Path(work)
        (folder / ".git").mkdir()
        (folder / "drafts").mkdir()
        (folder / "assets").mkdir()
        shutil.copy(ROOT / "fixtures/demo/assets/presenter.jpg", folder / "assets")
        (folder / "drafts/welcome.json").write_text(
            '{\n  "type": "image",\n  "image": {"type": "url", "url": "../assets/presenter.jpg"},\n'
            '  "script": "Welcome to the tour.", "voice_id": "1bd001e7e50f421d891986aad5158bc8",\n'
            '  "voice_setings": {"speed": 1.1}\n}\n')
        lines = []
        for words in (["check", "drafts"], ["check", "--fix", "drafts"]):
            lines.append("\x1b[92m$\x1b[0m heylint " + " ".join(words))
            lines.extend(run(program, words, folder))
            lines.append("")
    height = TOP + LINE * (len(lines) - 1)
    rows, seconds = [], 0.0
    for at, line in enumerate(lines):
        seconds += 1.2 if line.startswith("\x1b[92m$") else 0.08
        rows.append(f'<text x="18" y="{TOP + LINE * at}" xml:space="preserve" style="animation-delay:{seconds:.2f}s">{spans(line)}</text>')
    svg = f'''<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 920 {height}" role="img" aria-label="heylint finds two faults, fixes them, and then reports the draft as clean">
<style>text {{ font: 13px ui-monospace, "SFMono-Regular", Menlo, Consolas, "DejaVu Sans Mono", monospace; opacity: 0; animation: show .01s forwards }}
@keyframes show {{ to {{ opacity: 1 }} }}
@media (prefers-reduced-motion: reduce) {{ text {{ animation: none; opacity: 1 }} }}</style>
<rect width="920" height="{height}" rx="8" fill="#14171c"/>
{chr(10).join(rows)}
</svg>
'''
    (ROOT / "docs/demo.svg").write_text(svg)


main()
