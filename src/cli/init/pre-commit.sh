#!/bin/sh
# heylint checks the media files and requests of a commit before git makes it.
# Enable it with: git config core.hooksPath .githooks (or copy it to .git/hooks/pre-commit)

if ! command -v heylint >/dev/null 2>&1; then
    echo "heylint is not installed, so this commit was not checked: cargo install heylint" >&2
    exit 1
fi

# A staged file that has changed since is checked as it is on disk.
git status --porcelain --untracked-files=no | sed -n 's/^[ACMR][MD] \(.*\)/heylint: \1 has changes that are not staged; the file on disk is checked/p' >&2

git diff --cached --name-only -z --diff-filter=ACMR | heylint check --pass-over --files-from - && exit 0

echo "heylint: nothing was committed. Fix the findings above (heylint --fix fixes what it can), git add the files, and commit again; git commit --no-verify commits anyway." >&2
exit 1
