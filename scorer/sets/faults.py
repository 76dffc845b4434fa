"""A faulty indicator set as one error with all faults at once, each as ``file:line: 说明``."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from scorer.model import ScorerError
from scorer.sets.lines import Path, line_of

if TYPE_CHECKING:
    from pydantic import ValidationError

SHOWN = 50  # faults printed; the rest is counted


@dataclass(frozen=True, slots=True, order=True)
class Fault:
    """One fault of a set: the file as the user knows it, the line from 1 (0: the file as a whole), the Chinese words."""

    file: str
    line: int
    message: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.message}" if self.line else f"{self.file}: {self.message}"


class SetError(ScorerError):
    """A set that cannot be used. `faults` holds every fault that was found, in the order of files and lines."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(dict.fromkeys(faults))
        shown = [str(fault) for fault in self.faults[:SHOWN]]
        if len(self.faults) > SHOWN:
            shown.append(f"…… 另有 {len(self.faults) - SHOWN} 处，改正以上各处后再核对")
        super().__init__("\n".join(shown))

    def __reduce__(self) -> tuple[Any, ...]:
        return (SetError, (self.faults,))


def probable(word: str, known: Sequence[str]) -> str:
    """'；是否想写 weight？' where one of the known words is close, else '；可用的有 …' for a short list."""
    close = get_close_matches(word.lower(), known, n=1, cutoff=0.6)
    if close:
        return f"；是否想写 {close[0]}？"
    return f"；可用的有 {'、'.join(known)}" if known and len(known) <= 20 else ""


# ---------------------------------------------------------------------------------------------- what tomli complains of

_PLACE = re.compile(r"\(at (?:line (\d+), column (\d+)|end of document)\)")
_SYNTAX = (
    ("Cannot overwrite a value", "同一个键写了两次"),
    ("Cannot declare", "同一个表写了两次；成组的用双方括号，如 [[indicator]]"),
    ("Cannot mutate immutable namespace", "行内表 { … } 之外不能再补写其中的键"),
    ("Duplicate inline table key", "行内表 { … } 中同一个键写了两次"),
    ("Unterminated string", "文字缺少右引号"),
    ("Illegal character '\\n'", "文字没有写完，缺少右引号；多行文字用三个引号"),
    ("Expected '=' after a key", "键的后面应为等号 ="),
    ("Invalid initial character for a key part", "键只能用英文字母、数字、_ 和 -"),
    ("Invalid value", "值写法不对：文字要加英文引号，是否写 true 或 false"),
    ("Expected newline or end of document", "一行只能写一个键，行末有多余的内容；注释以 # 开头"),
    ("Unclosed array", "数组缺少右方括号 ]"),
    ("Unclosed inline table", "行内表缺少右花括号 }"),
    ("Expected ']' at the end of a table declaration", "表头缺少右方括号 ]"),
    ("Expected ']]' at the end of an array declaration", "表头缺少右方括号 ]]"),
    ("Illegal character", "含有不可见的控制字符"),
    ("Found invalid character", "含有不可见的控制字符"),
    ("Invalid statement", "这一行不是 键 = 值，也不是 [表头]"),
    ("Unescaped '\\'", "反斜杠要写成两个 \\\\"),
    ("Invalid date or datetime", "日期写法不对"),
)


def syntax_fault(file: str, error: Exception, text: str) -> Fault:
    """What tomli says, in Chinese, with its line."""
    message = str(error)
    place = _PLACE.search(message)
    line = int(place[1]) if place and place[1] else text.count("\n") + (0 if text.endswith("\n") else 1)
    what = next((words for start, words in _SYNTAX if message.startswith(start)), "TOML 写法不对")
    column = f"，第 {place[2]} 列" if place and place[2] else ""
    return Fault(file, max(line, 1), f"语法错误{column}：{what}")


# -------------------------------------------------------------------------------------------- what pydantic complains of

_KINDS = {
    "string_type": "应为文字，加英文引号",
    "bool_type": "应为 true 或 false，不加引号",
    "int_type": "应为整数，不加引号",
    "int_from_float": "应为整数",
    "int_parsing": "应为整数，不加引号",
    "decimal_type": "应为数字，不加引号",
    "decimal_parsing": "应为数字",
    "finite_number": "应为有限的数，不能是 nan 或 inf",
    "tuple_type": "应为数组，如 [ … ]",
    "list_type": "应为数组，如 [ … ]；成组的表用双方括号，如 [[indicator]]",
    "dict_type": "应为表",
    "model_type": "应为表，如 { 键 = 值 }",
    "model_attributes_type": '应为行内表，如 { kind = "proportion" }',
    "string_too_short": "不能为空",
    "union_tag_not_found": '缺少 kind，如 { kind = "proportion" }',
}


def model_faults(
    file: str, error: ValidationError, lines: dict[Path, int], keys: Mapping[str, Sequence[str]]
) -> list[Fault]:
    """What pydantic found, as faults in the order of the lines: the key as the user wrote it, the line, what is wrong,
    the key probably meant.

    `keys` gives the known keys by the name of the table they stand in ("" the top level, a rule's kind for its
    parameters).
    """
    faults = []
    items = error.errors(include_url=False, include_input=True)
    for item in items:
        if item["type"] == "too_short" and any(
            other["loc"][: len(item["loc"])] == item["loc"] for other in items if other is not item
        ):
            continue  # empty only because its faulty members were left out
        path = tuple(part for part in item["loc"] if not (isinstance(part, str) and "[" in part))
        written, words = _written(path, lines, keys), _words(dict(item), path, keys)
        if written:
            faults.append(Fault(file, line_of(lines, written), f"{_shown(written)}: {words}"))
        else:  # of several keys of the file: the words begin with the first of them
            faults.append(Fault(file, line_of(lines, (words.partition(" ")[0],)), words))
    return sorted(faults, key=lambda fault: fault.line)


@dataclass(frozen=True, slots=True)
class Remainder:
    """What is left of a faulty file: the sound values, the places of the kept indicators, and what was touched.

    `kept` are positions in the file of the indicators that remain; `touched` positions of those that lost a key;
    `keys` the top-level keys that lost something.
    """

    raw: dict[str, Any]
    kept: tuple[int, ...]
    touched: frozenset[int]
    keys: frozenset[str]
    whole: bool
    """Is every indicator still there?"""


FILLED = {"id": "?", "title": "?", "basis": "?", "evidence": "unconfirmed"}


def without_faulty(raw: dict[str, Any], error: ValidationError) -> Remainder:
    """The raw values without what pydantic refused, so that the rest can be checked for further faults."""
    rest = {key: _copied(value) for key, value in raw.items()}
    dropped: dict[str, set[int]] = {}
    touched: set[int] = set()
    keys: set[str] = set()
    for item in error.errors(include_url=False, include_context=False, include_input=False):
        path = item["loc"]
        if not path:
            rest.pop("since", None)
            continue
        table = str(path[0])
        keys.add(table)
        value = rest.get(table)
        if isinstance(value, list) and len(path) > 1 and isinstance(path[1], int) and table in ("indicator", "grade"):
            key = str(path[2]) if len(path) > 2 else ""
            if table == "indicator":
                touched.add(path[1])
            if key in ("", "code", "from") or (table == "grade" and key == "name"):
                dropped.setdefault(table, set()).add(path[1])
            else:
                value[path[1]].pop(key, None)
        elif isinstance(value, dict) and len(path) > 1:
            value.pop(str(path[1]), None)
            if table in ("rule", "text_rule", "execution_cap"):
                rest.pop(table)
        else:
            rest.pop(table, None)
    for table, positions in dropped.items():
        rest[table] = [block for position, block in enumerate(rest[table]) if position not in positions]
    count = len(raw["indicator"]) if isinstance(raw.get("indicator"), list) else 0
    kept = tuple(position for position in range(count) if position not in dropped.get("indicator", ()))
    return Remainder({**FILLED, **rest}, kept, frozenset(touched), frozenset(keys), len(kept) == count)


def _copied(value: Any) -> Any:
    if isinstance(value, dict):
        return dict(value)
    return [dict(item) if isinstance(item, dict) else item for item in value] if isinstance(value, list) else value


def _written(path: Path, lines: dict[Path, int], keys: Mapping[str, Sequence[str]]) -> Path:
    """The path as written in the file: pydantic puts the chosen kind of a rule into it."""
    return tuple(
        part
        for index, part in enumerate(path)
        if not (index and path[index - 1] in ("rule", "text_rule") and part in keys)
    )


def _shown(path: Path) -> str:
    """indicator.2.weight, blocks counted from 1 as people count them."""
    return ".".join(str(part + 1) if isinstance(part, int) else part for part in path)


def _words(item: dict[str, Any], path: Path, keys: Mapping[str, Sequence[str]]) -> str:
    kind, context = item["type"], item.get("ctx") or {}
    if kind == "extra_forbidden":
        tables = [part for part in path[:-1] if isinstance(part, str)]
        table = tables[-1] if tables else ""
        return "未知的键" + probable(str(path[-1]), [key for key in keys.get(table, ()) if key != path[-1]])
    if kind == "missing":
        return "缺少这个键，必须填写"
    if kind == "union_tag_invalid":
        known = [word.strip(" '") for word in str(context["expected_tags"]).split(",")]
        return f'没有 kind = "{context["tag"]}" 这种计分规则{probable(str(context["tag"]), known)}'
    if kind == "literal_error":
        allowed = str(context["expected"]).replace("'", "").replace(" or ", ", ").split(", ")
        close = get_close_matches(str(item.get("input")), allowed, n=1, cutoff=0.6)
        return f"只能是 {'、'.join(allowed)}" + (f"；是否想写 {close[0]}？" if close else _given(item))
    if kind in ("greater_than_equal", "greater_than", "less_than_equal", "less_than"):
        name, sign = next(
            (context[key], sign)
            for key, sign in (("ge", "小于"), ("gt", "小于或等于"), ("le", "大于"), ("lt", "大于或等于"))
            if key in context
        )
        return f"{_value(item)}不能{sign} {name}"
    if kind == "decimal_max_places":
        return f"{_value(item)}最多 {context['decimal_places']} 位小数"
    if kind == "string_too_long":
        return f"最多 {context['max_length']} 个字"
    if kind == "too_short":
        return "不能为空"
    if kind == "value_error":
        return str(context["error"])
    return _KINDS.get(kind, "写法不对") + _given(item)


def _value(item: dict[str, Any]) -> str:
    value = item.get("input")
    return f"{value} " if isinstance(value, (int, str)) or hasattr(value, "as_tuple") else ""


def _given(item: dict[str, Any]) -> str:
    value = item.get("input")
    return f"（写的是 {value!r}）" if isinstance(value, (str, int, float)) and len(str(value)) <= 40 else ""
