"""Files written whole or not at all, and never over an existing one unasked.

The command line loads this before it knows its command: the model is imported only when something went wrong.
"""

from __future__ import annotations

import errno
import os
from pathlib import Path

CAUSES = {
    "ENOENT": "没有这个文件夹",
    "ENOTDIR": "路径中有一段不是文件夹",
    "EACCES": "没有权限，或文件正被别的程序打开",
    "EPERM": "没有权限",
    "EROFS": "磁盘是只读的",
    "ENOSPC": "磁盘已满",
    "EDQUOT": "超出了磁盘配额",
    "ENAMETOOLONG": "文件名太长",
    "EISDIR": "这是文件夹",
    "EBUSY": "文件正被别的程序使用",
    "ETXTBSY": "文件正被别的程序使用",
    "EIO": "磁盘读写出错",
    "ELOOP": "链接指向自己",
    "EINVAL": "文件名中有不能用的字符",
}
"""What the system's fault numbers mean to a user; the system itself says it in its own language."""


def cause(error: OSError) -> str:
    """Why the system refused, in Chinese; its number where that is rare."""
    name = errno.errorcode.get(error.errno or 0, "")
    return CAUSES.get(name, f"系统错误 {name or error.errno}" if error.errno else "系统拒绝")


def save(content: str | bytes, path: str | os.PathLike[str], *, force: bool = False) -> None:
    """Write a file whole or not at all: into a temporary neighbour, which is then renamed. Text is UTF-8.

    A link stays, and the file that it names is written.

    Raises:
        ScorerError: the file exists and `force` is not given, or it cannot be written.
    """
    import tempfile  # brings random and its tables: a command that writes no file starts without them

    refuse_existing(path, force=force)
    target = Path(os.path.realpath(path))
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
        raise ScorerError(f"无法写入 {path}：{cause(error)}。请检查文件夹是否存在、是否有写权限。") from error


def refuse_existing(path: str | os.PathLike[str], *, force: bool = False) -> None:
    """Say early that a file cannot be written or would be overwritten, before long work is done for it.

    Raises:
        ScorerError: the path is empty, a folder, a device or pipe, in no folder, or a file and `force` is not given.
    """
    from scorer.model import ScorerError

    if not os.fspath(path):
        raise ScorerError("要写入的文件名是空的。请给出文件名。")
    if "\0" in os.fspath(path):
        raise ScorerError("要写入的文件名中有不能用的字符。请换一个文件名。")
    target = Path(path)
    try:
        if target.is_dir():
            raise ScorerError(f"{path} 是文件夹；需要的是文件名。")
        if target.exists() and not target.is_file():  # renaming a file over it would remove it from the system
            raise ScorerError(f"{path} 是设备或管道，不是普通文件，没有写入。要显示在屏幕上请不加 -o，否则换一个文件名。")
        if target.exists() and not force:
            raise ScorerError(f"{path} 已存在，没有改动它。换一个文件名，或加 --force 覆盖。")
        if not target.parent.is_dir():
            raise ScorerError(f"无法写入 {path}：没有文件夹 {target.parent}。请先建立它，或换一个位置。")
    except OSError as error:
        raise ScorerError(f"无法写入 {path}：{cause(error)}。请换一个文件名。") from error
