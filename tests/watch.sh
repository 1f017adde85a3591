#!/usr/bin/env bash
# Tests `--watch` in a real terminal (tmux): the time to redraw, that it redraws instead of scrolling, that Ctrl-C leaves a
# clean shell, and the time for a change in a folder of 10,000 files. Usage: tests/watch.sh [HEYLINT]
set -euo pipefail
cd "$(dirname "$0")/.."
program=${1:-target/release/heylint}
[ -x "$program" ] || { cargo build --release --quiet; program=target/release/heylint; }
program=$(realpath "$program")
command -v tmux > /dev/null || { echo "skipped: tmux is not installed"; exit 0; }
work=$(mktemp -d)
server=heylint-watch-$$
trap 'tmux -L "$server" kill-server 2> /dev/null || true; rm -rf "$work"' EXIT
screen() { tmux -L "$server" capture-pane -p; }

# Waits until the screen shows a text, and prints the milliseconds.
shows() {
    local start now
    start=$(date +%s%N)
    while ! screen | grep -qF "$1"; do
        now=$(date +%s%N)
        [ $(((now - start) / 1000000)) -lt 60000 ] || { { echo "no “$1” on the screen:"; screen; } >&2; exit 1; }
    done
    now=$(date +%s%N)
    echo $(((now - start) / 1000000))
}

draft() { printf '{"type": "avatar", "avatar_id": "a", "script": "Hello %s.", "voice_id": "v", "voice_settings": {"speed": %s}}\n' "$1" "$2"; }

mkdir -p "$work/few/.git" "$work/many/.git"
draft one 1 > "$work/few/a.json"
for number in $(seq 1 100); do mkdir -p "$work/many/$number"; for at in $(seq 1 100); do draft "$number-$at" 1 > "$work/many/$number/$at.json"; done; done

tmux -L "$server" -f /dev/null new-session -d -x 100 -y 30 "env PS1='ready> ' bash --norc -i"
run() { tmux -L "$server" send-keys "$1" Enter; }
for folder in few many; do
    run "cd $work/$folder && clear"
    run "$program check --isolated --watch ."
    shows "Ctrl-C ends it" > /dev/null
    file=$(find "$work/$folder" -name '*.json' | sort | tail -n 1)
    for speed in 7 8 9; do
        draft again "$speed" > "$file"
        echo "$folder: redrawn after $(shows "speed is $speed") ms"
        shows "Ctrl-C ends it" > /dev/null
        [ "$(screen | grep -c 'speed is')" = 1 ] || { echo "the screen was not cleared:"; screen; exit 1; }
    done
    screen | grep ' in ' | tail -n 1
    tmux -L "$server" send-keys C-c
    shows "ready>" > /dev/null
    run 'echo "status $?"'
    shows "status 130" > /dev/null
done
echo "Ctrl-C leaves a clean shell"
