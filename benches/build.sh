#!/usr/bin/env bash
# Prints the CPU seconds of a clean build by crate and compares the total with a bound: benches/build.sh [FOLDER]
# FOLDER is the target folder, by default a new one that is removed afterwards. If it already contains most crates, the total
# means nothing, and the script prints that it skips. UPDATE=1 writes the table to benches/build.tsv.
# CPU seconds depend on the machine, so the script fails only a tenth above the bound. It then shows which crates take longer
# than in build.tsv.
set -euo pipefail

# Called as RUSTC_WRAPPER: compile, and record the time.
if [ -n "${HEYLINT_BUILD_LOG:-}" ] && [ $# -gt 1 ]; then
    crate=
    previous=
    for argument in "$@"; do
        [ "$previous" != --crate-name ] || crate=$argument
        previous=$argument
    done
    case "$crate" in '' | ___) exec "$@" ;; esac
    status=0
    TIMEFORMAT="%U %S"
    { time "$@" 2>&3; } 3>&2 2>"$HEYLINT_BUILD_LOG.$$" || status=$?
    # A single write, so that lines of parallel compilers do not mix.
    echo "$crate $(tail -n 1 "$HEYLINT_BUILD_LOG.$$")" >>"$HEYLINT_BUILD_LOG"
    rm -f "$HEYLINT_BUILD_LOG.$$"
    exit $status
fi

here=$(cd "$(dirname "$0")" && pwd)
cd "$here/.."
bound=180
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export HEYLINT_BUILD_LOG=$work/log
: >"$HEYLINT_BUILD_LOG"
CARGO_TARGET_DIR=${1:-$work/target} RUSTC_WRAPPER=$here/build.sh cargo build --quiet --locked --bin heylint

awk '{ sum[$1] += $2 + $3 } END { for (crate in sum) printf "%.1f\t%s\n", sum[crate], crate }' "$HEYLINT_BUILD_LOG" |
    sort -k1,1nr -k2 >"$work/table"
count=$(wc -l <"$work/table")
total=$(awk '{ sum += $1 } END { printf "%.0f", sum }' "$work/table")
if [ "$count" -lt 100 ]; then
    echo "build: skipped, most crates were built already ($count were compiled)"
    exit 0
fi
head -n 15 "$work/table"
echo "build: $total CPU seconds for $count crates; at most $bound"
if [ -n "${UPDATE:-}" ]; then
    { printf '# CPU seconds of a clean build by crate, on %s\n' "$(rustc --version | cut -d' ' -f1-2)" && cat "$work/table"; } >benches/build.tsv
fi
if [ "$total" -gt $((bound * 11 / 10)) ]; then
    echo "build: above the bound; changes since benches/build.tsv:"
    diff <(grep -v '^#' benches/build.tsv | sort -k2) <(sort -k2 "$work/table") | grep '^[<>]' | sort -k2,2nr | head -n 20
    exit 1
fi
