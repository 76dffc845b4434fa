"""Archives (.zip) as folders: their entries are files with a path of their own, 甲.zip/自评表.xlsx, read within the limits.

Nothing is unpacked to disk, and no name in an archive is used as a path of this computer. One entry that is encrypted or
damaged takes no other with it; an archive in an archive is not opened.
"""

from __future__ import annotations

import zipfile
from pathlib import Path, PurePosixPath

from scorer.forms.files import limits
from scorer.forms.files.package import CHUNK, DAMAGED, RATIO_LOOKED_AT_FROM

SUFFIX = ".zip"
LEFT_BEHIND = ("~$", ".", "thumbs.db", "desktop.ini", "__macosx")
"""How the names of files begin that systems and office programs leave in folders and archives."""


def is_archive(path: str | Path) -> bool:
    return Path(path).suffix.lower() == SUFFIX and Path(path).is_file()


def inside(path: str) -> tuple[str, str] | None:
    """Archive and entry of a path that leads into an archive, None for any other."""
    if SUFFIX not in path.lower() or Path(path).is_file():
        return None
    for above in Path(path).parents:
        if is_archive(above):
            return str(above), Path(path).relative_to(above).as_posix()
    return None


def entries(archive: str) -> list[str]:
    """The paths of the files in an archive, sorted; hidden ones and folders are left out.

    Raises `ReadError` when it is no archive, damaged, or has too many entries.
    """
    with _opened(archive) as opened:
        listed = opened.infolist()
    if len(listed) > limits.PACKED_ENTRIES:
        raise limits.too_much(archive, "压缩包内文件数 ", len(listed), limits.PACKED_ENTRIES, "请分成几个压缩包")
    names = [_name(entry) for entry in listed if not entry.is_dir()]
    kept = [name for name in names if not any(part.startswith(LEFT_BEHIND) for part in PurePosixPath(name.lower()).parts)]
    return sorted(dict.fromkeys(str(Path(archive, name)) for name in kept if _is_inside(name)))


def read_entry(archive: str, name: str) -> bytes:
    """The bytes of an entry. Raises `ReadError` in words that name the archive and the entry."""
    path = f"{archive}/{name}"
    with _opened(archive) as opened:
        entry = next((each for each in opened.infolist() if _name(each) == name), None)
        if entry is None:
            raise limits.refusal(path, "压缩包里没有这个文件", "请核对路径和文件名")
        if entry.flag_bits & 1:
            raise limits.refusal(path, "压缩包有密码", "请解压后再读里面的文件，或去掉密码重新压缩")
        try:
            with opened.open(entry) as stream:
                pieces: list[bytes] = []
                size = 0
                while chunk := stream.read(CHUNK):
                    size += len(chunk)
                    if size > limits.FILE_BYTES:
                        raise limits.too_much(path, "解压后大小", "", limits.bytes_text(limits.FILE_BYTES), "请删去图片后另存")
                    ratio = size // max(entry.compress_size, 1)
                    if size > RATIO_LOOKED_AT_FROM and ratio > limits.PACKING_RATIO:
                        raise limits.too_much(path, "压缩比 ", ratio, limits.PACKING_RATIO, "疑为压缩炸弹，请核实来源")
                    pieces.append(chunk)
        except DAMAGED as error:
            raise limits.refusal(path, "压缩包里的这个文件已损坏，解不开", "请重新下载或向提供人再要一份") from error
    return b"".join(pieces)


def _opened(archive: str) -> zipfile.ZipFile:
    try:
        try:
            return zipfile.ZipFile(archive, metadata_encoding="gb18030")  # names packed on Chinese Windows say no encoding
        except UnicodeDecodeError:
            return zipfile.ZipFile(archive)
    except DAMAGED as error:
        raise limits.refusal(archive, "压缩包已损坏或不完整，打不开", "请重新下载或向提供人再要一份") from error


def _name(entry: zipfile.ZipInfo) -> str:
    return entry.filename.replace("\\", "/")


def _is_inside(name: str) -> bool:
    """Does a name stay inside the archive? One that climbs out is an attack."""
    return not name.startswith("/") and ":" not in name.split("/", 1)[0] and ".." not in name.split("/")
