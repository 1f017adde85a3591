#!/usr/bin/env bash
# Opens the page of `--format html` in a headless Chromium and tests filters, keyboard, copying, network requests and the
# rules of axe; takes screenshots. Prints what it skips because a tool is not installed. Usage: tests/page.sh [HEYLINT]
# [FOLDER FOR PICTURES]
set -euo pipefail
cd "$(dirname "$0")/.."
program=${1:-target/debug/heylint}
[ -x "$program" ] || { cargo build --quiet; program=target/debug/heylint; }
program=$(realpath "$program")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
shots=${2:-$work/shots}
mkdir -p "$shots"
shots=$(realpath "$shots")

chromium=$(command -v chromium || command -v chromium-browser || command -v google-chrome || true)
[ -n "$chromium" ] || { echo "skipped: Chromium is not installed"; exit 0; }
command -v npm > /dev/null || { echo "skipped: npm is not installed"; exit 0; }
cp tests/page/* "$work"
(cd "$work" && npm install --silent --no-audit --no-fund) || { echo "skipped: its packages cannot be installed"; exit 0; }

# A realistic project, with real pictures and sounds if ffmpeg is installed.
studio() {
    mkdir -p "$1/.git" "$1/assets"
    cp -r fixtures/demo/assets/. "$1/assets"
    cp -r fixtures/demo/drafts "$1/drafts"
    command -v ffmpeg > /dev/null || { echo "skipped: pictures and sounds by ffmpeg"; return 0; }
    (cd "$1/assets" && make() { ffmpeg -v error -nostdin -f lavfi -i "$1" "${@:2}"; }
        make testsrc2=s=1920x1080:d=3:r=25 -f lavfi -i "sine=f=330:d=3" -shortest -pix_fmt yuv420p tour.mp4
        make testsrc2=s=640x1136:d=2:r=25 portrait.webm
        make mandelbrot=s=1600x900 -frames:v 1 set.png
        make testsrc=s=2600x1400 -frames:v 1 large.jpg
        make "aevalsrc='sin(660*t)*sin(3*t)*exp(-mod(t,2))':d=14" talk.mp3
        make "aevalsrc='random(0)*sin(t/3)':d=8" noise.wav)
}

# Names and texts that attack the page.
hostile() {
    mkdir -p "$1/.git"
    local words='"><img src=x onerror=alert(1)><script>alert(2)<'
    printf '{"type": "avatar", "avatar_id": "a", "script": "%s", "title": "%s", "voice_id": 3}' \
        '</script><script>alert(3)</script>' '\u202e</h3><svg onload=alert(4)>' > "$1/$words.json"
    cp fixtures/demo/assets/wall.png "$1/'-->${words}.jpg"
    printf 'not a picture' > "$1/&lt;b&gt;.png"
}

# Drafts with this many findings, all different.
many() {
    mkdir -p "$1/.git"
    seq "$2" | awk '{ printf "{\"type\": \"avatar\", \"avatar_id\": \"a\", \"script\": \"Hello %d\", \"voice_id\": \"v\", \"title\": \"Video %d\", \"colour_%d\": 1}\n", $1, $1, $1 }' > "$1/jobs.jsonl"
}

page() {
    local start status=0
    start=$(date +%s%N)
    (cd "$work/$1" && "$program" check --isolated --quiet --output "html=$work/$1.html" --format json . > /dev/null) || status=$?
    [ "$status" -le 1 ] || { echo "FAILED: exit status $status for $1"; exit 1; }
    echo "$1: $(stat -c %s "$work/$1.html") bytes in $((($(date +%s%N) - start) / 1000000)) ms"
    cp "$work/$1.html" "$shots"
}

studio "$work/studio" && page studio
hostile "$work/hostile" && page hostile
for number in 10 1000 10000; do many "$work/many-$number" "$number" && page "many-$number"; done
(cd "$work" && node page.mjs "$chromium" "$shots" "$work"/{studio,hostile,many-10,many-1000,many-10000}.html)
