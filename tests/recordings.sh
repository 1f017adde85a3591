#!/usr/bin/env bash
# Makes long recordings like those of phones, meetings and screen recorders, and compares `heylint probe` with the packets
# that ffprobe counts: tests/recordings.sh [MINUTES]
# Compares format, displayed dimensions, duration (within 0.1 s), frame rate (within 1 %), number of tracks, and the verdict.
# For a cut file, the stated duration minus the missing part must equal that of the packets (within 0.5 s). HEYLINT names the
# program, if it is built already. Needs ffmpeg with libx264, libx265, libvpx and libopus, and jq.
set -euo pipefail
cd "$(dirname "$0")/.."
seconds=$((${1:-10} * 60))
missing=()
for tool in ffmpeg jq; do command -v "$tool" >/dev/null || missing+=("$tool"); done
if [ ${#missing[@]} -gt 0 ]; then
    apt-get update -qq
    apt-get install -y -qq "${missing[@]}"
fi
if [ -z "${HEYLINT:-}" ]; then
    cargo build --quiet
    HEYLINT=target/debug/heylint
fi
folder="$(mktemp -d)"
trap 'rm -rf "$folder"' EXIT
make() { ffmpeg -hide_banner -loglevel error -y "$@"; }
picture() { printf 'testsrc2=size=%s:rate=%s:duration=%s' "$1" "$2" "$seconds"; }
sound=(-f lavfi -i "sine=frequency=300:sample_rate=48000:duration=$seconds")
h264=(-c:v libx264 -preset ultrafast -pix_fmt yuv420p)
aac=(-c:a aac -b:a 64k)

# A phone: 10-bit HEVC, filmed in portrait orientation.
make -f lavfi -i "$(picture 320x180 10)" "${sound[@]}" -c:v libx265 -preset ultrafast -x265-params log-level=error \
    -pix_fmt yuv420p10le -tag:v hvc1 "${aac[@]}" -shortest "$folder/lying.mp4"
# Older versions of ffmpeg take the rotation as a tag.
make -display_rotation 90 -i "$folder/lying.mp4" -c copy "$folder/iphone-hevc10.mp4" 2>/dev/null ||
    make -i "$folder/lying.mp4" -c copy -metadata:s:v:0 rotate=90 "$folder/iphone-hevc10.mp4"
# An Android phone: a variable frame rate.
make -f lavfi -i "$(picture 320x180 30)" "${sound[@]}" -vf "select='mod(n,7)*mod(n,5)'" -fps_mode vfr "${h264[@]}" \
    -video_track_timescale 90000 "${aac[@]}" -shortest "$folder/android-vfr.mp4"
# OBS: fragments, so that a crash loses only the end.
make -f lavfi -i "$(picture 320x180 10)" "${sound[@]}" "${h264[@]}" -g 20 "${aac[@]}" -shortest \
    -movflags frag_keyframe+empty_moov+default_base_moof "$folder/obs-fragmented.mp4"
head -c $(($(stat -c %s "$folder/obs-fragmented.mp4") * 97 / 100)) "$folder/obs-fragmented.mp4" >"$folder/obs-cut.mp4"
# A meeting: two audio tracks, one of the room and one of the speaker.
make -f lavfi -i "$(picture 320x180 10)" "${sound[@]}" -f lavfi \
    -i "sine=frequency=500:sample_rate=32000:duration=$seconds" -map 0 -map 1 -map 2 "${h264[@]}" "${aac[@]}" -ac 1 \
    -shortest "$folder/zoom-two-sounds.mp4"
# MediaRecorder in a browser: a stream without a duration and without cues.
make -f lavfi -i "$(picture 320x180 10)" "${sound[@]}" -c:v libvpx -deadline realtime -cpu-used 8 -c:a libopus -b:a 32k \
    -shortest -f webm -live 1 - >"$folder/mediarecorder.webm"
# A screen recording with a timecode track, as QuickTime Player writes it.
make -f lavfi -i "$(picture 320x180 30)" "${sound[@]}" "${h264[@]}" "${aac[@]}" -timecode 01:00:00:00 -shortest \
    "$folder/quicktime-timecode.mov"
make -f lavfi -i "$(picture 320x180 30)" "${sound[@]}" "${h264[@]}" "${aac[@]}" -timecode 01:00:00:00 -write_tmcd on \
    -shortest "$folder/timecode.mp4"
# An export with chapters.
{
    echo ';FFMETADATA1'
    for at in 0 1 2 3; do
        printf '[CHAPTER]\nTIMEBASE=1/1\nSTART=%d\nEND=%d\ntitle=Part %d\n' \
            $((seconds * at / 4)) $((seconds * (at + 1) / 4)) $((at + 1))
    done
} >"$folder/chapters.txt"
make -i "$folder/zoom-two-sounds.mp4" -i "$folder/chapters.txt" -map 0:0 -map 0:1 -map_metadata 1 -map_chapters 1 -c copy \
    "$folder/chapters.mp4"

# From the packets of a file: displayed width and height, seconds, frames per second.
truth() {
    ffprobe -v quiet -select_streams v:0 -show_entries stream=width,height:stream_side_data=rotation -of json "$1" |
        jq -r '.streams[0] | (.side_data_list // [] | map(.rotation) | add // 0) as $turn
            | if $turn % 180 == 0 then "\(.width) \(.height)" else "\(.height) \(.width)" end'
    ffprobe -v quiet -show_entries packet=codec_type,pts_time,duration_time -of csv=p=0 "$1" | awk -F, '
        ($1 == "video" || $1 == "audio") && $2 != "N/A" {
            last = $2 + ($3 == "N/A" ? 0 : $3)
            if (!($1 in first) || $2 < first[$1]) first[$1] = $2
            if (last > end[$1]) end[$1] = last
            count[$1]++
        }
        END {
            for (kind in end) {
                start = first[kind] < 0 ? 0 : first[kind]
                if (end[kind] - start > longest) longest = end[kind] - start
            }
            printf "%.3f %.4f\n", longest, count["video"] / (end["video"] - first["video"])
        }'
}

bad=0
printf '%-24s %-9s %-11s %10s %10s %8s %8s %s\n' file format size ours packets fps packets verdict
check() { # file, format, tracks, verdict (none, malformed, corrupt)
    local facts width height longest rate
    facts="$("$HEYLINT" probe --format json "$folder/$1" || true)"
    { read -r width height && read -r longest rate; } < <(truth "$folder/$1")
    local row
    row="$(jq -r '.files[0] | [.format, "\(.width)x\(.height)", .duration_s, .fps, (.tracks | length),
        ([.faults[]?.damage] | if index("corrupt") then "corrupt" else .[0] // "none" end),
        ([.faults[]?.effect // "" | capture("last (?<lost>[0-9.]+) s are missing").lost] | .[0] // "0")] | map(tostring) | join(" ")' <<<"$facts")"
    local format size ours fps tracks verdict lost
    read -r format size ours fps tracks verdict lost <<<"$row"
    local mark=""
    [ "$format $size $tracks $verdict" = "$2 ${width}x$height $3 $4" ] || mark="!"
    awk -v a="$ours" -v b="$longest" -v c="$fps" -v d="$rate" -v lost="$lost" \
        'BEGIN { most = lost > 0 ? 0.5 : 0.1; exit !((a - lost - b) ^ 2 <= most ^ 2 && (c - d) ^ 2 <= (d * 0.01) ^ 2) }' || mark="!"
    [ -z "$mark" ] || bad=1
    printf '%-24s %-9s %-11s %10.3f %10.3f %8.3f %8.3f %s %s\n' "$1" "$format" "$size" "$ours" "$longest" "$fps" "$rate" \
        "$verdict" "$mark"
    if [ -n "$mark" ]; then
        echo "    expected $2 ${width}x$height, $3 tracks, $4; found $tracks tracks"
        jq -c '.files[0].faults // []' <<<"$facts" | cut -c1-300
    fi
}
check iphone-hevc10.mp4 mp4 2 none
check android-vfr.mp4 mp4 2 none
check obs-fragmented.mp4 mp4 2 none
check obs-cut.mp4 mp4 2 corrupt
check zoom-two-sounds.mp4 mp4 3 none
check mediarecorder.webm webm 2 none
check quicktime-timecode.mov mov 3 none
check timecode.mp4 mp4 3 none
check chapters.mp4 mp4 3 none
exit $bad
