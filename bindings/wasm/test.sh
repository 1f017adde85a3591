#!/usr/bin/env bash
# Builds the package for browsers, installs it into a clean folder, and tests it in Node and in a headless Chromium.
# bindings/wasm/test.sh [HEYLINT] compares it with that program. PROFILE names the cargo profile (default: dev). Without npm
# or the Rust target it prints that it skips.
set -euo pipefail
top=$(cd "$(dirname "$0")/../.." && pwd)
profile=${PROFILE:-dev}
program=${1-}
target=wasm32-unknown-unknown
if ! command -v npm >/dev/null; then
    echo "wasm: skipped, no npm"
    exit 0
fi
if [ ! -d "$(rustc --print target-libdir --target $target)" ] && ! rustup target add $target >/dev/null 2>&1; then
    echo "wasm: skipped, the Rust target $target cannot be installed"
    exit 0
fi
[ -n "$program" ] || {
    cargo build --quiet --locked --profile "$profile" --manifest-path "$top/Cargo.toml" -p heylint
    program=${CARGO_TARGET_DIR:-$top/target}/${profile/#dev/debug}/heylint
}
program=$(realpath "$program")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
HEYLINT_PROFILE=$profile "$top/packaging/wasm.sh" "$work/dist" >/dev/null
mkdir "$work/app"
cd "$work/app"
echo '{"private": true, "type": "module"}' >package.json
npm install --offline --no-audit --no-fund --silent "$work"/dist/*.tgz
[ -s node_modules/@heylint/wasm/THIRD-PARTY.md ] || { echo "no third-party notice in the package"; exit 1; }
cp "$top"/bindings/wasm/test/* "$top/bindings/node/test/attack.mjs" .
export HEYLINT_TOP=$top HEYLINT_PROGRAM=$program
said=
if npm install --no-audit --no-fund --silent typescript >/dev/null 2>&1; then
    npx --offline tsc --noEmit --strict --module nodenext --target es2022 --lib es2022,dom types.ts
    said=", and the types with TypeScript"
fi
node --test --test-reporter=spec wasm.test.mjs | tee out
size=$(stat -c %s node_modules/@heylint/wasm/engine.wasm)
echo "wasm: $(sed -n 's/^. pass //p' out) passed, $(sed -n 's/^. skipped //p' out) skipped$said; engine.wasm has $size bytes, $(gzip -9c node_modules/@heylint/wasm/engine.wasm | wc -c) compressed"
