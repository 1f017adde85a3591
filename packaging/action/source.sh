#!/usr/bin/env bash
# Prints a digest of the action's source as the cache key, so that the cached program always has the same version.
set -euo pipefail
cd "$GITHUB_ACTION_PATH"
sum() { if command -v sha256sum >/dev/null; then sha256sum "$@"; else shasum -a 256 "$@"; fi; }
digest=$(find Cargo.toml Cargo.lock build rules src -type f -print0 | LC_ALL=C sort -z | xargs -0 cat | sum | cut -c1-32)
echo "digest=$digest" >>"$GITHUB_OUTPUT"
