"""What a batch works on: a folder tree, a glob, a list in a csv or a Parquet table becomes sorted items."""

from __future__ import annotations

import csv
import glob
import hashlib
import json
import os
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scorer import install_words
from scorer.batch.store import INDEX, Store
from scorer.forms import READABLE
from scorer.forms.files.archive import LEFT_BEHIND, entries, inside, is_archive
from scorer.forms.files.encoding import decode
from scorer.forms.files.opening import digest_of
from scorer.forms.readers.record import KEYS
from scorer.model import ReadError, ScorerError
from scorer.saving import cause

GATHERED, BATCH = "gathered", "batch.json"  # by which a folder of results is known
LIST_HEADINGS = ("file", "path", "文件", "文件路径", "路径")
GROUP_HEADINGS = ("submission", "提交件")
ARCHIVES = (".rar", ".7z", ".gz", ".tar", ".zip")
PICTURES = (".jpg", ".jpeg", ".png", ".bmp", ".gif", ".tif", ".tiff", ".webp", ".heic")
NAMED_MOST = 5


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
        if is_archive(path):
            return grouped([found for found in _files_in(path) if _could_be(found)], one_per) or [Item(str(path), (str(path),))]
        return [Item(str(path), (str(path),))]
    if any(mark in source for mark in "*?["):
        met = map(Path, glob.glob(source, recursive=True))  # noqa: PTH207
        files = sorted(found for path in met for found in _files_in(path) if _could_be(found))
        results = {above for above in {above for found in files for above in found.parents} if holds_results(above)}
        files = [found for found in files if results.isdisjoint(found.parents)]
        if not files:
            raise ScorerError(f"{source}：没有符合的文件。可读取的格式有 {READABLE}。")
        return grouped(files, one_per)
    raise ScorerError(f"{source}：没有这个文件夹或文件。请核对路径。")


def files_below(folder: Path) -> list[Path]:
    """The files of a folder tree that could be submissions, sorted.

    Hidden files, office lock files (~$…), files of other kinds and the results of earlier batches are left out;
    `left_aside` tells which.
    """
    files = sorted(
        path
        for above, names in _tree(folder)
        for name in names
        for path in _files_in(above / name)
        if _could_be(path)
    )
    if not files:
        raise ScorerError(" ".join([f"{folder}：其中没有可以读取的文件。可读取的格式有 {READABLE}。", *left_aside(str(folder))]))
    return files


def _files_in(path: Path) -> list[Path]:
    """A file as itself, an archive as the files in it; one that does not open stays, and its reading says why."""
    if not is_archive(path) or path.name.lower().startswith(LEFT_BEHIND):
        return [path]
    try:
        return [Path(entry) for entry in entries(str(path))]
    except ReadError:
        return [path]


def unhandled(source: str) -> list[tuple[str, str]]:
    """The files of a folder tree that are of other kinds and are not read, by their paths, each with what to do about it."""
    if not Path(source).is_dir():
        return []
    met = (path for above, names in _tree(Path(source)) for name in names for path in _files_in(above / name))
    others = (path for path in met if not path.name.lower().startswith(LEFT_BEHIND) and not _is_readable(path))
    return sorted((str(path), _advice(path.suffix.lower())) for path in others)


def _advice(ending: str) -> str:
    if ending in ARCHIVES:
        return "压缩包，没有打开。请解压，或改用 .zip"
    if ending in PICTURES:
        return "图片，里面没有文字。请提供原始的电子表格或文档，或先作文字识别"
    if ending == ".ofd":
        return "版式文件（OFD），读不出表格。请提供生成它的电子表格或文档，或另存为 PDF"
    return f"不是可读取的格式。若是自评表或报告，请另存为可读的格式（{READABLE}）"


def _tree(
    folder: Path, closed: Callable[[OSError], object] | None = None, results: Callable[[Path], object] = lambda _: None
) -> Iterator[tuple[Path, list[str]]]:
    """The folders of a tree with the names of their files, but for folders of results and those that cannot be opened."""
    for above, folders, names in os.walk(folder, onerror=closed):
        kept = []
        for name in folders:
            path = Path(above, name)
            if holds_results(path):
                results(path)
            else:
                kept.append(name)
        folders[:] = sorted(kept)
        yield Path(above), names


def holds_results(folder: Path) -> bool:
    """Is this a folder that a batch wrote? Its reports and summaries are no submissions."""
    return (folder / BATCH).is_file() and (folder / GATHERED).is_dir()


def left_aside(source: str) -> tuple[str, ...]:
    """What a folder tree holds that is not read, in sentences: files of other kinds, results, folders that do not open.

    Names that systems and office programs leave behind are not worth a word.
    """
    if not Path(source).is_dir():
        return ()
    closed: list[OSError] = []
    results: list[Path] = []
    for _ in _tree(Path(source), closed.append, results.append):
        pass
    endings = Counter(Path(path).suffix.lower() for path, _ in unhandled(source))
    words = []
    if endings:
        listed = sorted(endings.items(), key=lambda entry: (-entry[1], entry[0]))
        named = "、".join(f"{ending or '没有后缀的'} {count} 个" for ending, count in listed[:NAMED_MOST])
        more = "等" if len(listed) > NAMED_MOST else ""
        advice = "压缩包请先解压，" * any(ending in endings for ending in ARCHIVES)
        advice += "图片请先识别成文字，" * any(ending in endings for ending in PICTURES)
        advice += "版式文件（.ofd）请提供原来的表格或文档，" * (".ofd" in endings)
        said = f"另有 {endings.total()} 个文件的格式不能读取，没有处理：{named}{more}。文件名列在 errors.csv。{advice.rstrip('，')}"
        words.append(said.rstrip("。") + "。")
    if results:
        named = "".join(f"“{path.name}”" for path in results[:NAMED_MOST]) + ("等" if len(results) > NAMED_MOST else "")
        words.append(f"其中 {len(results)} 个文件夹是 scorer batch 的结果，不当作提交件：{named}。")
    if closed:
        named = "、".join(f"{Path(error.filename).name}（{cause(error)}）" for error in closed[:NAMED_MOST])
        words.append(f"有 {len(closed)} 个文件夹打不开，其中的文件没有处理：{named}。")
    return tuple(words)


def _is_readable(path: Path) -> bool:
    return path.suffix.lower() in READABLE.split() or is_archive(path)


def _could_be(path: Path) -> bool:
    readable = _is_readable(path) and not path.name.startswith(("~$", "."))
    return readable and (path.is_file() or inside(str(path)) is not None)


def grouped(files: Sequence[Path], one_per: str) -> list[Item]:
    """Files as items: each on its own (reports are paired with forms later), or all of a folder together (`one_per="folder"`)."""
    if one_per != "folder":
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
        full = str(_listed_path(path.parent, name))
        submissions.setdefault(named or full, []).append(full)
    if not submissions:
        raise ScorerError(f"{path}：清单中没有文件。“{headings[column]}”一栏每行写一个文件的路径。")
    return sorted((Item(files[0], tuple(files)) for files in submissions.values()), key=lambda item: Path(item.key))


def _listed_path(folder: Path, name: str) -> Path:
    """A path as a list has it; one written on Windows is found elsewhere too."""
    path = folder / name
    return path if "\\" not in name or path.exists() else folder / name.replace("\\", "/")


def rows_of(path: Path) -> Iterator[Item]:
    """The rows of a Parquet table of submissions, each with the columns of a TOML record.

    Raises:
        ScorerError: pyarrow is missing, or the file is no Parquet table with columns of a record.
    """
    try:
        import pyarrow
        import pyarrow.parquet
    except ImportError:
        raise ScorerError(f"{path}：读取 Parquet 需要 pyarrow。请{install_words('batch')}。") from None

    try:
        table = pyarrow.parquet.ParquetFile(path)
        names = table.schema_arrow.names
        unknown = [name for name in names if name not in KEYS[""]]
        if {"submission", "level1", "path"} & {*unknown}:
            lacking = [name for name in ("submission", "weight") if name not in names]
            lacking += ["level1"] if {"level1", "path"}.isdisjoint(names) else []
            raise ScorerError(
                f"{path}：像是每行一个指标的平表，但缺少 {'、'.join(lacking)} 列。平表要有 submission、weight 和 level1（或 path）。"
            )
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


def digest_of_item(item: Item) -> str:
    """What decides whether an item was read before: the digest of its only file, else of those of all."""
    if item.record:
        return hashlib.sha256(item.record.encode()).hexdigest()
    return joint_digest([digest_of(path) for path in item.paths])


def joint_digest(digests: Sequence[str]) -> str:
    """One digest for several files: that of the only one, else of all of theirs."""
    return digests[0] if len(digests) == 1 else hashlib.sha256(" ".join(digests).encode()).hexdigest()


def is_output(source: str | Path) -> bool:
    """Is this the output folder of a finished batch?"""
    return (Path(source) / GATHERED / INDEX).is_file() and (Path(source) / BATCH).is_file()


def items_of_earlier(folder: Path) -> list[Item]:
    """The submissions of an earlier batch in their order."""
    keys = json.loads((folder / BATCH).read_text("utf-8"))["keys"]
    if not keys:
        raise ScorerError(f"{folder}：其中没有提交件。")
    return [Item(key, (key,)) for key in keys]


def store_of(folder: Path) -> Store:
    """The gathered records of a finished batch, to be read only."""
    store = Store(folder / GATHERED, write=False)
    store.joined = frozenset(json.loads((folder / BATCH).read_text("utf-8")).get("joined", ()))
    return store
