#!/usr/bin/env python3
"""Checks a manifest of any size on a Spark cluster: every partition goes through `heylint check --format jsonl -`.

    spark-submit examples/spark/check_manifest.py MANIFEST OUT [PARTITIONS]

MANIFEST is JSON Lines, one request per line, at any address that Spark reads. OUT becomes a folder of JSON Lines, one
diagnostic per line as in `heylint schema report`, with `record` as the 0-based number in the whole manifest.
`heylint` must be on the PATH of the workers (`--files` or an image), or named by HEYLINT.

Rules that need the whole manifest see only one partition: manifest/duplicate-request finds duplicates within it, and
manifest/too-many-jobs is left out. Positions (line, column, offset) are those within the partition; use the record and
the pointer instead.
"""

import json
import os
import sys

from pyspark.sql import SparkSession

# These findings are about a whole partition, not about a record.
OF_A_PARTITION = {"manifest/too-many-jobs"}


def numbered(partition, lines):
    """The findings of one partition, each with the number of the partition."""
    ended = False
    for line in lines:
        item = json.loads(line)
        if item["type"] == "diagnostic" and item["rule"] not in OF_A_PARTITION:
            yield partition, item
        elif item["type"] == "summary":
            ended = True
            if item["unchecked"]:
                raise RuntimeError(f"partition {partition} could not be checked")
    # Spark would not notice that the program ended early.
    if not ended:
        raise RuntimeError(f"partition {partition}: heylint ended without a summary")


def counted(partition, lines):
    yield partition, sum(1 for _ in lines)


def main():
    manifest, out = sys.argv[1:3]
    partitions = int(sys.argv[3]) if len(sys.argv) > 3 else None
    # Without --fail-on never, findings would give exit status 1, which Spark takes for a failed job.
    heylint = os.environ.get("HEYLINT", "heylint")
    command = f"sh -c '\"{heylint}\" check --isolated --quiet --fail-on never --jobs 1 --format jsonl --stdin-filename part.jsonl -'"

    spark = SparkSession.builder.appName("heylint").getOrCreate()
    lines = spark.sparkContext.textFile(manifest, minPartitions=partitions).filter(lambda line: line.strip())
    # The number of records before each partition.
    counts = dict(lines.mapPartitionsWithIndex(counted).collect())
    before, total = {}, 0
    for partition in sorted(counts):
        before[partition] = total
        total += counts[partition]

    def renumbered(item):
        partition, diagnostic = item
        first = before[partition]
        for place in [diagnostic, *diagnostic["related"]]:
            if place["record"] is not None:
                place["record"] += first
        return json.dumps(diagnostic, ensure_ascii=False)

    found = lines.pipe(command, checkCode=True).mapPartitionsWithIndex(numbered)
    # For an empty partition heylint reports an empty text.
    found.filter(lambda item: counts[item[0]] > 0).map(renumbered).saveAsTextFile(out)
    print(json.dumps({"records": total, "partitions": len(counts)}))
    spark.stop()


if __name__ == "__main__":
    main()
