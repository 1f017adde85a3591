#!/usr/bin/env bash
# Builds heylint from the source of the action, into the cached folder.
set -euo pipefail
if [ ! -e "$RUNNER_TEMP/heylint/bin/heylint" ] && [ ! -e "$RUNNER_TEMP/heylint/bin/heylint.exe" ]; then
    cargo install --locked --path "$GITHUB_ACTION_PATH" --root "$RUNNER_TEMP/heylint"
fi
