"""Files written whole or not at all, and never over an existing one unasked.

The command line loads this before it knows its command: the model is imported only when something went wrong.
"""

from __future__ import annotations

import os
import tempfile
from pathlib import Path


def save(content: str | bytes, path: str | os.PathLike[str], *, force: bool = False) -> None:
    """Write a file whole or not at all: into a temporary neighbour, which is then renamed. Text is UTF-8.

    Raises:
        ScorerError: the file exists and `force` is not given, or it cannot be written.
    """
    target = Path(path)
    refuse_existing(target, force=force)
    data = content.encode("utf-8", "backslashreplace") if isinstance(content, str) else content
    temporary = ""
    try:
        handle, temporary = tempfile.mkstemp(prefix=".scorer-", suffix=target.suffix, dir=target.parent)
        with os.fdopen(handle, "wb") as stream:
            stream.write(data)
        # mkstemp makes files private; a report is as readable as any other file of its user
        umask = os.umask(0)
        os.umask(umask)
        Path(temporary).chmod(0o666 & ~umask)
        Path(temporary).replace(target)
    except OSError as error:
        from scorer.model import ScorerError

        if temporary:
            Path(temporary).unlink(missing_ok=True)
        raise ScorerError(f"无法写入 {path}：{error.strerror or error}。请检查文件夹是否存在、是否有写权限。") from error


def refuse_existing(path: str | os.PathLike[str], *, force: bool = False) -> None:
    """Say early that a file would not be overwritten, before long work is done for it.

    Raises:
        ScorerError: the path is a folder, or a file and `force` is not given.
    """
    from scorer.model import ScorerError

    target = Path(path)
    if target.is_dir():
        raise ScorerError(f"{path} 是文件夹；-o 需要文件名。")
    if target.exists() and not force:
        raise ScorerError(f"{path} 已存在，没有改动它。换一个文件名，或加 --force 覆盖。")
