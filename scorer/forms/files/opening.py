"""The bytes of one file: every way in which opening can fail becomes a message with the remedy."""

from __future__ import annotations

import hashlib
import stat
from pathlib import Path

from scorer.forms.files import archive, limits
from scorer.saving import cause


def read_bytes(path: str) -> bytes:
    """The bytes of a plain file within the size limit; every way in which opening can fail becomes a `ReadError`."""
    if not path:
        raise limits.refusal("（空）", "文件名是空的", "请给出文件名")
    if (packed := archive.inside(path)) is not None:
        return archive.read_entry(*packed)
    try:
        status = Path(path).stat()
    except FileNotFoundError as error:
        raise limits.refusal(path, "文件不存在", "请核对路径和文件名") from error
    except PermissionError as error:
        raise limits.refusal(path, "没有读取权限", "请检查文件权限，或换一个位置") from error
    except OSError as error:
        raise limits.refusal(path, f"路径无法打开（{cause(error)}）", "请核对路径和文件名") from error
    except ValueError as error:
        raise limits.refusal(path, "路径无法打开", "请核对路径和文件名") from error
    if stat.S_ISDIR(status.st_mode):
        raise limits.refusal(path, "这是文件夹，不是文件", "请给出文件夹里的文件；整批处理请用 scorer batch")
    if not stat.S_ISREG(status.st_mode):
        raise limits.refusal(path, "这不是普通文件", "请给出磁盘上的文件")
    if status.st_size > limits.FILE_BYTES:
        size, most = limits.bytes_text(status.st_size), limits.bytes_text(limits.FILE_BYTES)
        raise limits.too_much(path, "文件大小 ", size, most, "请删去图片和与自评无关的内容后另存")
    try:
        with Path(path).open("rb") as stream:
            data = stream.read(limits.FILE_BYTES + 1)
    except PermissionError as error:
        raise limits.refusal(path, "没有读取权限", "请检查文件权限，或换一个位置") from error
    except OSError as error:
        raise limits.refusal(path, "读取时出错，磁盘或网络盘可能已断开", "请重试，或先复制到本机") from error
    if len(data) > limits.FILE_BYTES:
        raise limits.too_much(path, "文件大小", "", limits.bytes_text(limits.FILE_BYTES), "请删去无关内容后另存")
    return data


def digest_of(path: str) -> str:
    """SHA-256 of a file, "" when it cannot be read."""
    try:
        with open(path, "rb") as file:  # noqa: PTH123 -- called for every file
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        pass
    try:
        packed = archive.inside(path)
        return hashlib.sha256(archive.read_entry(*packed)).hexdigest() if packed else ""
    except limits.ReadError:
        return ""
