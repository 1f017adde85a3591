#!/usr/bin/env bash
# Builds the npm packages, installs them into a clean folder and runs the tests there: bindings/node/test.sh
# PROFILE names the cargo profile (default: dev). Needs Node 20 or newer with npm; without them it prints that it skips. If
# TypeScript, vitest and jest can be installed, it also tests the types and the matcher.
set -euo pipefail
top=$(cd "$(dirname "$0")/../.." && pwd)
profile=${PROFILE:-dev}
if ! command -v npm >/dev/null; then
    echo "node: skipped, no npm"
    exit 0
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cargo build --quiet --locked --profile "$profile" --manifest-path "$top/Cargo.toml" -p heylint -p heylint-node
target=$(rustc -vV | sed -n 's/^host: //p')
HEYLINT_PROFILE=${profile/#dev/debug} "$top/packaging/archive.sh" "$target" "$work/dist" >/dev/null
node "$top/packaging/npm.mjs" "$work/dist/npm" "$work/dist/heylint-$target.tar.gz" >/dev/null
mkdir "$work/node"
cd "$work/node"
echo '{"private": true, "type": "module"}' >package.json
npm install --offline --no-audit --no-fund --silent "$work"/dist/npm/platforms/*.tgz "$work"/dist/npm/heylint-[0-9]*.tgz
version=$("$top/packaging/version.sh")
[ "$(npx --offline heylint --version)" = "heylint $version" ] || { echo "the command is not version $version"; exit 1; }
find node_modules -name THIRD-PARTY.md | grep -q . || { echo "no third-party notice in the packages"; exit 1; }
cp "$top"/bindings/node/test/* .
export HEYLINT_TOP=$top
said=
if npm install --no-audit --no-fund --silent typescript @types/node vitest jest @types/jest >/dev/null 2>&1; then
    sed -n '/^```ts$/,/^```$/p' "$top/docs/recipes.md" | grep -v '^```' >recipe.ts
    options=(--strict --module nodenext --target es2022 --lib es2022,dom --types node)
    npx --offline tsc --noEmit "${options[@]}" types.ts types.cts matcher.test.ts
    npx --offline tsc --noEmit "${options[@]}",jest jest.types.ts
    npx --offline tsc "${options[@]}" recipe.ts
    npx --offline vitest run matcher.test.ts
    npx --offline jest --setupFilesAfterEnv heylint/jest --testMatch '**/jest.test.cjs'
    said=", and the types and the matcher with TypeScript, vitest and jest"
else
    said="; types and matcher skipped, TypeScript, vitest and jest cannot be installed"
fi
node --test --test-reporter=spec heylint.test.mjs | tee out
# Without the package for the platform, the command and the module both say what is missing.
rm -rf node_modules/@heylint
status=0
npx --offline heylint --version 2>err || status=$?
[ "$status" = 2 ] && grep -q "there is no program for" err || { cat err; exit 1; }
! node -e 'require("heylint")' 2>err && grep -q "there is no module for" err || { cat err; exit 1; }
echo "node: $(sed -n 's/^. pass //p' out) passed$said"
