#!/usr/bin/env bash
# Shows that Spark with heylint finds the same as a single run: examples/spark/run.sh [RECORDS [PARTITIONS]]
# Makes a manifest with a fault in every record, checks it both ways, compares rule, record, pointer and message, and prints
# both times and the time for a million records. Installs pyspark into a temporary folder; needs Java 17. Without one of them
# it prints that it skips.
set -euo pipefail
cd "$(dirname "$0")/../.."
records="${1:-100000}" partitions="${2:-8}"
command -v java >/dev/null || { echo "spark: skipped, there is no Java"; exit 0; }
cargo build --quiet --locked --release --bin heylint
cargo build --quiet --locked --example manifest
export HEYLINT="$PWD/target/release/heylint" SPARK_LOCAL_IP=127.0.0.1
folder="$(mktemp -d)"
trap 'rm -rf "$folder"' EXIT
if ! python3 -c 'import pyspark' 2>/dev/null; then
    python3 -m venv "$folder/venv"
    "$folder/venv/bin/pip" install --quiet --disable-pip-version-check pyspark ||
        { echo "spark: skipped, pyspark could not be installed"; exit 0; }
    PATH="$folder/venv/bin:$PATH"
fi
target/debug/examples/manifest make faulty "$records" >"$folder/jobs.jsonl"

seconds() { date +%s.%N; }
start=$(seconds)
"$HEYLINT" check --isolated --fail-on never --format jsonl "$folder/jobs.jsonl" >"$folder/one.jsonl"
alone=$(seconds)
PYSPARK_PYTHON=python3 python3 examples/spark/check_manifest.py "$folder/jobs.jsonl" "$folder/out" "$partitions" \
    2>"$folder/spark.log" || { tail -n 20 "$folder/spark.log" >&2 && exit 1; }
spark=$(seconds)

python3 - "$folder" "$records" <<'PYTHON'
import glob, json, sys
folder, records = sys.argv[1], int(sys.argv[2])

def found(paths):
    for path in paths:
        for line in open(path, encoding="utf-8"):
            item = json.loads(line)
            if item.get("type") == "diagnostic" and not item["rule"].startswith("manifest/"):
                yield item["rule"], item["record"], item["pointer"], item["message"]

one = sorted(found([f"{folder}/one.jsonl"]))
spark = sorted(found(glob.glob(f"{folder}/out/part-*")))
assert len(one) >= records and one == spark, f"{len(one)} findings alone, {len(spark)} with Spark"
print(f"{len(one):,} findings in {records:,} records: the same both ways")
PYTHON
awk -v a="$start" -v b="$alone" -v c="$spark" -v n="$records" 'BEGIN {
    printf "single run: %.1f s, %.1f s for a million records\n", b - a, (b - a) * 1e6 / n
    printf "Spark, including its start: %.1f s, %.1f s for a million records\n", c - b, (c - b) * 1e6 / n
}'
