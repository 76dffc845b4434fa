"""A workbench in one file and back: copied while in use, verified before anything is put in place. No tables are needed."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import sqlite3
import tempfile
import zipfile
from datetime import UTC, datetime
from pathlib import Path

from scorer import __version__
from scorer.model import ScorerError
from scorer.saving import cause, refuse_existing
from scorer.web.configuring import CONFIG, DATABASE, FILES, HEADS, KEY, Desk

MANIFEST = "manifest.json"
SCHEMA = "scorer.workbench/1"
CHUNK = 1 << 20


def digest_of(path: Path) -> str:
    """The SHA-256 of a file's bytes."""
    whole = hashlib.sha256()
    with path.open("rb") as file:
        while data := file.read(CHUNK):
            whole.update(data)
    return whole.hexdigest()


def backup(desk: Desk, target: Path) -> int:
    """Write a workbench into one zip while it may be in use; gives how many files it holds.

    Raises:
        ScorerError: the target exists or cannot be written, or the database is no file of this folder.
    """
    if desk.database_url:
        raise ScorerError("数据库在 PostgreSQL 中：请用 pg_dump 备份数据库，再复制这个文件夹；见 docs/operating.md。")
    refuse_existing(target)
    handle, temporary = tempfile.mkstemp(prefix=".backup-", suffix=".zip", dir=target.resolve().parent)
    os.close(handle)
    try:
        count = _write_backup(desk, Path(temporary))
        Path(temporary).replace(target)
    except OSError as error:
        raise ScorerError(f"{target}：备份没有写成（{cause(error)}）。") from error
    finally:
        Path(temporary).unlink(missing_ok=True)
    return count


def _write_backup(desk: Desk, path: Path) -> int:
    with tempfile.TemporaryDirectory(dir=path.parent) as folder:
        copy = Path(folder) / DATABASE
        source, copied = sqlite3.connect(desk.folder / DATABASE), sqlite3.connect(copy)
        with source, copied:
            source.backup(copied)
        source.close()
        copied.close()
        digests = {DATABASE: digest_of(copy)}
        # bytes are only ever added: those that the copied database names are all there by now
        stored = sorted(found for found in desk.files.glob("??/*") if found.is_file())
        with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED, allowZip64=True) as whole:
            whole.write(copy, DATABASE)
            for name in (KEY, CONFIG, HEADS):
                if (desk.folder / name).exists():
                    whole.write(desk.folder / name, name)
                    digests[name] = digest_of(desk.folder / name)
            for file in stored:
                whole.write(file, f"{FILES}/{file.parent.name}/{file.name}")
            said = {"schema": SCHEMA, "tool": __version__, "at": datetime.now(UTC).isoformat(), "digests": digests, "files": len(stored)}
            whole.writestr(MANIFEST, json.dumps(said, ensure_ascii=False, indent=1))
    path.chmod(0o600)  # it holds the key
    return len(stored)


def restore(source: Path, folder: Path) -> int:
    """Make a workbench of a backup, verified before anything is put in place; gives how many files it holds.

    Raises:
        ScorerError: it is no backup, of another version, or damaged; or the folder is in use.
    """
    if folder.exists() and any(folder.iterdir()):
        raise ScorerError(f"{folder}：文件夹不是空的，没有恢复，以免盖掉现有的数据。请换一个空的或新的文件夹。")
    folder.parent.mkdir(parents=True, exist_ok=True)
    staged = Path(tempfile.mkdtemp(prefix=".restore-", dir=folder.resolve().parent))
    try:
        count = _unpack(source, staged)
        if folder.exists():
            folder.rmdir()
        staged.replace(folder)
    except OSError as error:
        raise ScorerError(f"{source}：没有恢复成（{cause(error)}）。") from error
    finally:
        shutil.rmtree(staged, ignore_errors=True)
    return count


def _unpack(source: Path, staged: Path) -> int:
    try:
        whole = zipfile.ZipFile(source)
        said = json.loads(whole.read(MANIFEST))
    except (zipfile.BadZipFile, KeyError, ValueError):
        raise ScorerError(f"{source}：不是 scorer serve backup 写的备份，或已损坏。") from None
    with whole:
        if said.get("schema") != SCHEMA:
            raise ScorerError(f"{source}：由别的版本写成（{said.get('tool')}），本版本不认识。请用那个版本恢复。")
        allowed = {DATABASE, KEY, CONFIG, HEADS, MANIFEST}
        for name in whole.namelist():
            parts = name.split("/")
            hashed = len(parts) == 3 and parts[0] == FILES and len(parts[2]) == 64 and parts[2].isalnum() and parts[1] == parts[2][:2]
            if name not in allowed and not hashed:
                raise ScorerError(f"{source}：其中有不该有的文件 {name}，没有恢复。")
            if name == MANIFEST:
                continue
            target = staged / name
            target.parent.mkdir(parents=True, exist_ok=True)
            with whole.open(name) as packed, target.open("wb") as file:
                shutil.copyfileobj(packed, file, CHUNK)
            wanted = parts[2] if hashed else said["digests"].get(name)
            if digest_of(target) != wanted:
                raise ScorerError(f"{source}：{name} 与记下的摘要不同，备份已损坏，没有恢复。")
    (staged / FILES).mkdir(exist_ok=True)
    (staged / KEY).chmod(0o600)
    found = sum(1 for path in (staged / FILES).glob("??/*") if path.is_file())
    if found != said["files"]:
        raise ScorerError(f"{source}：应有 {said['files']} 个文件，只有 {found} 个，备份不完整，没有恢复。")
    return found
