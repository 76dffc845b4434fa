"""TOML with the line of every key, and every fault of a file at once as ``file:line: message``.

No TOML library tells where a key stood, so a small scan of the text gives each key path its line; the values come from
tomli with ``parse_float=Decimal``.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any, TypeVar

import tomli
from pydantic import BaseModel, ValidationError

from scorer.model import ScorerError

Model = TypeVar("Model", bound=BaseModel)
KeyPath = tuple[str | int, ...]

MAX_BYTES = 20_000_000
_KEY = re.compile(r"""\s*((?:[A-Za-z0-9_-]+|"[^"\n]*"|'[^'\n]*')(?:\s*\.\s*(?:[A-Za-z0-9_-]+|"[^"\n]*"|'[^'\n]*'))*)\s*=""")
_HEADER = re.compile(r"\s*(\[\[?)\s*([^\[\]\n]+?)\s*\]\]?\s*(?:#.*)?$")
_PART = re.compile(r"""[A-Za-z0-9_-]+|"[^"]*"|'[^']*'""")
_OPENERS = re.compile(r"""\"\"\"|'''|"(?:\\.|[^"\\\n])*"|'[^'\n]*'|[\[\]{}#]""")


class TomlError(ScorerError):
    """One or more faults of a TOML file; `faults` are the single messages, each ``file:line: …``."""

    def __init__(self, faults: Sequence[str]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(faults))


@dataclass(frozen=True, slots=True)
class TomlSource:
    """A parsed file: its data, the line of every key path, and its name as the user gave it."""

    path: str
    data: dict[str, Any]
    lines: dict[KeyPath, int]

    def line(self, path: Sequence[str | int]) -> int:
        """The line of the nearest key at or above `path`; 1 for the file as a whole."""
        key = tuple(path)
        while key and key not in self.lines:
            key = key[:-1]
        return self.lines.get(key, 1)

    def fault(self, path: Sequence[str | int], message: str) -> str:
        return f"{self.path}:{self.line(path)}: {message}"


def read_toml(path: str) -> TomlSource:
    """Read and parse a file.

    Raises:
        TomlError: the file is missing, a folder, empty, too large, not UTF-8, or no TOML; the message says which, and
            what to do.
    """
    file = Path(path)
    if not file.exists():
        raise TomlError([f"{path}: 没有这个文件。请核对路径和文件名。"])
    if file.is_dir():
        raise TomlError([f"{path}: 这是一个文件夹，需要的是一个 .toml 文件。"])
    try:
        size = file.stat().st_size
        if size > MAX_BYTES:
            raise TomlError([f"{path}: 文件有 {size:,} 字节，超过上限 {MAX_BYTES:,}。请确认选对了文件。"])
        content = file.read_bytes()
    except OSError as error:
        raise TomlError([f"{path}: 无法读取（{error.strerror}）。请检查文件权限。"]) from error
    return parse_toml(path, content)


def parse_toml(path: str, content: bytes) -> TomlSource:
    """Parse the bytes of a TOML file; a byte order mark is accepted. Raises as `read_toml`."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise TomlError([f"{path}:{line}: 不是 UTF-8 编码。请用编辑器“另存为”，编码选 UTF-8。"]) from error
    if not text.strip():
        raise TomlError([f"{path}:1: 文件是空的。"])
    text = text.replace("\r\n", "\n")
    try:
        data = tomli.loads(text, parse_float=Decimal)
    except tomli.TOMLDecodeError as error:
        raise TomlError([f"{path}:{_line_of(error)}: {_in_chinese(str(error))}"]) from error
    except RecursionError as error:
        raise TomlError([f"{path}:1: 嵌套过深，不是正常的文件。"]) from error
    return TomlSource(path, data, key_lines(text))


def _line_of(error: tomli.TOMLDecodeError) -> int:
    match = re.search(r"at line (\d+)", str(error))
    if match:
        return int(match[1])
    document = getattr(error, "doc", "")
    return document.count("\n") + 1 if document else 1


_REASONS = (
    (r"Cannot overwrite a value|Duplicate|Cannot declare .* twice", "同一个键或表写了两次；请删去一处"),
    (r"Expected '=' after a key", "键后面缺少等号“=”；中文等号“＝”要改成英文等号"),
    (r"Invalid value", "等号后面的值写法不对；文字要用英文双引号括起来，数字不要带单位或千分位"),
    (r"Unterminated string|Illegal character", "文字没有用英文双引号收尾，或含有控制字符"),
    (r"Invalid initial character for a key", "键名只能用英文字母、数字、_ 和 -；也可能上一行的值没有写完"),
    (r"Expected newline or end of document", "一行只能写一个“键 = 值”；多余的文字请删去或改成 # 注释"),
    (r"Unclosed array|Unclosed inline table|Expected .]. ", "方括号或花括号没有收尾"),
)


def _in_chinese(message: str) -> str:
    for pattern, words in _REASONS:
        if re.search(pattern, message):
            return f"{words}。"
    return f"TOML 语法错误（{message}）。"


def key_lines(text: str) -> dict[KeyPath, int]:
    """The line (from 1) of every key path of a TOML text, array-of-table indices included.

    One pass; the text is known to parse, so strings and brackets that run over lines only have to be skipped.
    """
    lines: dict[KeyPath, int] = {}
    counts: dict[KeyPath, int] = {}
    table: KeyPath = ()
    depth, quote = 0, ""
    for number, line in enumerate(text.split("\n"), 1):
        rest = line
        if quote:
            end = line.find(quote)
            if end < 0:
                continue
            rest, quote = line[end + 3 :], ""
        elif depth == 0:
            if header := _HEADER.match(line):
                table = _table(header, counts)
                lines.setdefault(table, number)
                continue
            if key := _KEY.match(line):
                path = (*table, *_parts(key[1]))
                for end in range(len(table) + 1, len(path) + 1):
                    lines.setdefault(path[:end], number)
                rest = line[key.end() :]
        depth, quote = _scan(rest, depth)
    return lines


def _parts(dotted: str) -> tuple[str, ...]:
    return tuple(part.strip("\"'") for part in _PART.findall(dotted))


def _table(header: re.Match[str], counts: dict[KeyPath, int]) -> KeyPath:
    path: KeyPath = ()
    parts = _parts(header[2])
    for position, part in enumerate(parts):
        path = (*path, part)
        if position == len(parts) - 1 and header[1] == "[[":
            counts[path] = counts.get(path, -1) + 1
        if path in counts:
            path = (*path, counts[path])
    return path


def _scan(text: str, depth: int) -> tuple[int, str]:
    """Bracket depth after `text`, and the quotes of a string that it leaves open."""
    position = 0
    while match := _OPENERS.search(text, position):
        token = match[0]
        position = match.end()
        if token in ('"""', "'''"):
            end = text.find(token, position)
            if end < 0:
                return depth, token
            position = end + 3
        elif token in "[{":
            depth += 1
        elif token in "]}":
            depth -= 1
        elif token == "#":
            break
    return depth, ""


# ------------------------------------------------------------------------------------------------------- validation

_KINDS = {
    "missing": "缺少必填的键",
    "string_type": "应为文字（用英文双引号括起来）",
    "decimal_type": "应为数字",
    "decimal_parsing": "应为数字",
    "decimal_max_digits": "数字过长",
    "finite_number": "应为有限的数字，不能是 nan 或 inf",
    "int_type": "应为整数",
    "int_parsing": "应为整数",
    "int_from_float": "应为整数",
    "bool_type": "应为 true 或 false",
    "bool_parsing": "应为 true 或 false",
    "list_type": "应为列表（方括号）",
    "tuple_type": "应为列表（方括号）",
    "dict_type": "应为表",
    "model_type": "应为表",
    "model_attributes_type": "应为表",
    "greater_than_equal": "不能小于 {ge}",
    "greater_than": "应大于 {gt}",
    "less_than_equal": "不能大于 {le}",
    "less_than": "应小于 {lt}",
    "literal_error": "只能是 {expected}",
    "enum": "只能是 {expected}",
    "union_tag_invalid": "没有这种写法：{tag}；可用的有 {expected_tags}",
    "union_tag_not_found": "缺少 {discriminator}",
    "too_short": "至少要有 {min_length} 项",
    "string_too_short": "不能为空",
    "string_too_long": "文字过长，最多 {max_length} 字",
    "string_pattern_mismatch": "写法不对",
}


def validate(source: TomlSource, model: type[Model]) -> Model:
    """The file's data as `model`; all faults at once, with the key probably meant.

    Raises:
        TomlError: unknown keys, wrong types, missing keys, values out of range.
    """
    try:
        return model.model_validate(source.data)
    except ValidationError as error:
        raise TomlError(faults_of(source, error, model)) from error


def faults_of(source: TomlSource, error: ValidationError, model: type[BaseModel]) -> list[str]:
    """Every fault of a pydantic error as ``file:line: key: message``, in the order of their lines."""
    faults = []
    for item in error.errors():
        path = [part for part in item["loc"] if part in _keys(source.data, item["loc"])]
        faults.append((source.line(path), source.fault(path, f"{_dotted(item['loc'])}: {_explain(item, model)}")))
    return [text for _, text in sorted(faults)]


def _keys(data: Any, path: Iterable[str | int]) -> set[str | int]:
    """The parts of a pydantic location that are keys of the file (it also names union members)."""
    known: set[str | int] = set()
    for part in path:
        if isinstance(data, dict) and part in data:
            data = data[str(part)]
            known.add(part)
        elif isinstance(data, list) and isinstance(part, int) and part < len(data):
            data = data[part]
            known.add(part)
    return known


def _dotted(path: Iterable[str | int]) -> str:
    """`answer.2.weight` with rows counted from 1, as people count."""
    return ".".join(str(part + 1) if isinstance(part, int) else part for part in path)


def _explain(item: Any, model: type[BaseModel]) -> str:
    kind, context = item["type"], item.get("ctx") or {}
    if kind == "extra_forbidden":
        known = field_names(model)
        near = difflib.get_close_matches(str(item["loc"][-1]), known, 1, 0.6)
        return f"未知的键；是否想写 {near[0]}？" if near else "未知的键；请删去，或查阅可用的键。"
    if kind == "value_error":
        return str(context.get("error", item["msg"]))
    words = _KINDS.get(kind)
    if words is None:
        return f"值不合要求（{item['msg']}）。"
    shown = {name: str(value).replace(" or ", " 或 ") for name, value in context.items()}
    written = item.get("input")
    tail = "" if kind == "missing" or isinstance(written, dict | list) else f"，现为 {str(written)[:40]!r}"
    return f"{words.format_map(_Blank(shown))}{tail}。"


class _Blank(dict[str, str]):
    def __missing__(self, key: str) -> str:
        return "…"


def field_names(model: type[BaseModel]) -> list[str]:
    """Every key that a file of this model may have, at any depth."""
    names: set[str] = set()
    schema = model.model_json_schema()
    for part in (schema, *schema.get("$defs", {}).values()):
        names.update(part.get("properties", {}))
    return sorted(names)
