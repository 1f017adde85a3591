#!/usr/bin/env bash
# Runs each target, or the named ones, for SECONDS: fuzz/run.sh SECONDS [TARGET…]
# Inputs that fail are in fuzz/artifacts/<target>/; logs are in fuzz/artifacts/<target>.log.
set -uo pipefail
cd "$(dirname "$0")"
seconds="${1:?seconds for each target}"
shift
targets=("$@")
[ ${#targets[@]} -gt 0 ] || targets=(mp4 pdf webm jpeg png mp3 wav srt json request forms array table sniff decode work ssml base64)
# The flags of `cargo fuzz build -s none`. Coverage instrumentation is not yet stable in the compiler.
host="$(rustc -vV | sed -n 's/host: //p')"
coverage="-Cpasses=sancov-module"
for argument in level=4 inline-8bit-counters pc-table trace-compares; do
    coverage+=" -Cllvm-args=-sanitizer-coverage-$argument"
done
RUSTC_BOOTSTRAP=1 RUSTFLAGS="--cfg fuzzing $coverage" cargo build --locked --release --target "$host" || exit 1
binaries="${CARGO_TARGET_DIR:-target}/$host/release"
failed=0
for target in "${targets[@]}"; do
    mkdir -p "corpus/$target" "artifacts/$target"
    longest=65536
    [ "$target" = request ] || [ "$target" = json ] || [ "$target" = forms ] || [ "$target" = array ] || [ "$target" = table ] || [ "$target" = ssml ] && longest=16384
    nice -n 15 "$binaries/$target" "corpus/$target" -max_total_time="$seconds" -max_len=$longest -timeout=10 \
        -rss_limit_mb=512 -print_final_stats=1 -artifact_prefix="artifacts/$target/" >"artifacts/$target.log" 2>&1
    status=$?
    [ $status -eq 0 ] || failed=1
    printf '%-8s status %3d, %s runs, coverage %s, peak %s MB\n' "$target" $status \
        "$(sed -n 's/stat::number_of_executed_units: //p' "artifacts/$target.log")" \
        "$(grep -o 'cov: [0-9]*' "artifacts/$target.log" | tail -n1 | cut -d' ' -f2)" \
        "$(sed -n 's/stat::peak_rss_mb: *//p' "artifacts/$target.log")"
done
exit $failed
