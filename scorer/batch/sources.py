"""What a batch works on: a folder tree, a glob, a list in a csv or a Parquet table becomes sorted items."""

from __future__ import annotations

import csv
import glob
import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scorer.forms import READABLE
from scorer.model import ScorerError

LIST_HEADINGS = ("file", "path", "文件", "文件路径", "路径")
GROUP_HEADINGS = ("submission", "提交件")
EXTRA = "pip install 'scorer[batch]'"


@dataclass(frozen=True, slots=True)
class Item:
    """One submission to be read: its files, or a row of a table as the JSON of a TOML record.

    `key` names it in the batch: the path of its first file, ``table.parquet#3`` for the third row of a table.
    """

    key: str
    paths: tuple[str, ...]
    record: str = ""


def find_items(source: str, one_per: str) -> list[Item]:
    """The submissions that a SOURCE names, sorted by path; rows of a table in their order.

    Raises:
        ScorerError: nothing of that name, nothing to read in it, or a list or table that is not one.
    """
    path = Path(source)
    if path.is_dir():
        return grouped(files_below(path), one_per)
    if path.is_file():
        if path.suffix.lower() == ".parquet":
            return list(rows_of(path))
        if path.suffix.lower() == ".csv" and (listed := listed_in(path)) is not None:
            return listed
        return [Item(str(path), (str(path),))]
    if any(mark in source for mark in "*?["):
        files = sorted(found for found in map(Path, glob.glob(source, recursive=True)) if _could_be(found))  # noqa: PTH207
        if not files:
            raise ScorerError(f"{source}：没有符合的文件。可读取的格式有 {READABLE}。")
        return grouped(files, one_per)
    raise ScorerError(f"{source}：没有这个文件夹或文件。请核对路径。")


def files_below(folder: Path) -> list[Path]:
    """The files of a folder tree that could be submissions, sorted.

    Hidden files, office lock files (~$…) and files of other kinds are left out.
    """
    files = sorted(path for path in folder.rglob("*") if _could_be(path))
    if not files:
        raise ScorerError(f"{folder}：其中没有可以读取的文件。可读取的格式有 {READABLE}。")
    return files


def _could_be(path: Path) -> bool:
    readable = path.suffix.lower() in READABLE.split() and not path.name.startswith(("~$", "."))
    return readable and path.is_file()


def grouped(files: Sequence[Path], one_per: str) -> list[Item]:
    """Files as items: each on its own, or all of a folder together (`one_per="folder"`)."""
    if one_per == "file":
        return [Item(str(path), (str(path),)) for path in files]
    folders: dict[Path, list[str]] = {}
    for path in files:
        folders.setdefault(path.parent, []).append(str(path))
    return [Item(paths[0], tuple(paths)) for paths in folders.values()]


def listed_in(path: Path) -> list[Item] | None:
    """The files that a csv lists in its column file (文件), relative to the csv; None when it is no such list.

    Rows with the same words in the column submission (提交件) are one submission.

    Raises:
        ScorerError: a list without a single file.
    """
    from scorer.forms.encoding import decode

    with path.open("rb") as file:
        start = file.read(4096)
    first = decode(str(path), start, partial=True).partition("\n")[0]
    headings = [name.strip().lower() for name in next(csv.reader([first]), [])]
    column = next((headings.index(name) for name in LIST_HEADINGS if name in headings), None)
    if column is None:
        return None
    group = next((headings.index(name) for name in GROUP_HEADINGS if name in headings), None)
    submissions: dict[str, list[str]] = {}
    rows = csv.reader(decode(str(path), path.read_bytes()).splitlines())
    next(rows)
    for row in rows:
        name = row[column].strip() if column < len(row) else ""
        if not name:
            continue
        named = row[group].strip() if group is not None and group < len(row) else ""
        full = str(path.parent / name)
        submissions.setdefault(named or full, []).append(full)
    if not submissions:
        raise ScorerError(f"{path}：清单中没有文件。“{headings[column]}”一栏每行写一个文件的路径。")
    return sorted((Item(files[0], tuple(files)) for files in submissions.values()), key=lambda item: Path(item.key))


def rows_of(path: Path) -> Iterator[Item]:
    """The rows of a Parquet table of submissions, each with the columns of a TOML record.

    Raises:
        ScorerError: pyarrow is missing, or the file is no Parquet table with columns of a record.
    """
    try:
        import pyarrow
        import pyarrow.parquet
    except ImportError:
        raise ScorerError(f"{path}：读取 Parquet 需要 pyarrow。请运行 {EXTRA}。") from None
    from scorer.forms.record import KEYS

    try:
        table = pyarrow.parquet.ParquetFile(path)
        unknown = [name for name in table.schema_arrow.names if name not in KEYS[""]]
        if unknown:
            raise ScorerError(
                f"{path}：不认识的列 {'、'.join(unknown)}。每行是一份提交件，列与 TOML 表的键相同：{'、'.join(KEYS[''])}。"
            )
        number = 0
        for batch in table.iter_batches(batch_size=1024):
            for row in batch.to_pylist():
                number += 1
                yield Item(f"{path}#{number}", (str(path),), json.dumps(_filled(row), ensure_ascii=False, default=str))
    except pyarrow.ArrowException as error:
        raise ScorerError(f"{path}：不是可读的 Parquet 文件（{error}）。") from None


def _filled(value: Any) -> Any:
    """A row without its nulls: what a table leaves blank, a record leaves out."""
    if isinstance(value, dict):
        return {key: _filled(entry) for key, entry in value.items() if entry is not None}
    if isinstance(value, list):
        return [_filled(entry) for entry in value]
    return value


def digest_of(path: str) -> str:
    """SHA-256 of a file, "" when it cannot be read."""
    try:
        with open(path, "rb") as file:  # noqa: PTH123 -- called for every file
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return ""


def digest_of_item(item: Item) -> str:
    """What decides whether an item was read before: the digest of its only file, else of those of all."""
    if item.record:
        return hashlib.sha256(item.record.encode()).hexdigest()
    digests = [digest_of(path) for path in item.paths]
    return digests[0] if len(digests) == 1 else hashlib.sha256(" ".join(digests).encode()).hexdigest()
