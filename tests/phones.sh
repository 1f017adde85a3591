#!/usr/bin/env bash
# Makes files like those of phones, meetings and screen recorders with ffmpeg, 10 to 30 minutes long, and compares format,
# dimensions, duration, frame rate, tracks and verdict with the packets that ffprobe counts: tests/phones.sh [FOLDER]
set -euo pipefail
cd "$(dirname "$0")/.."
for tool in ffmpeg ffprobe python3; do
    command -v "$tool" >/dev/null || { echo "$tool is missing"; exit 2; }
done
[ -n "${HEYLINT:-}" ] || cargo build --quiet
heylint=${HEYLINT:-$PWD/target/debug/heylint}
folder=${1:-$(mktemp -d)}
mkdir -p "$folder"
cd "$folder"

ff() { ffmpeg -hide_banner -loglevel error -nostdin -y "$@"; }
# Encodes a few seconds and repeats their packets, which takes no time.
picture() { echo "-f lavfi -i testsrc2=s=$1:r=$2:d=${3:-6}"; }
sound() { echo "-f lavfi -i sine=f=440:r=$1:d=${2:-6}"; }
fast="-c:v libx264 -preset ultrafast -pix_fmt yuv420p"
long() { # long FROM TIMES TO [OPTION…]
    local from=$1 times=$2 to=$3
    shift 3
    ff -stream_loop "$times" -i "$from" -map 0 -c copy "$@" "$to"
}

# An iPhone: 10-bit HEVC with HLG, rotated, AAC, QuickTime; and the same as MP4.
# shellcheck disable=SC2046
ff $(picture 1280x720 30) $(sound 44100) -c:v libx265 -preset ultrafast -x265-params log-level=error -pix_fmt yuv420p10le \
    -tag:v hvc1 -color_primaries bt2020 -color_trc arib-std-b67 -colorspace bt2020nc -c:a aac part.mov
long part.mov 99 iphone-upright.mov -tag:v hvc1 -metadata:s:v:0 rotate=90
long part.mov 99 iphone.mp4 -tag:v hvc1 -movflags +faststart
# With the Dolby Vision boxes (profile 8.4) that an iPhone writes: hvc1 with a dvvC box, and the older dvh1 with dvcC.
dolby() { # dolby FROM TO ENTRY BOX
    python3 - "$@" <<'PYTHON'
import struct, sys

source, target, entry, box = sys.argv[1:]
data = bytearray(open(source, "rb").read())
# Version 1.0, profile 8, level 4, an enhancement in the base layer, compatible with HLG.
dolby = struct.pack(">I4sBBHB19x", 32, box.encode(), 1, 0, 8 << 9 | 4 << 3 | 0b101, 4 << 4)


def boxes(start, end):
    while start + 8 <= end:
        size, kind = struct.unpack(">I4s", data[start:start + 8])
        head = 8
        if size == 1:
            size, head = struct.unpack(">Q", data[start + 8:start + 16])[0], 16
        yield start, start + (size or end - start), kind, start + head
        start += size or end - start


def open_path(start, end, path, above):
    for at, stop, kind, body in boxes(start, end):
        if kind == path[0]:
            if len(path) == 1:
                return above + [at], stop
            # stsd begins with a version and a count.
            found = open_path(body + (8 if kind == b"stsd" else 0), stop, path[1:], above + [at])
            if found:
                return found


holders, end = open_path(0, len(data), [b"moov", b"trak", b"mdia", b"minf", b"stbl", b"stsd", b"hvc1"], [])
# The samples come before moov, so no offset changes.
assert any(kind == b"mdat" for at, _, kind, _ in boxes(0, holders[0])), "moov is not at the end"
for at in holders:
    size = struct.unpack(">I", data[at:at + 4])[0]
    data[at:at + 4] = struct.pack(">I", size + len(dolby))
data[holders[-1] + 4:holders[-1] + 8] = entry.encode()
data[end:end] = dolby
open(target, "wb").write(data)
PYTHON
}
dolby iphone-upright.mov iphone-dolby.mov hvc1 dvvC
dolby iphone-upright.mov iphone-dolby-old.mov dvh1 dvcC
# Android: a variable frame rate.
# shellcheck disable=SC2046
ff $(picture 1280x720 60) $(sound 48000) -vf "select='not(mod(n,2))*not(eq(mod(n,7),3))+eq(mod(n,31),5)'" -vsync vfr $fast -c:a aac part.mp4
long part.mp4 99 android-vfr.mp4
# A recorder that writes fragments, complete and killed in the middle.
# shellcheck disable=SC2046
ff $(picture 1920x1080 30) $(sound 48000) $fast -g 60 -c:a aac part.mp4
long part.mp4 99 fragmented.mp4 -movflags frag_keyframe+empty_moov
head -c $(($(stat -c %s fragmented.mp4) * 7 / 10)) fragmented.mp4 > fragmented-killed.mp4
# The same recorder with Matroska, through a pipe: no Duration, no Cues.
ff -stream_loop 99 -i part.mp4 -map 0 -c copy -f matroska - > recorder.mkv
# A meeting: two audio tracks, 25 frames per second, moov last.
# shellcheck disable=SC2046
ff $(picture 1280x720 25) $(sound 32000) $(sound 32000) -map 0 -map 1 -map 2 $fast -c:a aac -ac 1 part.mp4
long part.mp4 299 meeting.mp4
# A browser: VP8 and VP9 with Opus, live, no Duration, no Cues.
# shellcheck disable=SC2046
ff $(picture 640x360 30) $(sound 48000) -c:v libvpx -deadline realtime -cpu-used 8 -b:v 300k -c:a libopus part.webm
ff -stream_loop 99 -i part.webm -map 0 -c copy -f webm -live 1 - > browser-vp8.webm
# shellcheck disable=SC2046
ff $(picture 640x360 30) $(sound 48000) -c:v libvpx-vp9 -deadline realtime -cpu-used 8 -b:v 300k -c:a libopus part.webm
ff -stream_loop 99 -i part.webm -map 0 -c copy -f webm -live 1 - > browser-vp9.webm
# A screen: large, 60 frames per second, with a timecode track.
# shellcheck disable=SC2046
ff $(picture 2880x1800 60 2) $(sound 48000 2) $fast -timecode 01:00:00:00 -c:a pcm_s16le part.mov
ff -stream_loop 299 -i part.mov -map 0:v -map 0:a -c copy -timecode 01:00:00:00 screen-timecode.mov
# A talk with chapters: a hidden text track.
printf ';FFMETADATA1\n[CHAPTER]\nTIMEBASE=1/1\nSTART=0\nEND=300\ntitle=One\n[CHAPTER]\nTIMEBASE=1/1\nSTART=300\nEND=600\ntitle=Two\n' > chapters.txt
ff -stream_loop 99 -i fragmented.mp4 -i chapters.txt -map 0 -map_metadata 1 -c copy -t 600 chapters.mp4
# A camera: an edit list because of reordered frames, and audio that begins late.
# shellcheck disable=SC2046
ff $(picture 1280x720 25) -itsoffset 0.5 $(sound 48000) -c:v libx264 -preset veryfast -bf 3 -pix_fmt yuv420p -c:a aac part.mp4
long part.mp4 99 camera-edits.mp4
# A dictation: only AAC, and FLAC.
# shellcheck disable=SC2046
ff $(sound 44100 600) -c:a aac -b:a 32k dictation.m4a
# shellcheck disable=SC2046
ff $(sound 44100 600) dictation.flac
rm -f part.* chapters.txt

python3 - "$heylint" <<'PYTHON'
import glob, json, subprocess, sys

heylint = sys.argv[1]
# Files with an expected fault.
expected = {"fragmented-killed.mp4": "corrupt"}
failures = 0


def run(*command):
    return json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)


for name in sorted(glob.glob("*.*")):
    streams = run("ffprobe", "-v", "error", "-of", "json", "-show_streams", name)["streams"]
    packets = run("ffprobe", "-v", "error", "-of", "json", "-show_entries",
                  "packet=stream_index,pts_time,dts_time,duration_time", name)["packets"]
    times = {}
    for packet in packets:
        start = packet.get("pts_time") or packet.get("dts_time")
        if start is None:
            continue
        start, length = float(start), float(packet.get("duration_time") or 0)
        times.setdefault(packet["stream_index"], []).append((start, start + length))
    file = run(heylint, "probe", "--format", "json", name)["files"][0]
    wrong = []

    def hold(what, found, truth, tolerance=0):
        near = found is not None and abs(found - truth) <= tolerance
        if not near:
            wrong.append(f"{what} {found}, ffprobe {truth:.4g}")

    media = [stream for stream in streams if stream["codec_type"] in ("video", "audio")]
    ends = [max(end for _, end in times[stream["index"]]) for stream in media if stream["index"] in times]
    duration = max(ends)
    hold("duration", file.get("duration_s") or file.get("declared_duration_s"), duration, max(0.1, duration * 0.001))
    pictures = [stream for stream in media if stream["codec_type"] == "video"]
    if pictures:
        stream = pictures[0]
        width, height = stream["width"], stream["height"]
        turned = [data["rotation"] for data in stream.get("side_data_list", []) if "rotation" in data]
        if turned and abs(turned[0]) % 180 == 90:
            width, height = height, width
        hold("width", file.get("width"), width)
        hold("height", file.get("height"), height)
        shown = times[stream["index"]]
        rate = len(shown) / (max(end for _, end in shown) - min(start for start, _ in shown))
        hold("fps", file.get("fps"), rate, rate * 0.005)
    codecs = [track["codec"] for track in file["tracks"] if track["kind"] in ("video", "audio")]
    if codecs != [stream["codec_name"] for stream in media]:
        wrong.append(f"codecs {codecs}")
    verdicts = sorted({fault["damage"] for fault in file.get("faults", [])})
    if verdicts != ([expected[name]] if name in expected else []):
        wrong.append(f"verdict {[fault['message'] for fault in file.get('faults', [])]}")
    failures += bool(wrong)
    print(f"{'DIFFERS' if wrong else 'agrees ':8}{name:24}{duration:8.1f} s  {'; '.join(wrong)}")
print(f"{failures} differ")
sys.exit(failures > 0)
PYTHON
