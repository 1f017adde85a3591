#!/usr/bin/env python3
"""Writes the third-party notice of the packages: packaging/notices.py FILE

Lists every crate that is linked into the program with its version, licence and source, and the text of each licence once.
Fails if deny.toml does not allow a licence.
"""
import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path

top = Path(__file__).resolve().parent.parent
NAMES = re.compile(r"^(licen[cs]e|copying|unlicense|notice|copyright)", re.IGNORECASE)


def linked():
    """The packages linked into the program and its bindings, without those of build scripts and tests."""
    text = subprocess.run(
        ["cargo", "metadata", "--locked", "--format-version", "1", "--manifest-path", top / "Cargo.toml"],
        check=True, capture_output=True,
    ).stdout
    metadata = json.loads(text)
    packages = {package["id"]: package for package in metadata["packages"]}
    nodes = {node["id"]: node for node in metadata["resolve"]["nodes"]}
    own = set(metadata["workspace_members"])
    seen, waiting = set(), list(own)
    while waiting:
        for dependency in nodes[waiting.pop()]["deps"]:
            kinds = {kind["kind"] for kind in dependency["dep_kinds"]}
            if None in kinds and dependency["pkg"] not in seen:
                seen.add(dependency["pkg"])
                waiting.append(dependency["pkg"])
    return sorted((packages[id] for id in seen - own), key=lambda package: (package["name"], package["version"]))


def is_allowed(expression, allowed):
    """Whether an SPDX expression can be met; "/" is the old form of OR."""
    expression = expression.replace("/", " OR ")
    alternatives = re.split(r"\s+OR\s+", expression.replace("(", " ").replace(")", " "))
    if "AND" in expression:
        # Stricter than SPDX: every term of an expression with AND must be allowed.
        terms = re.split(r"\s+(?:OR|AND)\s+", expression.replace("(", " ").replace(")", " "))
        return all(term.strip() in allowed for term in terms)
    return any(alternative.strip() in allowed for alternative in alternatives)


def main():
    if len(sys.argv) != 2:
        sys.exit("usage: packaging/notices.py FILE")
    allowed = set(tomllib.loads((top / "deny.toml").read_text())["licenses"]["allow"])
    faults, rows, texts = [], [], {}
    for package in linked():
        name = f"{package['name']} {package['version']}"
        licence = package["license"] or "none"
        if not is_allowed(licence, allowed):
            faults.append(f"{name}: {licence} is not among the licences that deny.toml allows")
        rows.append(f"| {package['name']} | {package['version']} | {licence} | {package['repository'] or ''} |")
        folder = Path(package["manifest_path"]).parent
        for file in sorted(folder.iterdir()):
            if file.is_file() and NAMES.match(file.name):
                text = file.read_text(encoding="utf-8", errors="replace").strip()
                texts.setdefault(text, []).append(name)
    notice = ["# Third-party code in heylint", ""]
    notice += ["The source of each crate, including those under MPL-2.0, is in its repository and in the crate registry, under", "the version below.", ""]
    notice += ["| crate | version | licence | source |", "|---|---|---|---|", *rows, ""]
    for text, names in texts.items():
        notice += ["---", "", "For " + ", ".join(names) + ":", "", "```text", text, "```", ""]
    Path(sys.argv[1]).write_text("\n".join(notice))
    for fault in faults:
        print(fault, file=sys.stderr)
    print(f"{len(rows)} crates, {len(texts)} texts")
    sys.exit(1 if faults else 0)


main()
