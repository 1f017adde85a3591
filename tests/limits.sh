#!/usr/bin/env bash
# Measures time and memory on the worst files that tests/common/worst.rs makes.
#
#   tests/limits.sh [MEGABYTES [NAME…]]   each file at one size (default: 100 MB)
#   tests/limits.sh law [NAME…]           each file at 1, 2, 4 and 8 MB: time must grow in proportion to size; files in
#                                         which heylint searches for requests at 0.5, 1, 2 and 4 MB
#
# The first form prints a table and fails if a media file takes more than 64 MiB, or more than 10 s at the default depth (30
# s for decoding). heylint holds texts of up to 64 MiB in memory, so they never fail: read the table. The second form counts
# processor time, which other programs disturb little, and fails if 8 MB take more than 0.8 s (10 s for 100 MB), or more than
# 16 times the time of 1 MB. A time below 0.03 s is mostly the start of the program.
# HEYLINT names the program, if a release build exists already.
set -uo pipefail
cd "$(dirname "$0")/.."
law=0
if [ "${1:-}" = law ]; then law=1; fi
megabytes="${1:-100}"
shift || true
command -v /usr/bin/time >/dev/null || { apt-get update -qq && apt-get install -y -qq time; } || exit 2
if [ -z "${HEYLINT:-}" ]; then
    cargo build --quiet --release || exit 2
    HEYLINT=target/release/heylint
fi
cargo build --quiet --example worst || exit 2
folder="$(mktemp -d)"
trap 'rm -rf "$folder"' EXIT
worst=target/debug/examples/worst
names=("$@")
[ ${#names[@]} -gt 0 ] || mapfile -t names < <("$worst" list)

# run DEPTH FILE runs the linter and sets wall seconds, processor seconds, KiB and the exit status.
run() {
    # GNU time prints a non-zero exit status before its own line.
    timeout 120 /usr/bin/time -q -f '%e %U %S %M' -o "$folder/time" \
        "$HEYLINT" check --isolated --depth "$1" --format concise "$2" >"$folder/out" 2>"$folder/err"
    status=$?
    read -r seconds user system kilobytes < <(tail -n1 "$folder/time")
}

if [ $law = 1 ]; then
    bad=0
    printf '%-28s %-7s %7s %7s %7s %7s  %s\n' file depth '1 MB' '2 MB' '4 MB' '8 MB' 'processor seconds'
    for name in "${names[@]}"; do
        depths="header full decode" sizes="1000 2000 4000 8000"
        case "$name" in
        nodes.json | *.sh | *.md | *.http) depths=full sizes="500 1000 2000 4000" ;;
        *.json | *.jsonl) continue ;;
        esac
        for depth in $depths; do
            row="" first=""
            for size in $sizes; do
                "$worst" "$name" $((size * 1000)) >"$folder/$name" || exit 2
                run "$depth" "$folder/$name"
                used="$(awk "BEGIN{print $user + $system}")"
                first="${first:-$used}"
                row+="$(printf ' %7.2f' "$used")"
                rm -f "$folder/$name"
            done
            mark=""
            limit=0.8
            if [ $depth = decode ]; then limit=2.4; fi
            worst_status=1
            case "$name" in *.sh | *.md | *.http) worst_status=2 ;; esac
            if [ $status -gt $worst_status ] || awk "BEGIN{exit !($used > $limit || ($used > 0.2 && $used > 16 * ($first > 0.03 ? $first : 0.03)))}"; then
                mark="!" bad=1
            fi
            printf '%-28s %-7s%s  %s\n' "$name" "$depth" "$row" "$mark"
        done
    done
    exit $bad
fi

bad=0
printf '%-28s %6s  %21s  %21s  %s\n' file MB 'full: s, MiB' 'decode: s, MiB' verdict
for name in "${names[@]}"; do
    size=$((megabytes * 1000000))
    most=65536
    case "$name" in
    *.sh | *.md | *.http) size=$((size < 4000000 ? size : 4000000)) && most=131072 ;;
    *.json) size=$((size < 60000000 ? size : 60000000)) && most=0 ;;
    *.jsonl) most=0 ;;
    esac
    "$worst" "$name" "$size" >"$folder/$name" || exit 2
    row=""
    for depth in full decode; do
        limit=10 memory=$most
        if [ $depth = decode ]; then limit=30; fi
        run "$depth" "$folder/$name"
        mark=""
        # Nothing is checked in a text without a request, which exits with 2.
        worst_status=1
        case "$name" in *.sh | *.md | *.http) worst_status=2 ;; esac
        if [ $status -gt $worst_status ] && [ $most -gt 0 ]; then mark="!"; fi
        if [ $most -gt 0 ] && awk "BEGIN{exit !($seconds > $limit || $kilobytes > $memory)}"; then mark="!"; fi
        [ -z "$mark" ] || bad=1
        row+="$(printf '  %9.2f s %6d MiB%1s' "$seconds" $((kilobytes / 1024)) "$mark")"
    done
    printf '%-28s %6d%s  %s\n' "$name" $(($(stat -c %s "$folder/$name") / 1000000)) "$row" \
        "$(head -n1 "$folder/out" | sed "s|^[^ ]*$name[: ]*||" | cut -c1-90)"
    rm -f "$folder/$name"
done
exit $bad
