#!/usr/bin/env bash
# Damages the fixtures and compares our verdicts with those of common tools:
# tests/damage.sh [CUTS PER FILE, 0 for every byte]
set -euo pipefail
cd "$(dirname "$0")/.."
declare -A packages=([ffmpeg]=ffmpeg [pngcheck]=pngcheck [djpeg]=libjpeg-turbo-progs [sndfile-info]=sndfile-programs
    [mpg123]=mpg123 [qpdf]=qpdf)
missing=()
for tool in "${!packages[@]}"; do command -v "$tool" >/dev/null || missing+=("${packages[$tool]}"); done
if [ ${#missing[@]} -gt 0 ]; then
    apt-get update -qq
    apt-get install -y -qq "${missing[@]}"
fi
cargo run --quiet --example damage -- "${1:-24}"
