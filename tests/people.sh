#!/usr/bin/env bash
# Tests the hooks, the action and the packages with the real tools: pre-commit in a fresh repository, the workflows and the
# action against their schemas, the wheel and the npm packages in clean folders.
#
# Prints what it skips if a tool cannot be installed. It installs HEAD as committed, built without optimisation into
# target/people, because speed does not matter here.
set -euo pipefail
top=$(cd "$(dirname "$0")/.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export CARGO_TARGET_DIR=$top/target/people CARGO_TERM_COLOR=never
export CARGO_PROFILE_RELEASE_OPT_LEVEL=0 CARGO_PROFILE_RELEASE_CODEGEN_UNITS=64
export GIT_CONFIG_GLOBAL=$work/gitconfig GIT_CONFIG_NOSYSTEM=1 LC_ALL=C.UTF-8 PRE_COMMIT_HOME=$work/pre-commit
git config --file "$GIT_CONFIG_GLOBAL" user.name me
git config --file "$GIT_CONFIG_GLOBAL" user.email me@example.com
git config --file "$GIT_CONFIG_GLOBAL" --add safe.directory '*'

passed=0 skipped=0
ok() { passed=$((passed + 1)) && echo "ok    $*"; }
skip() { skipped=$((skipped + 1)) && echo "skip  $*"; }
die() {
    printf 'FAIL  %s\n' "$*"
    [ ! -s "$work/out" ] || sed 's/^/      | /' "$work/out"
    exit 1
}
# gives STATUS COMMAND… : runs it and checks its exit status; its output goes to $work/out
gives() {
    local wanted=$1 status=0
    shift
    "$@" >"$work/out" 2>&1 || status=$?
    [ "$status" = "$wanted" ] || die "$* gave $status, not $wanted"
}
prints() { grep -qF -- "$1" "$work/out" || die "no “$1”"; }
prints_not() { ! grep -qF -- "$1" "$work/out" || die "“$1”"; }

version=$("$top/packaging/version.sh")
python=$(command -v python3 || true)
bin=$work/tools/bin
if [ -n "$python" ] && "$python" -m venv "$work/tools" && "$bin/pip" -q install pre-commit check-jsonschema >"$work/out" 2>&1; then
    has_python=1
else
    has_python=0
    skip "pre-commit, schemas: the Python packages cannot be installed"
fi

if [ $has_python = 1 ]; then
    gives 0 "$bin/check-jsonschema" --builtin-schema vendor.github-actions "$top/action.yml"
    gives 0 "$bin/check-jsonschema" --builtin-schema vendor.github-workflows "$top"/.github/workflows/*.yml
    gives 0 "$bin/pre-commit" validate-manifest "$top/.pre-commit-hooks.yaml"
    ok "action, workflows and hooks match their schemas"

    # ---- pre-commit, with the hooks as they were committed
    rm -rf "$work/source" "$work/repo"
    git clone -q --no-hardlinks "$top" "$work/source"
    git init -q "$work/repo"
    cd "$work/repo"
    config() {
        printf 'repos:\n  - repo: %s\n    rev: %s\n    hooks:\n' "$work/source" "$(git -C "$work/source" rev-parse HEAD)"
        printf '      - id: %s\n' "$@"
    }
    config heylint >.pre-commit-config.yaml
    gives 0 "$bin/pre-commit" validate-config
    mkdir drafts old
    good='{"method": "POST", "path": "/v3/video-agents", "body": {"prompt": "A tour"}}'
    bad='{"method": "POST", "path": "/v3/videos", "body": {"type": "avatar", "avatar_id": "a", "voice_id": "v", "script": "Hello", "engine": "avatar_iv"}}'
    echo "$good" >drafts/good.json
    echo '{"name": "x"}' >package.json
    echo 'exclude = ["old/**"]' >heylint.toml
    echo "$bad" >old/bad.json
    echo "$bad" >drafts/not-staged.json
    git add .pre-commit-config.yaml heylint.toml package.json drafts/good.json old
    gives 0 "$bin/pre-commit" install
    gives 0 git commit -m good
    prints Passed
    ok "pre-commit builds heylint and lets a good commit through: package.json, an excluded draft, one that is not staged"

    cp drafts/not-staged.json "drafts/bad one.json"
    git add drafts/bad*
    gives 1 git commit -m bad
    prints "drafts/bad one.json:1:"
    prints "engine is the string"
    prints "\`--fix\` can make it an object"
    prints_not not-staged
    ok "a bad commit is refused, with what to do"

    heylint=$(find "$PRE_COMMIT_HOME" -path '*/bin/heylint' -type f | head -n 1)
    gives 0 "$heylint" --version
    [ "$(cat "$work/out")" = "heylint $version" ] || die "not version $version"
    gives 0 "$heylint" --fix "drafts/bad one.json"
    gives 1 git commit -m "not staged yet"
    git add drafts/bad*
    gives 0 git commit -m mended
    ok "what was refused is mended with --fix and goes through"

    git mv drafts/good.json drafts/better.json
    git rm -q "drafts/bad one.json"
    gives 0 git commit -m "renamed and removed"
    cp "$top/fixtures/demo/assets/presenter.jpg" presenter.jpg
    git add presenter.jpg
    gives 1 git commit -m "a PNG named .jpg"
    prints "the bytes are PNG"
    git rm -q --cached presenter.jpg
    echo '{"method": "POST", "path": "/v3/videos", "body": {"type": "image", "voice_id": "v", "script": "Hello", "image": {"type": "url", "url": "presenter.jpg"}}}' >uses.json
    git add uses.json
    gives 1 git commit -m "refers to a file that is not staged"
    prints "the bytes are PNG"
    prints "uses.json:1:136: used here"
    git rm -q --cached uses.json
    ok "renamed and removed files, media staged, and media that only a staged request refers to"

    # More names than fit on a command line: several processes, and each gets some requests.
    long=$(printf 'x%.0s' $(seq 120))
    mkdir many
    for at in $(seq 2200); do echo "$good" >"many/$long-$at.json"; done
    echo "$bad" >many/bad.json
    git add many
    gives 1 git commit -m many
    [ "$(grep -c 'engine is the string' "$work/out")" = 1 ] || die "not found once"
    parts=$(grep -c '^[0-9,]* requests* in ' "$work/out" || true)
    [ "$parts" -ge 2 ] || die "it was one process"
    git rm -qr --cached many
    ok "2,201 long names in $parts processes"

    config heylint-media heylint-requests >.pre-commit-config.yaml
    git add .pre-commit-config.yaml uses.json
    gives 1 git commit -m halves
    prints "heylint (requests)"
    prints "(no files to check)Skipped"
    git rm -q --cached uses.json
    config heylint-system >.pre-commit-config.yaml
    git add .pre-commit-config.yaml drafts
    gives 1 env PATH="$(dirname "$heylint"):$PATH" git commit -m installed
    prints "drafts/not-staged.json"
    ok "each half alone, and the installed program"
    cd "$top"

    # ---- the steps of the action, in a separate repository
    cat >"$work/steps.py" <<'PY'
import os, subprocess, sys
from ruamel.yaml import YAML
action = YAML(typ="safe").load(open(os.path.join(os.environ["GITHUB_ACTION_PATH"], "action.yml")))
given = dict(pair.split("=", 1) for pair in sys.argv[1:])
inputs = {name: given.get(name, spec.get("default", "")) for name, spec in action["inputs"].items()}
fill = lambda text: text if not text.startswith("${{ inputs.") else inputs[text[len("${{ inputs."):-len(" }}")]]
for step in action["runs"]["steps"]:
    if "run" not in step or ("if" in step and inputs["heylint"]):
        continue
    assert "${{" not in step["run"], "an input in a script is a way in"
    env = {**os.environ, **{name: fill(value) for name, value in step.get("env", {}).items()}}
    folder = fill(step.get("working-directory", "."))
    status = subprocess.run([step["shell"], "-e", "-o", "pipefail", "-c", step["run"]], env=env, cwd=folder).returncode
    if status:
        sys.exit(status)
PY
    export GITHUB_ACTION_PATH=$work/source RUNNER_TEMP=$work/runner GITHUB_OUTPUT=$work/outputs
    mkdir -p "$work/repo" "$RUNNER_TEMP"
    cd "$work/repo"
    : >"$GITHUB_OUTPUT"
    gives 1 "$bin/python" "$work/steps.py" paths=uses.json sarif=heylint.sarif
    prints "::error file=presenter.jpg,title=file/extension-mismatch::"
    grep -q '^digest=[0-9a-f]\{32\}$' "$GITHUB_OUTPUT" || die "no digest of the source"
    grep -q '^exit-code=1$' "$GITHUB_OUTPUT" && grep -q "^sarif=$work/repo/heylint.sarif$" "$GITHUB_OUTPUT" || die "outputs"
    gives 0 "$bin/python" "$work/steps.py" paths=drafts/better.json working-directory=. "heylint=$RUNNER_TEMP/heylint/bin/heylint"
    cd "$top"
    ok "the steps of the action build heylint from their own checkout, annotate, and set their outputs"
fi

# ---- the packages for Python, Node and browsers, each in a clean environment
unset CARGO_TARGET_DIR
for language in python node wasm; do
    gives 0 "$top/bindings/$language/test.sh"
    said=$(tail -n 1 "$work/out")
    if [[ $said == "$language: skipped"* ]]; then skip "$said"; else ok "$said"; fi
done
echo "$passed passed, 0 failed, $skipped skipped"
