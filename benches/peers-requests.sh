#!/usr/bin/env bash
# Times other validators on the same drafts, with the schema that heylint exports, and heylint on a long manifest:
# benches/peers-requests.sh [DRAFTS [RECORDS]]
# Prints a table and a paragraph, which benches/peers.sh puts into docs/speed.md. Wall time, the best of three runs. Installs
# the other tools into a temporary folder.
set -euo pipefail
cd "$(dirname "$0")/.."
drafts="${1:-500}" records="${2:-1000000}" apart=20
cargo build --quiet --locked --release --bin heylint --example manifest
heylint="$PWD/target/release/heylint" make="$PWD/target/release/examples/manifest"
folder="$(mktemp -d)"
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
python="$folder/venv/bin/python"
"$python" -m pip install --quiet --disable-pip-version-check check-jsonschema jsonschema
npm install --silent --no-fund --no-audit --prefix "$folder/npm" ajv-cli ajv-formats >/dev/null
"$heylint" schema request 'POST /v3/videos' >"$folder/schema.json"
# Bodies of POST /v3/videos, one per file.
mkdir "$folder/drafts"
"$make" make sound $((drafts * 3)) >"$folder/all.jsonl"
grep --max-count="$drafts" '^{"type"' "$folder/all.jsonl" |
    split --lines=1 --suffix-length=5 --additional-suffix=.json - "$folder/drafts/draft"
cd "$folder/drafts"
files=(*.json)
instances=() && for file in "${files[@]}"; do instances+=(-i "$file"); done

# The minimum wall time of three runs in milliseconds, and the peak memory in megabytes.
measured() {
    "$python" - "$@" <<'PYTHON'
import resource, subprocess, sys, time
least = float("inf")
for _ in range(3):
    start = time.perf_counter()
    subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    least = min(least, time.perf_counter() - start)
print(least * 1000, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1000)
PYTHON
}
milliseconds() { measured "$@" | cut -d' ' -f1; }
# Starts the program once per file, for some files; prints the mean in milliseconds.
each() {
    local sum=0 file
    for file in "${files[@]:0:apart}"; do sum="$(awk "BEGIN { print $sum + $(milliseconds "$@" "$file") }")"; done
    awk "BEGIN { print $sum / $apart }"
}
row() {
    awk -v name="$1" -v all="$2" -v one="$3" -v ours="$own" -v our="$own_one" 'BEGIN {
        ratio = "%." (all / ours < 10 ? 1 : 0) "f"; other = "%." (one / our < 10 ? 1 : 0) "f"
        printf "| %s | %.0f ms | " ratio " × | %.1f ms | " other " × |\n", name, all, all / ours, one, one / our
    }'
}

check=("$heylint" check --isolated --quiet --endpoint 'POST /v3/videos')
schemafile=("$folder/venv/bin/check-jsonschema" --schemafile "$folder/schema.json")
ajv=("$folder/npm/node_modules/.bin/ajv" validate --spec=draft2020 --strict=false -c ajv-formats -s "$folder/schema.json" -d)
jsonschema=("$python" -W ignore -m jsonschema)
own="$(milliseconds "${check[@]}" "${files[@]}")" own_one="$(each "${check[@]}")"
echo "Wall time to validate drafts of a request. The other tools use the JSON Schema that heylint exports:"
echo
echo "| | ${#files[@]} in one call | ratio | one per call | ratio |"
echo "|---|---|---|---|---|"
row '`heylint`' "$own" "$own_one"
row '`check-jsonschema`' "$(milliseconds "${schemafile[@]}" "${files[@]}")" "$(each "${schemafile[@]}")"
row '`ajv`' "$(milliseconds "${ajv[@]}" '*.json')" "$(each "${ajv[@]}")"
row '`jsonschema`' "$(milliseconds "${jsonschema[@]}" "${instances[@]}" "$folder/schema.json")" \
    "$(each "${jsonschema[@]}" "$folder/schema.json" -i)"

"$make" make sound "$records" >"$folder/jobs.jsonl"
cat "$folder/jobs.jsonl" >/dev/null
lines=("$heylint" check --isolated --format jsonl "$folder/jobs.jsonl")
read -r one memory <<<"$(measured "${lines[@]}" --jobs 1)"
read -r two more <<<"$(measured "${lines[@]}" --jobs 2)"
parse="$(milliseconds "$make" parse "$folder/jobs.jsonl")"
echo
awk -v n="$("$python" -c "print(f'{$records:,}')")" -v size="$(stat -c %s "$folder/jobs.jsonl")" -v one="$one" -v two="$two" -v parse="$parse" \
    -v memory="$(awk "BEGIN { print ($memory > $more) ? $memory : $more }")" 'BEGIN {
        printf "A manifest of %s records (%.0f MB) takes %.1f s on one thread, %.1f × what `serde_json` takes to parse its\n", n, size / 1e6, one / 1e3, one / parse
        printf "lines into values (%.1f s), and %.1f s on two threads, %.1f × as fast; %.0f MB of memory.\n", parse / 1e3, two / 1e3, one / two, memory
    }'
