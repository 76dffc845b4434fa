"""Folders of one's own indicator sets: named by ``SCORER_SETS`` (or ``--sets-dir``), and one of each user."""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path
from typing import Final

VARIABLE: Final = "SCORER_SETS"
_ID: Final = re.compile(r"^\s*id\s*=\s*[\"']([^\"'\n]{1,200})[\"']", re.MULTILINE)
_HEAD: Final = 20_000


def user_folder() -> Path:
    """Where a user's own sets stand without being asked for: where the system keeps what programs are told."""
    if sys.platform == "win32":
        return Path(os.environ.get("APPDATA") or Path.home() / "AppData" / "Roaming") / "scorer" / "sets"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Application Support" / "scorer" / "sets"
    return Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config") / "scorer" / "sets"


def own_folders() -> list[Path]:
    """The folders of own sets that there are, those that were named first."""
    named = [Path(part) for part in os.environ.get(VARIABLE, "").split(os.pathsep) if part.strip()]
    try:
        return [folder for folder in dict.fromkeys([*named, user_folder()]) if folder.is_dir()]
    except (OSError, RuntimeError):  # no home, or one that is not to be looked into
        return [folder for folder in named if folder.is_dir()]


def own_files() -> dict[str, Path]:
    """The files of own sets by their names: the path below the folder without its ending. Of two the first is taken."""
    found: dict[str, Path] = {}
    for folder in own_folders():
        for path in sorted([*folder.glob("*.toml"), *folder.glob("*/*.toml")]):
            found.setdefault(path.relative_to(folder).with_suffix("").as_posix(), path)
    return found


def own_file(name: str) -> Path | None:
    """The file of an own set by its name, or by the ``id`` that it gives itself."""
    files = own_files()
    if name in files:
        return files[name]
    return next((path for path in files.values() if _id_of(path) == name), None)


def _id_of(path: Path) -> str:
    try:
        with path.open(encoding="utf-8-sig", errors="replace") as file:
            met = _ID.search(file.read(_HEAD))
    except OSError:
        return ""
    return met[1] if met else ""
