"""The TOML files of a set: where they stand, what each says, and the chain of those that it extends, merged."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from scorer.saving import cause
from scorer.sets.faults import Fault, Remainder, SetError, model_faults, probable, without_faulty
from scorer.sets.lines import Path as KeyPath
from scorer.sets.lines import line_map, line_of
from scorer.sets.own import own_file, own_files
from scorer.sets.schema import Evidence, IndicatorBlock, SetFile, known_keys
from scorer.sets.toml_reading import in_half_width, read_toml

LARGEST_FILE = 8 * 1024 * 1024
LONGEST_CHAIN = 20
MERGED_TABLES = ("execution", "thresholds")
OWN_KEYS = ("id", "title", "version", "basis", "evidence", "since", "until", "note", "extends", "remove", "recognition")
"""What a local variant says for itself and never takes over."""


@dataclass(frozen=True)
class SetSource:
    """One TOML file as read: `shown` is how messages name it, `rest` what remained of one with faults."""

    path: Path
    shown: str
    raw: dict[str, Any]
    lines: dict[KeyPath, int]
    file: SetFile
    rest: Remainder | None = None

    def line(self, *path: str | int) -> int:
        return line_of(self.lines, path)

    def position(self, index: int) -> int:
        """Where an indicator stands among the file's blocks: faulty ones may have been left out."""
        return index if self.rest is None else self.rest.kept[index]


# --------------------------------------------------------------------------------------------------- where sets stand


def library() -> Path:
    """The folder of the shipped sets: inside the installed package, or beside it in a checkout."""
    package = Path(__file__).resolve().parent.parent
    inside = package / "indicator_sets"
    return inside if inside.is_dir() else package.parent / "indicator_sets"


def set_names() -> list[str]:
    """The identities of the shipped sets, sorted."""
    root = library()
    return sorted(path.relative_to(root).with_suffix("").as_posix() for path in root.glob("*/*.toml"))


def locate(name_or_path: str | Path, beside: Path | None = None, *, anywhere: bool = True) -> Path:
    """The file of a set: a shipped one by its name (mof/project-2020), one's own by its name, else a path, relative to
    `beside` if given; without `anywhere`, which a stranger's word is not given, only a file in that folder.

    Raises:
        SetError: neither; the message names what is close.
    """
    text = str(name_or_path)
    if not text.strip():
        raise SetError([Fault("--set", 0, "指标体系的名称是空的；用 scorer sets list 查看有哪些")])
    name = text.removesuffix(".toml")
    if not any(ord(letter) < 32 for letter in text):
        parts = name.split("/")
        shipped = library().joinpath(*parts[:-1], parts[-1] + ".toml")
        if len(parts) == 2 and all(part not in ("", ".", "..") for part in parts) and shipped.is_file():
            return shipped
        own = own_file(name)
        if own is not None:
            return own
        path = Path(text) if beside is None else beside / text
        if not anywhere and (beside is None or any(sign in text for sign in "/\\:")):
            beyond = "提交件只能写体系的名称，或与它放在一起的文件名，别处的路径不读取"
            raise SetError([Fault(_printed(text), 0, f"没有这个指标体系{_close(name)}；{beyond}")])
        try:
            if path.is_dir():
                raise SetError([Fault(text, 0, "这是文件夹，不是指标体系；请写到其中的 .toml 文件")])
            if path.is_file():
                return path
        except OSError:  # a name longer than the system allows
            pass
    raise SetError([Fault(_printed(text), 0, f"没有这个指标体系，也没有这个文件{_close(name)}；有哪些见 scorer sets list")])


def _close(name: str) -> str:
    close = get_close_matches(name, [*set_names(), *own_files()], n=1, cutoff=0.6)
    return f"；是否想写 {close[0]}？" if close else ""


def _printed(text: str) -> str:
    return "".join(letter if letter.isprintable() else "?" for letter in text[:200])


def shown_name(path: Path) -> str:
    """mof/project-2020.toml for a shipped set, the path as given for any other."""
    try:
        return path.resolve().relative_to(library().resolve()).as_posix()
    except ValueError:
        return str(path)


def _short_name(path: Path) -> str:
    shown = Path(shown_name(path))
    return shown.name if shown.is_absolute() else shown.as_posix()


# ------------------------------------------------------------------------------------------------------- one file


def read_source(path: Path, faults: list[Fault]) -> SetSource | None:
    """One file parsed and validated on its own; its faults are added to `faults`.

    What remains of a faulty file is returned all the same, so that the tree can be checked in the same run; None where
    nothing can be made of it.
    """
    shown = shown_name(path)
    try:
        text = _text(path, shown)
    except SetError as error:
        faults += error.faults
        return None
    raw, of_writing = read_toml(shown, text)
    faults += of_writing
    if raw is None:
        return None
    lines = line_map(in_half_width(shown, text)[0] if of_writing else text)
    try:
        return SetSource(path, shown, raw, lines, SetFile.model_validate(raw))
    except ValidationError as error:
        faults += model_faults(shown, error, lines, known_keys())
        rest = without_faulty(raw, error)
    try:
        return SetSource(path, shown, rest.raw, lines, SetFile.model_validate(rest.raw), rest)
    except ValidationError:
        return None


def _text(path: Path, shown: str) -> str:
    try:
        if path.stat().st_size > LARGEST_FILE:
            raise SetError([Fault(shown, 0, f"文件大于 {LARGEST_FILE // 1024 // 1024} MB，不像是指标体系")])
        data = path.read_bytes()
    except OSError as error:
        raise SetError([Fault(shown, 0, f"无法读取：{cause(error)}")]) from None
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise SetError(
            [Fault(shown, line, "不是 UTF-8 编码；请在编辑器里另存为 UTF-8（记事本：另存为 → 编码）")]
        ) from None
    if not text.strip():
        raise SetError([Fault(shown, 1, "文件是空的；至少要有 id、title、basis、evidence 和 [[indicator]]")])
    return text.replace("\r\n", "\n")


def chain(path: Path, faults: list[Fault]) -> list[SetSource]:
    """The file and all that it extends, the most general first; [] where one of them is out of reach.

    The faults of every file, a circle and a missing file are added to `faults`.
    """
    sources: list[SetSource] = []
    seen: list[Path] = []
    while True:
        resolved = path.resolve()
        if resolved in seen:
            circle = " → ".join(_short_name(item) for item in (*seen[seen.index(resolved) :], resolved))
            faults.append(Fault(sources[-1].shown, sources[-1].line("extends"), f"extends 成环：{circle}"))
            return []
        if len(seen) >= LONGEST_CHAIN:
            faults.append(Fault(sources[-1].shown, sources[-1].line("extends"), f"extends 超过 {LONGEST_CHAIN} 层"))
            return []
        seen.append(resolved)
        source = read_source(path, faults)
        if source is None:
            return []
        sources.append(source)
        if source.file.extends is None:
            return sources[::-1]
        try:
            path = locate(source.file.extends, source.path.parent)
        except SetError as error:
            message = f'extends = "{source.file.extends}"：{error.faults[0].message}'
            faults.append(Fault(source.shown, source.line("extends"), message))
            return []


# ------------------------------------------------------------------------------------------------------- extending


@dataclass
class Block:
    """An indicator on its way through the chain: merged values, and the file and line that defined it last.

    `doubtful`: it lost a faulty key; what it lacks is not held against it a second time.
    """

    values: dict[str, Any]
    file: str
    line: int
    basis: str
    evidence: Evidence
    doubtful: bool = False


def code_key(code: str) -> tuple[int, ...]:
    """1.10 comes after 1.9."""
    return tuple(int(part) for part in code.split("."))


def parent_code(code: str) -> str | None:
    return code.rpartition(".")[0] or None


def merge(sources: list[SetSource], faults: list[Fault]) -> tuple[dict[str, Any], dict[str, Block]]:
    """The top-level values, and the blocks in the order of their codes: the child overrides by key, adds, removes."""
    top: dict[str, Any] = {}
    blocks: dict[str, Block] = {}
    for source in sources:
        for key in OWN_KEYS:
            top.pop(key, None)
        _remove(source, top, blocks, faults)
        for key in source.file.model_fields_set - {"indicators"}:
            value = getattr(source.file, key)
            if key in MERGED_TABLES and key in top:
                value = top[key].model_copy(update={name: getattr(value, name) for name in value.model_fields_set})
            top[key] = value
        inherited = set(blocks)
        own: set[str] = set()
        for index, block in enumerate(source.file.indicators):
            position = source.position(index)
            line = source.line("indicator", position, "code")
            if block.code in own:
                first = blocks[block.code].line
                faults.append(Fault(source.shown, line, f"编号 {block.code} 重复，第 {first} 行已经用过"))
                continue
            own.add(block.code)
            _place(source, block, line, blocks, inherited)
            blocks[block.code].doubtful = source.rest is not None and position in source.rest.touched
    fields = SetFile.model_fields.items()
    values = {name: top.get(name, field.get_default(call_default_factory=True)) for name, field in fields}
    return values, {code: blocks[code] for code in sorted(blocks, key=code_key)}


def _remove(source: SetSource, top: dict[str, Any], blocks: dict[str, Block], faults: list[Fault]) -> None:
    aliases = {field.alias or name: name for name, field in SetFile.model_fields.items()}
    for item in source.file.remove:
        if item in blocks:
            for code in [code for code in blocks if code == item or code.startswith(item + ".")]:
                del blocks[code]
        elif aliases.get(item, "") in top and item not in OWN_KEYS:
            del top[aliases[item]]
        elif not any(block == item or item.startswith(block + ".") for block in source.file.remove if block != item):
            what = "没有可去掉的" if source.file.extends else "没有写 extends，不能去掉"
            faults.append(
                Fault(
                    source.shown, source.line("remove"), f"remove：{what}“{item}”{probable(item, [*blocks, *aliases])}"
                )
            )


def _place(source: SetSource, block: IndicatorBlock, line: int, blocks: dict[str, Block], inherited: set[str]) -> None:
    values = {name: value for name in block.model_fields_set if (value := getattr(block, name)) is not None}
    if block.code in inherited:
        values = {**blocks[block.code].values, "basis": None, "evidence": None, **values}
    blocks[block.code] = Block(values, source.shown, line, source.file.basis, source.file.evidence)
