"""By what one submission of a batch is known: an id that stays when others are added, and what a person remembers of it."""

from __future__ import annotations

import base64
import hashlib
import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic_core import from_json

from scorer.batch.sources.files import BATCH, items_of_earlier
from scorer.batch.store import Store
from scorer.model import ScorerError
from scorer.naming import fold

LETTERS = 8  # forty bits: among a hundred thousand submissions two meet once in two hundred batches
SHOWN = 5


@dataclass(frozen=True, slots=True)
class Remembered:
    """A submission of a batch by all that it can be asked for by; `number` from 1."""

    number: int
    id: str
    key: str
    unit: str = ""
    project: str = ""

    @property
    def subject(self) -> str:
        """Number, whose it is and what it is about, for a list to choose from."""
        return f"{self.number} {'  '.join(part for part in (self.unit.strip(), self.project.strip()) if part) or self.key}"


def ids_of(keys: Sequence[str], source: str | Path) -> list[str]:
    """The ids of submissions: eight letters of a digest over the path below `source`, whatever else lies there.

    The same folder gives the same ids wherever it is moved to. Of two that met, the later one has a number behind it.
    """
    above = f"{source}".rstrip("/\\")
    met: Counter[str] = Counter()
    ids = []
    for key in keys:
        below = key.removeprefix(above).lstrip("/\\").replace("\\", "/") if Path(source).is_dir() else Path(key).name
        digest = hashlib.sha256(below.encode("utf-8", "surrogatepass")).digest()
        short = base64.b32encode(digest).decode("ascii")[:LETTERS].lower()
        met[short] += 1
        ids.append(short if met[short] == 1 else f"{short}-{met[short]}")
    return ids


def kept_ids(folder: Path) -> list[str]:
    """The ids of the submissions of a finished batch; "" for each where it was written by a version without ids."""
    about = json.loads((folder / BATCH).read_text("utf-8"))
    keys: list[str] = about["keys"]
    ids: list[str] = about.get("ids") or [""] * len(keys)
    return ids


def asked_for(folder: Path, store: Store, name: str) -> Remembered:
    """The one submission that `name` means: its number, id, path, or a part of path, unit or project.

    Raises:
        ScorerError: none or several; the message lists them.
    """
    found = matching(folder, store, name)
    if not found:
        count = len(items_of_earlier(folder))
        raise ScorerError(f"{folder}：没有“{name}”这份提交件。请用 1–{count} 的序号、编号，或单位、项目、文件名（可只写一部分）。")
    if len(found) > 1:
        shown = "、".join(one.subject for one in found[:SHOWN]) + ("等" if len(found) > SHOWN else "")
        raise ScorerError(f"“{name}”符合 {len(found)} 份：{shown}。请写得更完整，或用前面的序号。")
    return found[0]


def matching(folder: Path, store: Store, name: str | None) -> list[Remembered]:
    """The submissions that `name` means, all of them for None: by number or id, else by the whole path, unit or project,
    else by a part of these or of the file's name."""
    keys = [item.key for item in items_of_earlier(folder)]
    known = [Remembered(number, short, key) for number, (key, short) in enumerate(zip(keys, kept_ids(folder), strict=True), 1)]
    if name is None:
        return list(_with_subjects(known, store))
    exact = [one for one in known if str(one.number) == name or one.id == name.lower() != "" or one.key == name]
    if exact:
        return exact[:1]
    listed = list(_with_subjects(known, store))
    wanted = _bare(name)
    whole = [one for one in listed if wanted in (_bare(one.unit), _bare(one.project), _bare(Path(one.key).stem))]
    if len(whole) == 1:
        return whole
    by_words = [one for one in listed if " " in name.strip() and all(_says(one, word) for word in name.split())]
    return by_words if len(by_words) == 1 else whole or [one for one in listed if _says(one, name)] or by_words


def _says(one: Remembered, words: str) -> bool:
    """Does the path (of the file alone for a figure, which folders have by chance), the unit or the project say so?"""
    wanted = _bare(words)
    path = Path(one.key).name if words.isdecimal() else one.key
    return bool(wanted) and any(wanted in _bare(text) for text in (path, one.unit, one.project))


def _bare(text: str) -> str:
    return "".join(fold(text).split())


def _with_subjects(known: Sequence[Remembered], store: Store) -> Iterator[Remembered]:
    for one in known:
        about = from_json(store.report(one.key))["submission"]
        yield Remembered(one.number, one.id, one.key, about["unit"] or "", about["project"] or "")
