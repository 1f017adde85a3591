#!/usr/bin/env bash
# Builds the wheel: the module of bindings/python and the program.
# packaging/wheel.sh [--profile PROFILE] [--target TRIPLE] [--out FOLDER]
# Needs cargo and Python; uses the installed maturin, or one from the package index.
set -euo pipefail
top=$(cd "$(dirname "$0")/.." && pwd)
package=$top/bindings/python
profile=dist target='' out=$top/target/wheels
while [ $# -gt 0 ]; do
    case "$1" in
    --profile) profile=$2 ;;
    --target) target=$2 ;;
    --out) out=$2 ;;
    *) echo "wheel: unknown option $1" >&2 && exit 2 ;;
    esac
    shift 2
done
python=$(command -v python3 || command -v python)
tools=$(mktemp -d)
data=$package/heylint.data
clean() { rm -rf "$tools" "$data" "$package/THIRD-PARTY.md" "$package/LICENSE-MIT" "$package/LICENSE-APACHE"; }
trap clean EXIT
if ! maturin=$(command -v maturin); then
    "$python" -m venv "$tools"
    bin=$tools/bin
    [ -d "$bin" ] || bin=$tools/Scripts
    "$bin/python" -m pip install --quiet --disable-pip-version-check 'maturin>=1.9.4,<2'
    maturin=$bin/maturin
fi
build=(--profile "$profile" --locked --manifest-path "$top/Cargo.toml")
[ -z "$target" ] || build+=(--target "$target")
# In one build, so that the module that maturin builds below reuses the same crates.
cargo build --quiet "${build[@]}" -p heylint -p heylint-python
folder=${CARGO_TARGET_DIR:-$top/target}${target:+/$target}/${profile/#dev/debug}
mkdir -p "$data/scripts"
for name in heylint heylint.exe; do
    [ ! -f "$folder/$name" ] || cp "$folder/$name" "$data/scripts/$name"
done
cp "$top/LICENSE-MIT" "$top/LICENSE-APACHE" "$package/"
"$python" "$top/packaging/notices.py" "$package/THIRD-PARTY.md"
mkdir -p "$out"
out=$(cd "$out" && pwd)
# For the dev profile, maturin takes no option.
module=(--locked --out "$out" --manifest-path "$package/Cargo.toml")
[ "$profile" = dev ] || module+=(--profile "$profile")
[ -z "$target" ] || module+=(--target "$target")
cd "$package"
"$maturin" build "${module[@]}"
