#!/usr/bin/env bash
# Builds the wheel, installs it into a clean environment and runs the tests there: bindings/python/test.sh
# PROFILE names the cargo profile (default: dev), PYTHON the interpreter. Needs Python with venv, and the package index;
# without them it prints that it skips.
set -euo pipefail
top=$(cd "$(dirname "$0")/../.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export PIP_DISABLE_PIP_VERSION_CHECK=1
python=${PYTHON:-$(command -v python3 || true)}
wanted=(pytest httpx requests mypy types-requests numpy pydantic)
if [ -z "$python" ] || ! "$python" -m venv "$work/clean" || ! "$python" -m venv "$work/tools" ||
    ! "$work/clean/bin/pip" -q install "${wanted[@]}" >"$work/out" 2>&1 ||
    ! "$work/tools/bin/pip" -q install 'maturin>=1.9.4,<2' vermin >>"$work/out" 2>&1; then
    echo "python: skipped, the Python packages cannot be installed"
    exit 0
fi
PATH=$work/tools/bin:$PATH "$top/packaging/wheel.sh" --profile "${PROFILE:-dev}" --out "$work/wheels" >"$work/out" 2>&1 || {
    tail -n 40 "$work/out"
    exit 1
}
"$work/clean/bin/pip" -q install --no-index "$work"/wheels/*.whl
find "$work/clean" -name THIRD-PARTY.md | grep -q . || { echo "no third-party notice in the wheel"; exit 1; }
oldest=$(sed -n 's/^requires-python = ">=\(.*\)"/\1/p' "$top/bindings/python/pyproject.toml")
"$work/tools/bin/vermin" -q --eval-annotations --no-tips --violations -t="$oldest-" "$top/bindings/python/python"
export PATH=$work/clean/bin:$PATH
version=$("$top/packaging/version.sh")
[ "$(heylint --version)" = "heylint $version" ] || { echo "the command is not version $version"; exit 1; }
[ "$(python -c 'import heylint; print(heylint.__version__)')" = "$version" ] || { echo "the module is not version $version"; exit 1; }
cd "$work"
# Check the types as a program that uses the package sees them.
python -m mypy --strict --no-incremental "$top/bindings/python/tests/typed.py"
python -m mypy --strict --no-incremental -p heylint
python -m pytest -q -p no:cacheprovider "$top/bindings/python/tests" | tee out
echo "python: $(tail -n 1 out)"
