#!/usr/bin/env bash
# Runs heylint with the inputs of the action. They come as environment variables, never as text of this script.
set -euo pipefail
heylint=${INPUT_HEYLINT:-$RUNNER_TEMP/heylint/bin/heylint}

# One per line, so that names may contain spaces.
arguments=()
while IFS= read -r line; do
    line=${line%$'\r'}
    [ -z "$line" ] || arguments+=("$line")
done <<<"${INPUT_ARGS:-}"
[ -z "${INPUT_SARIF:-}" ] || arguments+=(--output "sarif=$INPUT_SARIF")
[ -z "${GITHUB_STEP_SUMMARY:-}" ] || arguments+=(--output "markdown=$GITHUB_STEP_SUMMARY")
arguments+=(--)
while IFS= read -r line; do
    line=${line%$'\r'}
    [ -z "$line" ] || arguments+=("$line")
done <<<"${INPUT_PATHS:-.}"

status=0
"$heylint" check --format github "${arguments[@]}" || status=$?
echo "exit-code=$status" >>"$GITHUB_OUTPUT"
case ${INPUT_SARIF:-} in
    "") ;;
    /*) echo "sarif=$INPUT_SARIF" >>"$GITHUB_OUTPUT" ;;
    *) echo "sarif=$PWD/$INPUT_SARIF" >>"$GITHUB_OUTPUT" ;;
esac
exit "$status"
