#!/usr/bin/env bash
# Tests the extension in a real VS Code: code-server from npm, driven by a headless Chromium. Prints that it skips if a tool
# is not installed. Usage: tests/vscode.sh [HEYLINT] [FOLDER FOR PICTURES] [NODE_MODULES OF AN EARLIER INSTALLATION]
set -euo pipefail
cd "$(dirname "$0")/.."
root=$PWD
program=${1:-target/release/heylint}
[ -x "$program" ] || { cargo build --release --quiet; program=target/release/heylint; }
program=$(realpath "$program")
work=$(mktemp -d)
server=
trap '[ -z "$server" ] || kill "$server" 2> /dev/null || true; wait 2> /dev/null || true; rm -rf "$work"' EXIT
shots=${2:-$work/shots}
mkdir -p "$shots"
shots=$(realpath "$shots")

skip() { echo "skipped: $1"; exit 0; }
chromium=$(command -v chromium || command -v chromium-browser || command -v google-chrome || true)
[ -n "$chromium" ] || skip "Chromium is not installed"
command -v npm > /dev/null || skip "npm is not installed"
[ "$(node -p 'process.versions.node.split(".")[0]')" = 20 ] || skip "code-server 4 needs Node 20"

# The install script of code-server also builds kerberos and fetches ripgrep, which we do not need. This builds only the
# modules that it needs to start, with the headers of the installed Node.
cp tests/vscode/* "$work"
headers=$(dirname "$(dirname "$(realpath "$(command -v node)")")")
export npm_config_nodedir=$headers
code=$work/node_modules/code-server
# One module after the other, so that the log names a module that does not build. A step of node-pty after its build needs
# another tool, but the module exists by then.
built() {
    for module in "$@"; do
        npm rebuild --ignore-scripts=false "$module" || compgen -G "node_modules/$module/build/Release/*.node" ||
            { echo "$module does not build"; return 1; }
    done
}
install() {
    cd "$work" && npm install --ignore-scripts --no-audit --no-fund && built argon2 &&
        cd "$code/lib/vscode" && npm install --ignore-scripts --omit=dev --no-audit --no-fund &&
        built @vscode/spdlog native-watchdog node-pty
}
if [ -n "${3:-}" ]; then
    ln -s "$(realpath "$3")" "$work/node_modules"
else
    install > "$work/npm.log" 2>&1 || { tail -n 5 "$work/npm.log"; skip "code-server cannot be installed"; }
fi
cd "$root"
cp -r editors/vscode "$work/vscode"
rm -rf "$work/vscode/node_modules"
(cd "$work/vscode" && npm ci --silent --no-audit --no-fund && npx vsce package --out heylint.vsix > /dev/null) ||
    skip "the packages of the extension cannot be installed"

project=$work/project
mkdir -p "$project/.git" "$project/assets" "$work/data/User"
cp fixtures/demo/assets/wall.png "$project/assets"
printf '{\n  "type": "avatar", "title": "Hello", "avatar_id": "Daisy",\n  "script": "Welcome.", "voice_id": "v",\n  "voice_settings": {"speed": 1.8}\n}\n' > "$project/draft.json"
printf '{\n  "type": "image", "script": "Welcome.", "voice_id": "v",\n  "image": {"type": "url", "url": "assets/wall.png"}\n}\n' > "$project/picture.json"
printf '{"type": "avatar", "avatar_id": "Daisy", "voice_id": "v", "script": "%s"}\n' "$(printf 'Hello over there. %.0s' $(seq 290) | cut -c 1-5213)" > "$project/long.json"
touch "$project/new.json"
printf '{"heylint.path": "%s", "workbench.startupEditor": "none", "files.trimFinalNewlines": false}\n' "$program" > "$work/data/User/settings.json"

start() { node "$code/out/node/entry.js" --user-data-dir "$work/data" --extensions-dir "$work/extensions" "$@"; }
export XDG_CONFIG_HOME=$work/config XDG_DATA_HOME=$work/share
start --install-extension "$work/vscode/heylint.vsix" > /dev/null
port=$((20000 + RANDOM % 20000))
start --auth none --bind-addr "127.0.0.1:$port" --disable-telemetry --disable-update-check --disable-workspace-trust > "$work/server.log" 2>&1 &
server=$!
for _ in $(seq 100); do curl -s "http://127.0.0.1:$port/" > /dev/null && break; sleep 0.2; done
start --version
(cd "$work" && node drive.mjs "$chromium" "http://127.0.0.1:$port" "$project" "$shots")
