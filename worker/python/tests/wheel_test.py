#!/usr/bin/env python3
"""Makes the wheel, unpacks it into an empty folder, and imports the package from there."""

import pathlib
import shutil
import subprocess
import sys
import tempfile
import zipfile

PACKAGE = pathlib.Path(__file__).parents[1]


def main() -> int:
    with tempfile.TemporaryDirectory(prefix="lwwheel-") as name:
        folder = pathlib.Path(name)
        shutil.copytree(PACKAGE, folder / "source", ignore=shutil.ignore_patterns("__pycache__", "tests"))
        command = ["-m", "build", "--no-isolation", "--wheel", "--outdir", folder / "made", folder / "source"]
        built = subprocess.run([sys.executable, *command], capture_output=True, text=True)
        if built.returncode != 0:
            print(built.stdout, built.stderr)
            return 1
        (wheel,) = (folder / "made").glob("*.whl")
        with zipfile.ZipFile(wheel) as archive:
            names = set(archive.namelist())
            archive.extractall(folder / "installed")
        wanted = {path.relative_to(PACKAGE).as_posix() for path in PACKAGE.glob("longwire/**/*.py")}
        missing = (wanted | {"longwire/py.typed"}) - names
        if missing:
            print("not in the wheel:", sorted(missing))
            return 1
        code = "import longwire; print(longwire.__file__); longwire.Worker('w').task('kind')"
        ran = subprocess.run([sys.executable, "-c", code], cwd=folder / "installed", capture_output=True, text=True)
        if ran.returncode != 0 or not ran.stdout.startswith(str(folder / "installed")):
            print(ran.stdout, ran.stderr)
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
