#!/usr/bin/env bash
# Builds a wheel that carries the program: packaging/wheel.sh [--target TRIPLE] [--out FOLDER]
# Needs cargo and Python with venv; maturin comes from the package index.
set -euo pipefail
top=$(cd "$(dirname "$0")/.." && pwd)
python=$(command -v python3 || command -v python)
tools=$(mktemp -d)
trap 'rm -rf "$tools"' EXIT
"$python" -m venv "$tools"
bin=$tools/bin
[ -d "$bin" ] || bin=$tools/Scripts
"$bin/python" -m pip install --quiet --disable-pip-version-check 'maturin>=1.9,<2'
"$bin/python" "$top/packaging/notices.py" "$top/THIRD-PARTY.md"
# The path of the caller holds for --out; the manifest is named.
"$bin/python" -m maturin build --profile dist --locked --manifest-path "$top/Cargo.toml" "$@"
