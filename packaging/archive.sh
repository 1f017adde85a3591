#!/usr/bin/env bash
# Packs the program that was built for a target into FOLDER/heylint-TARGET.tar.gz: packaging/archive.sh TARGET FOLDER
# HEYLINT_PROFILE names the cargo profile of that build (default: dist).
set -euo pipefail
top=$(cd "$(dirname "$0")/.." && pwd)
target=$1 folder=$2
built=${CARGO_TARGET_DIR:-$top/target}/$target/${HEYLINT_PROFILE:-dist}
# Without --target, cargo builds for the host, into a folder without its name.
[ -d "$built" ] || [ "$(rustc -vV | sed -n 's/^host: //p')" != "$target" ] || built=${built%/"$target"/*}/${HEYLINT_PROFILE:-dist}
name=heylint
[ -e "$built/$name" ] || name=heylint.exe
# In bytes, 2 % above what we measured, so that the published program does not grow unseen. For other targets we have no figure.
case $target in
x86_64-unknown-linux-gnu) bound=14400000 ;;
x86_64-unknown-linux-musl) bound=14100000 ;;
*) bound= ;;
esac
bytes=$(wc -c <"$built/$name")
if [ "${HEYLINT_PROFILE:-dist}" = dist ] && [ "$bytes" -gt "${bound:-$bytes}" ]; then
    echo "archive: $built/$name has $bytes bytes, more than $bound; if the growth is meant, raise the bound and say why" >&2
    exit 1
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$work/heylint-$target/completions" "$folder"
cp "$built/$name" "$top/README.md" "$top/LICENSE-MIT" "$top/LICENSE-APACHE" "$top/CHANGELOG.md" "$work/heylint-$target/"
# The Node addon, if it was built too.
for addon in libheylint_node.so libheylint_node.dylib heylint_node.dll; do
    [ ! -f "$built/$addon" ] || cp "$built/$addon" "$work/heylint-$target/heylint.node"
done
python3 "$top/packaging/notices.py" "$work/heylint-$target/THIRD-PARTY.md"
# A program for another platform cannot run here to print its pages.
if "$built/$name" --version >/dev/null 2>&1; then
    "$built/$name" man >"$work/heylint-$target/heylint.1"
    for shell in bash zsh fish powershell elvish; do
        "$built/$name" completions "$shell" >"$work/heylint-$target/completions/heylint.$shell"
    done
fi
tar -C "$work" -czf "$folder/heylint-$target.tar.gz" "heylint-$target"
