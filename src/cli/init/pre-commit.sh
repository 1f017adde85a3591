#!/bin/sh
# heylint: the media files and requests of a commit are checked before it is made.
# To switch it on: git config core.hooksPath .githooks (or copy it to .git/hooks/pre-commit)

if ! command -v heylint >/dev/null 2>&1; then
    echo "heylint is not installed, so this commit was not checked: cargo install heylint" >&2
    exit 1
fi

# What is staged as well as changed since is checked as it lies in the folder.
git status --porcelain --untracked-files=no | sed -n 's/^[ACMR][MD] \(.*\)/heylint: \1 has changes that are not staged; they are checked too/p' >&2

git diff --cached --name-only -z --diff-filter=ACMR | heylint check --pass-over --files-from - && exit 0

echo "heylint: nothing was committed. Mend what stands above (heylint --fix mends what it can), git add it, and commit again; git commit --no-verify commits it as it is." >&2
exit 1
