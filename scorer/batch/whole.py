"""Large files written whole or not at all, piece by piece."""

from __future__ import annotations

import errno
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from scorer.model import ScorerError
from scorer.saving import cause


@contextmanager
def whole_file(path: Path) -> Iterator[BinaryIO]:
    """A file that appears under its name only when the block ends without a fault.

    Raises:
        ScorerError: it cannot be written.
    """
    try:
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-", suffix=".tmp")
    except OSError as error:
        raise ScorerError(f"{path.parent}：无法写入（{cause(error)}）。请换一个可写的文件夹。") from error
    try:
        with os.fdopen(handle, "wb") as file:
            yield file
        umask = os.umask(0)
        os.umask(umask)
        Path(name).chmod(0o666 & ~umask)
        Path(name).replace(path)
    except OSError as error:
        Path(name).unlink(missing_ok=True)
        remedy = "腾出空间" if error.errno in (errno.ENOSPC, errno.EDQUOT) else "关闭正在打开它的程序"
        raise ScorerError(f"{path}：无法写入（{cause(error)}）。请{remedy}，再用同一命令运行一次。") from error
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
