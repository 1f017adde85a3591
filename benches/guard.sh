#!/usr/bin/env bash
# Counts the instructions of the main paths and compares them with the record: benches/guard.sh [NAME…]
# UPDATE=1 records them again; HEYLINT=FILE counts another build of the program. The inputs are generated, and heylint runs
# on one thread, so the counts do not depend on the load of the machine. They do depend on the compiler, the C library,
# valgrind, and the features of the processor: if these differ from the record, the script prints that it skips.
set -euo pipefail
cd "$(dirname "$0")/.."
record=benches/guard.tsv
# Per cent. Runs of the same build differ by less than 0.3, even under load: hash tables have random seeds, and the file
# system decides the order of files in a folder. But the compiler decides what to inline, and a change elsewhere has moved one
# walker by 6. It cannot move most paths in the same direction, so the bound on the median is narrower. Fewer instructions are
# reported and fail nothing.
path_tolerance=10 median_tolerance=3

command -v valgrind >/dev/null || { echo "guard: skipped, there is no valgrind"; exit 0; }
has() { grep -qm1 -w "$1" /proc/cpuinfo 2>/dev/null && echo "$1" || echo "no $1"; }
machine="$(uname -m), $(has avx2), $(rustc --version | cut -d' ' -f1-2), $(valgrind --version), $(getconf GNU_LIBC_VERSION)"
if [ -z "${UPDATE:-}" ] && [ "$(sed -n 's/^# on //p' "$record")" != "$machine" ]; then
    echo "guard: skipped, the record is from $(sed -n 's/^# on //p' "$record"); this machine has $machine"
    exit 0
fi
[ -n "${HEYLINT:-}" ] || cargo build --quiet --locked --release --bin heylint
cargo build --quiet --locked --example folder
heylint="${HEYLINT:-$PWD/target/release/heylint}" make="$PWD/target/debug/examples/folder"

work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
mkdir "$work/empty" "$work/.git"
"$make" make "$work/many" 320
"$make" lines 2000 >"$work/manifest.jsonl"
"$make" lines 2 | tail -n1 >"$work/request.json"
while IFS='=' read -r name recipe; do "$make" file "$recipe" >"$work/$name"; done <<'FILES'
film.mp4=mp4 h264 1920x1080 25fps 120s aac
fragments.mp4=mp4 h264 1280x720 25fps 120s aac fragmented
film.webm=webm vp9 1280x720 25fps 120s opus
picture.png=png 1500x1500
interlaced.png=png 1000x1000 interlaced
baseline.jpg=jpeg 1500x1500
progressive.jpg=jpeg 1000x1000 progressive
sound.wav=wav 48000Hz stereo 60s
sound.mp3=mp3 44100Hz stereo 120s
paper.pdf=pdf 200pages
FILES
for ((at = 0; at < 2000; at++)); do
    printf '%d\n00:%02d:%02d,000 --> 00:%02d:%02d,900\nLine %d of the film\n\n' $((at + 1)) \
        $((at / 60)) $((at % 60)) $((at / 60)) $((at % 60)) $at
done >"$work/words.srt"

# Instructions of `heylint WORDS…`, in an empty environment.
count() {
    (cd "$work" && { env -i HOME="$work" valgrind --tool=cachegrind --cache-sim=no --cachegrind-out-file=/dev/null \
        "$heylint" "$@" 2>&1 >/dev/null || [ $? -eq 1 ]; }) | sed -n 's/^.*I *refs: *//p' | tr -d ,
}
check="check --isolated --jobs 1 --format concise"
paths=(
    "start|--version"
    "request|$check request.json"
    "manifest|$check manifest.jsonl"
    "json|check --isolated --jobs 1 --format json many"
    "folder-header|$check --depth header many"
    "folder-full|$check many"
    "folder-again|$check --cache=cache many"
)
for file in film.mp4 fragments.mp4 film.webm picture.png interlaced.png baseline.jpg progressive.jpg sound.wav sound.mp3 \
    paper.pdf words.srt; do
    paths+=("$file|$check $file")
done

above() { awk -v change="$1" -v bound="$2" 'BEGIN { exit !(change + 0 > bound) }'; }

# The cache does not trust files that changed in the last two seconds.
sleep 2.1

bad=0 fewer=0 lines="" changes=()
printf '%-18s %15s %15s %8s\n' path recorded now change
for path in "${paths[@]}"; do
    name="${path%%|*}"
    [ $# -eq 0 ] || [[ " $* " == *" $name "* ]] || continue
    read -ra words <<<"${path#*|}"
    [ "$name" != folder-again ] || (cd "$work" && "$heylint" "${words[@]}" >/dev/null || [ $? -eq 1 ])
    now="$(count "${words[@]}")"
    [ -n "$now" ] || { echo "guard: could not count $name" && exit 2; }
    lines+="$name"$'\t'"$now"$'\n'
    before="$(awk -F'\t' -v name="$name" '$1 == name { print $2 }' "$record" 2>/dev/null || true)"
    change="$(awk -v now="$now" -v before="${before:-0}" 'BEGIN { printf before ? "%+.2f" : "new", 100 * (now / (before ? before : 1) - 1) }')"
    mark=""
    if [ -z "${UPDATE:-}" ]; then
        if [ "$change" = new ] || above "$change" $path_tolerance; then
            mark="!" bad=1
        elif above "${change/#-/}" $path_tolerance; then
            mark="-" fewer=1
        fi
    fi
    changes+=("$change")
    printf '%-18s %15s %15s %7s%% %s\n' "$name" "${before:--}" "$now" "$change" "$mark"
done
if [ -n "${UPDATE:-}" ]; then
    [ $# -eq 0 ] || { echo "guard: UPDATE=1 records all paths; name none" && exit 2; }
    { printf '# Instructions; UPDATE=1 benches/guard.sh writes this.\n# on %s\n' "$machine" && printf %s "$lines"; } >"$record"
    exit 0
fi
if [ $# -eq 0 ]; then
    median="$(printf '%s\n' "${changes[@]}" | sort -n | awk '{ at[NR] = $1 } END { print at[int((NR + 1) / 2)] }')"
    printf '%-18s %15s %15s %7s%%\n' median "" "" "$median"
    ! above "$median" $median_tolerance || bad=1
fi
again="run UPDATE=1 benches/guard.sh and say why in the commit"
if [ $bad -ne 0 ]; then
    echo "guard: a path costs over $path_tolerance % more than recorded, or the median over $median_tolerance %; if you meant the change, $again"
elif [ $fewer -ne 0 ]; then
    echo "guard: a path costs less than recorded; $again, so that the gain stays"
fi
exit $bad
