#!/usr/bin/env bash
# Time and memory for the worst files that tests/common/worst.rs makes: tests/limits.sh [MEGABYTES [NAME…]]
# Prints a table, and fails where a file of media takes more than 64 MiB, or more than 10 s at the default depth. Decoding
# takes the time that it takes: 30 s.
# Texts are held in memory whole, up to 64 MiB of them: for these the table is to be read, not obeyed.
set -uo pipefail
cd "$(dirname "$0")/.."
megabytes="${1:-100}"
shift || true
command -v /usr/bin/time >/dev/null || { apt-get update -qq && apt-get install -y -qq time; } || exit 2
cargo build --quiet --release || exit 2
cargo build --quiet --example worst || exit 2
folder="$(mktemp -d)"
trap 'rm -rf "$folder"' EXIT
worst=target/debug/examples/worst
names=("$@")
[ ${#names[@]} -gt 0 ] || mapfile -t names < <("$worst" list)

bad=0
printf '%-28s %6s  %21s  %21s  %s\n' file MB 'full: s, MiB' 'decode: s, MiB' verdict
for name in "${names[@]}"; do
    size=$((megabytes * 1000000))
    most=65536
    case "$name" in
    *.json) size=$((size < 60000000 ? size : 60000000)) && most=0 ;;
    *.jsonl) most=0 ;;
    esac
    "$worst" "$name" "$size" >"$folder/$name" || exit 2
    row=""
    for depth in full decode; do
        limit=10 memory=$most
        if [ $depth = decode ]; then limit=30; fi
        # GNU time writes the exit status before its own line when it is not 0.
        timeout 120 /usr/bin/time -q -f '%e %M' -o "$folder/time" \
            target/release/heylint check --isolated --depth "$depth" --format concise "$folder/$name" \
            >"$folder/out" 2>"$folder/err"
        status=$?
        read -r seconds kilobytes < <(tail -n1 "$folder/time")
        mark=""
        if [ $status -gt 1 ] && [ $most -gt 0 ]; then mark="!"; fi
        if [ $most -gt 0 ] && awk "BEGIN{exit !($seconds > $limit || $kilobytes > $memory)}"; then mark="!"; fi
        [ -z "$mark" ] || bad=1
        row+="$(printf '  %9.2f s %6d MiB%1s' "$seconds" $((kilobytes / 1024)) "$mark")"
    done
    printf '%-28s %6d%s  %s\n' "$name" $(($(stat -c %s "$folder/$name") / 1000000)) "$row" \
        "$(head -n1 "$folder/out" | sed "s|^[^ ]*$name[: ]*||" | cut -c1-90)"
    rm -f "$folder/$name"
done
exit $bad
