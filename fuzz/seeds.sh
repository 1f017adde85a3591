#!/usr/bin/env bash
# Fills fuzz/corpus/<target> from the fixtures and, if it exists, from a folder of real files (HEYLINT_CORPUS).
set -euo pipefail
cd "$(dirname "$0")/.."
real="${HEYLINT_CORPUS:-../shared/corpus}"

seed() { # seed TARGET FILE… copies the small files; the fuzzer makes larger ones itself
    local target="fuzz/corpus/$1"
    mkdir -p "$target"
    shift
    for file in "$@"; do
        [ -f "$file" ] && [ "$(stat -c %s "$file")" -le 100000 ] || continue
        cp -f "$file" "$target/$(sha1sum "$file" | cut -c1-16)"
    done
}

all=()
for format in mp4 webm png jpeg wav mp3 pdf srt; do
    extensions=("$format")
    [ "$format" = jpeg ] && extensions=(jpg jpeg)
    files=()
    for extension in "${extensions[@]}"; do
        while IFS= read -r -d '' file; do files+=("$file"); done \
            < <(find fixtures "$real/media" -name "*.$extension" -print0 2>/dev/null)
    done
    seed "$format" "${files[@]}"
    all+=("${files[@]}")
done
seed decode "${all[@]}"
seed work "${all[@]}"
# Small versions of the worst files that we know.
cargo build --quiet --example worst
corpus=fuzz/corpus/work
target/debug/examples/worst list | while read -r name; do
    case "$name" in *.json | *.jsonl) continue ;; esac
    target/debug/examples/worst "$name" 8000 >"$corpus/$name"
done
while IFS= read -r -d '' file; do all+=("$file"); done < <(find "$real/media" -type f -print0 2>/dev/null)
seed sniff "${all[@]}"
drafts=()
while IFS= read -r -d '' file; do drafts+=("$file"); done \
    < <(find fixtures tests "$real/requests" \( -name '*.json' -o -name '*.jsonl' \) -print0 2>/dev/null)
seed json "${drafts[@]}"
seed request "${drafts[@]}"
# Files of every form, after the byte that selects the form.
mkdir -p fuzz/corpus/forms
at=0
for extensions in 'sh bash zsh' 'md mdx' 'http rest' bru ipynb 'yaml yml' env 'jsonc json5' py 'js tsx' ts json; do
    for extension in $extensions; do
        for file in fixtures/forms/*."$extension"; do
            [ -f "$file" ] || continue
            { printf "\\$(printf '%03o' $at)"; cat "$file"; } >"fuzz/corpus/forms/$(basename "$file")"
        done
    done
    at=$((at + 1))
done
mkdir -p fuzz/corpus/array fuzz/corpus/table fuzz/corpus/ssml fuzz/corpus/base64
printf '%s' '[{"a": [1, "]"]}, 2, "x\" y", null]' >fuzz/corpus/array/values
printf '[\r\n{"script": "Hi"},\n\n {"b": {}}\n]\n' >fuzz/corpus/array/lines
printf '0id,script,pace,y\n1,"Hi, ""you""",1.5,[1]\n2,,x\n' >fuzz/corpus/table/commas
printf '1id\tscript\tpace\n1\t"two\nlines"\t1\n' >fuzz/corpus/table/tabs
printf '%s' 'Hello <break time="1.5s"/> there' >fuzz/corpus/ssml/pause
printf '%s' '<speak>One <prosody rate="slow">&amp; two</prosody><!-- three --></speak>' >fuzz/corpus/ssml/speak
base64 -w0 fixtures/good/*.png 2>/dev/null | head -c 4000 >fuzz/corpus/base64/png || true
printf '%s' 'data:image/png;base64,AAAA' >fuzz/corpus/base64/url
for target in fuzz/corpus/*/; do printf '%s %s\n' "$(ls "$target" | wc -l)" "$target"; done
