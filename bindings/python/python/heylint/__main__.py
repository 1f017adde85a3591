"""`python -m heylint` runs the command that the package installed."""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
from pathlib import Path


def program() -> Path:
    name = "heylint" + (sysconfig.get_config_var("EXE") or "")
    user = sysconfig.get_path("scripts", f"{os.name}_user")
    # Beside the package for `pip install --target`.
    folders = [Path(sysconfig.get_path("scripts")), Path(sys.executable).parent, Path(user), Path(__file__).parents[1] / "bin"]
    for folder in folders:
        if (folder / name).is_file():
            return folder / name
    sys.exit(f"heylint: there is no program {name} in this installation; looked in {', '.join(map(str, folders))}")


def main() -> None:
    words = [str(program()), *sys.argv[1:]]
    if sys.platform == "win32":
        sys.exit(subprocess.run(words).returncode)
    os.execv(words[0], words)


if __name__ == "__main__":
    main()
