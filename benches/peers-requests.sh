#!/usr/bin/env bash
# What users would take instead for requests, on the same drafts with the schema that heylint itself gives:
# benches/peers-requests.sh [DRAFTS]   Prints a table of times and ratios. Installs the others into a folder of its own.
set -euo pipefail
cd "$(dirname "$0")/.."
drafts="${1:-500}"
cargo build --quiet --release --bin heylint --example manifest
heylint="$PWD/target/release/heylint"
folder="$(mktemp -d)"
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet check-jsonschema jsonschema
npm install --silent --no-fund --no-audit --prefix "$folder/npm" ajv-cli ajv-formats >/dev/null
"$heylint" schema request 'POST /v3/videos' >"$folder/schema.json"
# Bodies of POST /v3/videos, one a file.
mkdir "$folder/drafts"
target/release/examples/manifest make sound $((drafts * 3)) >"$folder/all.jsonl"
grep --max-count="$drafts" '^{"type"' "$folder/all.jsonl" |
    split --lines=1 --suffix-length=5 --additional-suffix=.json - "$folder/drafts/draft"
cd "$folder/drafts"
files=(*.json)

# The best of three, in seconds of wall time.
best() {
    local least=999999 start end
    for _ in 1 2 3; do
        start=$(date +%s.%N)
        "$@" >"$folder/out" 2>&1 || true
        end=$(date +%s.%N)
        least=$(awk -v a="$start" -v b="$end" -v l="$least" 'BEGIN { t = b - a; print (t < l) ? t : l }')
    done
    echo "$least"
}
one_by_one() { for file in "${files[@]:0:20}"; do "$@" "$file" || true; done; }
schema="$folder/schema.json"
row() { awk -v n="$1" -v t="$2" -v o="$3" -v f="$4" 'BEGIN { printf "| %s | %.1f ms | %.2f ms | %.0f × |\n", n, t * 1000, t * 1000 / f, t / f / o }'; }

own=$(best "$heylint" check --isolated --quiet --endpoint 'POST /v3/videos' "${files[@]}")
each=$(awk -v t="$own" -v n="${#files[@]}" 'BEGIN { print t / n }')
echo "| ${#files[@]} drafts in one call | all | each | heylint is faster by |"
echo "|---|---|---|---|"
row heylint "$own" "$each" "${#files[@]}"
row check-jsonschema "$(best "$folder/venv/bin/check-jsonschema" --schemafile "$schema" "${files[@]}")" "$each" "${#files[@]}"
row ajv "$(best "$folder/npm/node_modules/.bin/ajv" validate --spec=draft2020 --strict=false -c ajv-formats -s "$schema" -d '*.json')" "$each" "${#files[@]}"
instances=() && for file in "${files[@]}"; do instances+=(-i "$file"); done
row jsonschema "$(best "$folder/venv/bin/python" -W ignore -m jsonschema "${instances[@]}" "$schema")" "$each" "${#files[@]}"
own=$(best one_by_one "$heylint" check --isolated --quiet --endpoint 'POST /v3/videos')
each=$(awk -v t="$own" 'BEGIN { print t / 20 }')
echo "| 20 drafts, a call for each | all | each | heylint is faster by |"
row heylint "$own" "$each" 20
row check-jsonschema "$(best one_by_one "$folder/venv/bin/check-jsonschema" --schemafile "$schema")" "$each" 20
row ajv "$(best one_by_one "$folder/npm/node_modules/.bin/ajv" validate --spec=draft2020 --strict=false -c ajv-formats -s "$schema" -d)" "$each" 20
row jsonschema "$(best one_by_one "$folder/venv/bin/python" -W ignore -m jsonschema "$schema" -i)" "$each" 20
