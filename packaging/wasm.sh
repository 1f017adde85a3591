#!/usr/bin/env bash
# Builds the package for browsers: packaging/wasm.sh FOLDER writes FOLDER/heylint-wasm-VERSION.tgz
#
# Needs the Rust target wasm32-unknown-unknown (`rustup target add`), npm, and the wasm-bindgen that Cargo.lock names, which
# it installs below target/ if it is missing. HEYLINT_PROFILE names the cargo profile (default: browser).
set -euo pipefail
top=$(cd "$(dirname "$0")/.." && pwd)
mkdir -p "$1"
folder=$(cd "$1" && pwd)
cd "$top"
target=wasm32-unknown-unknown
profile=${HEYLINT_PROFILE:-browser}
built=${CARGO_TARGET_DIR:-$top/target}
wanted=$(sed -n '/^name = "wasm-bindgen"$/{n;s/^version = "\(.*\)"$/\1/p}' Cargo.lock)
bindgen=$(command -v wasm-bindgen || echo "$built/tools/bin/wasm-bindgen")
[ "$("$bindgen" --version 2>/dev/null)" = "wasm-bindgen $wanted" ] || {
    [ "$profile" = browser ] && how=() || how=(--debug)
    cargo install --quiet --root "$built/tools" "${how[@]}" --no-default-features --bin wasm-bindgen "wasm-bindgen-cli@$wanted"
    bindgen=$built/tools/bin/wasm-bindgen
}
cargo build --quiet --locked --profile "$profile" --target "$target" -p heylint-wasm
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"$bindgen" --target web --no-typescript --out-dir "$work" --out-name engine "$built/$target/${profile/#dev/debug}/heylint_wasm.wasm"
mv "$work/engine_bg.wasm" "$work/engine.wasm"
sed -i 's/engine_bg\.wasm/engine.wasm/' "$work/engine.js"
# An export list of CommonJS becomes one of an ES module.
sed 's/^module\.exports = /export /' bindings/node/core.js >"$work/core.mjs"
cp bindings/node/index.d.ts "$work/heylint.d.ts"
cp bindings/wasm/{index.mjs,index.d.ts,README.md} LICENSE-MIT LICENSE-APACHE "$work"
python3 packaging/notices.py "$work/THIRD-PARTY.md"
cat >"$work/package.json" <<END
{
  "name": "@heylint/wasm",
  "version": "$(packaging/version.sh)",
  "description": "heylint for browsers",
  "license": "$(sed -n 's/^license = "\(.*\)"$/\1/p' Cargo.toml | head -n 1)",
  "repository": { "type": "git", "url": "git+$(sed -n 's/^repository = "\(.*\)"$/\1/p' Cargo.toml | head -n 1).git" },
  "type": "module",
  "exports": {
    ".": { "types": "./index.d.ts", "default": "./index.mjs" },
    "./engine.wasm": "./engine.wasm",
    "./package.json": "./package.json"
  },
  "files": ["index.mjs", "index.d.ts", "heylint.d.ts", "core.mjs", "engine.js", "engine.wasm", "THIRD-PARTY.md"]
}
END
npm pack --silent --pack-destination "$folder" "$work"
