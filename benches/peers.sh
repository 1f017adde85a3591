#!/usr/bin/env bash
# Times other programs that read media, on the same files in the same run: benches/peers.sh [FILES [MEGABYTES]]
# The files are generated: two thousand mixed small ones and some of 300 MB; benches/peers-requests.sh does the same for
# requests. Prints tables; UPDATE=1 writes them into docs/speed.md. Times of media are CPU time of all processes, user and
# system, with the files in the page cache, so the load of the machine does not matter: the minimum of five runs for heylint,
# of two for the others. A program that is started for each small file runs once, over every tenth file. Programs that
# apt-get cannot install are left out.
set -euo pipefail
cd "$(dirname "$0")/.."
files="${1:-2000}" megabytes="${2:-300}"
export LC_ALL=C

while read -r program package; do
    command -v "$program" >/dev/null && continue
    { apt-get install -y -qq "$package" || { apt-get update -qq && apt-get install -y -qq "$package"; }; } \
        >/dev/null 2>&1 || echo "left out: $program cannot be installed" >&2
done <<'PROGRAMS'
ffprobe ffmpeg
mediainfo mediainfo
exiftool libimage-exiftool-perl
pngcheck pngcheck
jpeginfo jpeginfo
mp3val mp3val
PROGRAMS

cargo build --quiet --locked --release --bin heylint --example big --example folder --example manifest
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
# Of sixteen files that the maker writes, eleven are media that all programs here can read.
target/release/examples/folder make "$work/all" $((files * 16 / 11 + 1))
mkdir "$work/small" "$work/big"
find "$work/all" -type f -regextype egrep -regex '.*\.(mp4|webm|jpg|png|wav|mp3|pdf)' | sort | head -n "$files" |
    while read -r file; do mv "$file" "$work/small/"; done
target/release/examples/big "$work/big" "$megabytes"
cat "$work"/small/* "$work"/big/* >/dev/null

heylint="$PWD/target/release/heylint"
each() { for file in "$@"; do "${command[@]}" "$file"; done; }
# cpu RUNS each|batch PROGRAM… -- FILE…
# prints the CPU milliseconds of a program on files, the minimum of RUNS runs; nothing if the program is missing.
cpu() {
    local runs="$1" how="$2" best="" now run
    shift 2
    command=()
    while [ "$1" != -- ]; do command+=("$1") && shift; done
    shift
    command -v "${command[0]}" >/dev/null || return 0
    for ((run = 0; run < runs; run++)); do
        now="$( (
            if [ "$how" = each ]; then each "$@"; else "${command[@]}" "$@"; fi >/dev/null 2>&1 || true
            times >"$work/times"
            tr ms '  ' <"$work/times" | awk '{ sum += $1 * 60 + $2 + $3 * 60 + $4 } END { print sum * 1000 }'
        ))"
        best="$(awk "BEGIN { print (\"$best\" == \"\" || $now < $best + 0) ? $now : \"$best\" }")"
    done
    echo "$best"
}
milliseconds() { awk "BEGIN { t = $1; printf (t < 1000 ? \"%.0f ms\" : \"%.1f s\"), t < 1000 ? t : t / 1000 }"; }
# The last cells of a row: the time, and its ratio to that of heylint.
cells() {
    if [ -z "$2" ]; then echo "– | –"; else echo "$(milliseconds "$2") | $(awk "BEGIN { r = $2 / ($1 > 0 ? $1 : 1); printf r < 10 ? \"%.1f\" : \"%.0f\", r }") ×"; fi
}

table() {
    echo "$files mixed small files, $(du -sb "$work/small" | awk '{ printf "%.0f MB", $1 / 1e6 }'), CPU time:"
    echo
    echo "| | time | ratio |"
    echo "|---|---|---|"
    local small=("$work"/small/*) ours
    ours="$(cpu 5 batch "$heylint" check --isolated --quiet --fail-on never -- "$work/small")"
    echo "| \`heylint\` on the folder, \`--depth full\` | $(cells "$ours" "$ours") |"
    echo "| the same, \`--depth header\` | $(cells "$ours" "$(cpu 5 batch "$heylint" check --isolated --quiet --fail-on never --depth header -- "$work/small")") |"
    local how words
    while IFS='|' read -r how words; do
        read -ra command <<<"$words"
        local time name="in one batch" at some=()
        # shellcheck disable=SC2086 # splits into words on purpose
        if [ "$how" = batch ]; then
            time="$(cpu 2 batch $words -- "${small[@]}")"
        else
            name="file by file"
            for ((at = 0; at < files; at += 10)); do some+=("${small[at]}"); done
            time="$(cpu 1 each $words -- "${some[@]}")"
            [ -z "$time" ] || time="$(awk "BEGIN { print $time * $files / ${#some[@]} }")"
        fi
        echo "| \`$words\`, $name | $(cells "$ours" "$time") |"
    done <<'PEERS'
each|ffprobe -v error -show_format -show_streams
each|mediainfo
batch|mediainfo
each|exiftool
batch|exiftool
PEERS
    echo
    echo "Large files, one by one. heylint is \`heylint probe\` at the default depth, including its start:"
    echo
    echo "| file | size | heylint | others |"
    echo "|---|---|---|---|"
    local file peers size rate
    while IFS='|' read -r file peers; do
        file="$work/big/$file"
        size="$(stat -c %s "$file")"
        ours="$(cpu 5 batch "$heylint" probe -- "$file")"
        rate="$(awk "BEGIN { r = $size / 1e6 / ($ours > 0 ? $ours : 1); printf (r < 1 ? \"%.0f MB/s\" : \"%.1f GB/s\"), r < 1 ? r * 1000 : r }")"
        local cell="" peer
        while read -r peer; do
            [ -n "$peer" ] || continue
            # shellcheck disable=SC2086 # splits into words on purpose
            local time="$(cpu 2 batch $peer -- "$file")"
            [ -z "$time" ] || cell+="${cell:+, }\`$peer\` $(milliseconds "$time")"
        done < <(tr ';' '\n' <<<"$peers")
        echo "| $(basename "$file") | $(awk "BEGIN { printf \"%.1f MB\", $size / 1e6 }") | $(milliseconds "$ours"), $rate | ${cell:-–} |"
    done <<'LARGE'
film.mp4|ffprobe -v error;mediainfo;exiftool
film-faststart.mp4|ffprobe -v error;mediainfo;exiftool
film-fragmented.mp4|ffprobe -v error;mediainfo;exiftool
film-vp8.webm|ffprobe -v error;mediainfo;exiftool
sound.wav|ffprobe -v error;mediainfo;exiftool
music.mp3|mp3val;ffprobe -v error;mediainfo
photo.jpg|jpeginfo -c
photo-progressive.jpg|jpeginfo -c
photo.png|pngcheck -q
screen.png|pngcheck -q
LARGE
    echo
    printf '%b\n' "On $(nproc) cores. Of the other tools, only \`mp3val\`, \`jpeginfo -c\` and \`pngcheck\` read a whole file, as heylint\ndoes; the rest read headers and indexes."
    echo
    benches/peers-requests.sh
}

table | tee "$work/table"
if [ -n "${UPDATE:-}" ]; then
    awk -v table="$work/table" '
        /<!-- \/peers -->/ { inside = 0 }
        !inside { print }
        /<!-- peers/ { inside = 1; print ""; while ((getline line < table) > 0) print line; print "" }
    ' docs/speed.md >"$work/speed"
    cp "$work/speed" docs/speed.md
fi
