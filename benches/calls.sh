#!/usr/bin/env bash
# Times the check of one request of 1 kB, as programs call it: in process, from Python, from Node. Fails if the median is
# above the target: benches/calls.sh [ROUNDS]. Needs Python and Node for their rows, and an otherwise idle machine.
set -euo pipefail
cd "$(dirname "$0")/.."
rounds=${1:-20000}
cargo build --quiet --locked --release -p heylint -p heylint-python -p heylint-node --example calls
built=${CARGO_TARGET_DIR:-target}/release
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cp -r bindings/python/python/heylint "$work/heylint"
cp bindings/node/*.js "$work/"
for ending in so dylib; do
    [ ! -f "$built/lib_heylint.$ending" ] || cp "$built/lib_heylint.$ending" "$work/heylint/_heylint.abi3.so"
    [ ! -f "$built/libheylint_node.$ending" ] || cp "$built/libheylint_node.$ending" "$work/heylint.node"
done

cat >"$work/calls.py" <<'END'
import json, statistics, sys, time

import heylint

script = "The quick brown fox jumps over the lazy dog. " * 18
good = {"type": "avatar", "avatar_id": "a1", "voice_id": "v1", "script": script,
        "voice_settings": {"speed": 1.1, "pitch": 0}, "title": "A day at the zoo"}
faulty = {**good, "voice_settings": {"speed": 1.8, "pitch": 0}}
assert len(json.dumps(faulty)) > 900


def timed(body, use):
    times = []
    for _ in range(int(sys.argv[1])):
        started = time.perf_counter_ns()
        use(heylint.check_request("POST /v3/videos", body))
        times.append(time.perf_counter_ns() - started)
    return statistics.median(times) / 1000


print("python\tvalid\t50\t%.1f" % timed(good, lambda report: report.fails))
print("python\tone finding\t50\t%.1f" % timed(faulty, lambda report: report.fails))
print("python\tits message read\t50\t%.1f" % timed(faulty, lambda report: report.findings[0].message))
END
cat >"$work/calls.cjs" <<'END'
const { checkRequest } = require("./index.js");

const script = "The quick brown fox jumps over the lazy dog. ".repeat(18);
const settings = { speed: 1.1, pitch: 0 };
const good = { type: "avatar", avatar_id: "a1", voice_id: "v1", script, voice_settings: settings, title: "A day at the zoo" };
const faulty = { ...good, voice_settings: { ...settings, speed: 1.8 } };

function timed(body, use) {
  const times = [];
  for (let at = 0; at < Number(process.argv[2]); at += 1) {
    const started = process.hrtime.bigint();
    use(checkRequest("POST /v3/videos", body));
    times.push(Number(process.hrtime.bigint() - started));
  }
  return (times.sort((a, b) => a - b)[times.length >> 1] / 1000).toFixed(1);
}

console.log(`node\tvalid\t50\t${timed(good, (report) => report.fails)}`);
console.log(`node\tone finding\t50\t${timed(faulty, (report) => report.fails)}`);
console.log(`node\tits message read\t50\t${timed(faulty, (report) => report.findings[0].message)}`);
END
{
    "$built/examples/calls" "$rounds" | sed -n 's/^\([^,]*\), .*median \([0-9.]*\) .*/in process\t\1\t30\t\2/p'
    ! command -v python3 >/dev/null || (cd "$work" && python3 calls.py "$rounds")
    ! command -v node >/dev/null || (cd "$work" && node calls.cjs "$rounds")
} | awk -F '\t' 'BEGIN { printf "%-12s %-18s %8s %8s\n", "from", "a request", "target", "µs" }
    { printf "%-12s %-18s %8s %8s\n", $1, $2, $3, $4; if ($4 > $3) slow = 1 } END { exit slow }'
