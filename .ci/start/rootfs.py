"""Collects the file system of the image from the one that builds it: Python, and the libraries it asks for.

    python rootfs.py ROOT FOLDER...

FOLDERs hold further extension modules, whose libraries are collected too. Prints the name of each library.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Iterator
from pathlib import Path

import debian

UNUSED = (
    *("_pyrepl", "ensurepip", "idlelib", "profiling", "pydoc.py", "pydoc_data", "test", "unittest", "venv"),
    *("tkinter", "turtle.py", "turtledemo", "_tkinter*", "_curses*", "readline*", "_dbm*", "_gdbm*"),
    *("_test*", "_ctypes_test*", "_xxtestfuzz*", "xxlimited*"),
    *("site-packages", "dist-packages", "config-*", "*.a", "__pycache__"),
)
"""What of the standard library is for developing, for a screen, or for a terminal."""
BEFORE_THE_PACK = "encodings"
"""The package that Python imports before it runs anything."""
TEXTS = {
    "etc/passwd": "root:x:0:0:root:/root:/sbin/nologin\n",
    "etc/group": "root:x:0:\n",
    "etc/nsswitch.conf": "hosts: files dns\n",
}
LINKS = {
    "usr/share/zoneinfo": "/opt/salesbot/lib/tzdata/zoneinfo",
    "etc/ssl/certs/ca-certificates.crt": "/opt/salesbot/lib/certifi/cacert.pem",
}


def main(root: str, *folders: str) -> None:
    """Collect everything."""
    top, python = Path(root), Path(sys.executable).resolve()
    make_links_of_base(top)
    library = copy_stdlib(top)
    extensions = [each for folder in (library, *map(Path, folders)) for each in folder.rglob("*.so")]
    copy(python, top)
    copy_libraries([python, *extensions], top)
    (top / "tmp").mkdir()
    (top / "tmp").chmod(0o1777)
    for name, text in TEXTS.items():
        parent_made(top / name).write_text(text, encoding="utf-8")
    for name, target in {**LINKS, "opt/salesbot/bin/python": str(python)}.items():
        parent_made(top / name).symlink_to(target)


def make_links_of_base(top: Path) -> None:
    """Make /lib a link to /usr/lib where the base has it so."""
    for each in ("bin", "lib", "lib64"):
        if Path("/", each).is_symlink():
            (top / "usr" / each).mkdir(parents=True, exist_ok=True)
            (top / each).symlink_to(Path("/", each).readlink())


def copy_stdlib(top: Path) -> Path:
    """Copy the standard library, as source but for what Python imports before it runs anything."""
    stdlib = Path(sysconfig.get_path("stdlib"))
    copied = top / str(stdlib)[1:]
    shutil.copytree(stdlib, copied, ignore=shutil.ignore_patterns(*UNUSED))
    compiled = ["-m", "compileall", "-q", "--invalidation-mode", "unchecked-hash", "-s", str(top)]
    subprocess.run([sys.executable, *compiled, str(copied / BEFORE_THE_PACK)], check=True)
    return copied


def copy_libraries(programs: list[Path], top: Path) -> None:
    """Copy the system's libraries that programs need, with what finds them and what their licences ask for."""
    for library in sorted(set(libraries(programs))):
        copy(library, top)
        copy_licence(debian.package(str(library)), top)
        print(library)
    for each in Path("/etc").glob("ld.so.conf*"):
        (shutil.copytree if each.is_dir() else shutil.copy2)(each, parent_made(top / str(each)[1:]))
    subprocess.run(["ldconfig", "-r", str(top)], check=True)


def libraries(programs: list[Path]) -> Iterator[Path]:
    """Ask the loader which libraries programs need."""
    for program in programs:
        said = subprocess.run(["ldd", str(program)], capture_output=True, text=True, check=False).stdout
        yield from (Path(found) for found in re.findall(r"(/\S+) \(0x", said) if not found.startswith("/opt/"))


def copy(file: Path, top: Path) -> None:
    """Copy a file to the same place."""
    shutil.copy2(file, parent_made(top / str(file)[1:]))


def copy_licence(package: str, top: Path) -> None:
    """Copy what a package's licence asks to be passed on."""
    licence = Path("/usr/share/doc", package, "copyright")
    if package and licence.exists():
        copy(licence, top)


def parent_made(file: Path) -> Path:
    """Make the folder of a file."""
    file.parent.mkdir(parents=True, exist_ok=True)
    return file


if __name__ == "__main__":
    main(*sys.argv[1:])
