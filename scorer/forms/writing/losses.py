"""What a written form does not give back: it is read again, and compared with what was to be written.

White space and the order of sums and columns are no content. Figures compare as they are written, for a document holds
only text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib import import_module
from typing import Any

from scorer.forms import READERS
from scorer.forms.layout.assembly import understand
from scorer.forms.layout.names import is_placeholder
from scorer.forms.readers import record
from scorer.model import ReadError, ScorerError, Submission

WRITTEN = {
    "unit": "单位名称",
    "project": "项目名称",
    "department": "主管部门",
    "year": "年度",
    "set": "指标体系名称（set）",
    "claimed_total": "自评总分",
    "claimed_grade": "自评等级",
    "reason": "偏差原因",
    "problems": "存在问题",
    "columns": "指标表的栏目",
    "notes": "表注",
    "funds": "资金",
    "branch": "分级分值和小计",
    "goal": "年度总体目标",
    "answer": "指标",
    "claim": "正文中的数字（claim）",
    "path": "名称",
    "source": "资金来源",
    "weight": "分值",
    "target": "指标值",
    "actual": "完成值",
    "claimed": "得分",
    "standard": "评分标准",
    "coefficient": "得分系数",
    "reviewed": "复核分",
    "evidence": "佐证材料",
    "direction": "指标性质",
    "initial": "年初预算数",
    "budget": "全年预算数",
    "received": "到位数",
    "executed": "全年执行数",
    "rate": "执行率",
    "total": "总额行",
    "part_of": "其中",
}
NOWHERE_IN_A_FORM = ("set", "claim")
OF_WHICH = re.compile("^其中[:：]?")
LONGEST_LIST = 12
LONGEST_QUOTE = 24


def losses(submission: Submission, data: bytes, suffix: str) -> list[str]:
    """In words, what reading the form `data` of kind `suffix` does not give back; at most a dozen and how many more.

    Raises:
        ScorerError: the written form cannot be read at all.
    """
    if suffix == ".toml":
        return []
    before = _content(submission)
    try:
        after = _content(_read(data, suffix))
    except ReadError as error:
        raise ScorerError(f"写成 {suffix} 后读不回来（{error}）。请改存为 .toml。") from error
    lost = [f"{WRITTEN[key]}没有位置" for key in NOWHERE_IN_A_FORM if before.get(key)]
    # a column more (weights that stood in brackets get one) loses nothing
    after["columns"] = [name for name in after["columns"] if name in before["columns"]]
    for key in (*before, *(key for key in after if key not in before)):
        if key not in NOWHERE_IN_A_FORM:
            lost += _differences(key, before.get(key), after.get(key))
    if len(lost) > LONGEST_LIST:
        lost = [*lost[:LONGEST_LIST], f"另有 {len(lost) - LONGEST_LIST} 处"]
    return lost


def _read(data: bytes, suffix: str) -> Submission:
    document = import_module(READERS[suffix.removeprefix(".")]).read(f"form{suffix}", data)
    return understand((document,))


def _content(submission: Submission) -> dict[str, Any]:
    """What a submission says, as text. The total row's score is the claimed total, said once."""
    content: dict[str, Any] = _plain(record.content(submission))
    for row in content.get("branch", ()):
        if not row["path"]:
            row.pop("claimed", None)
    content["branch"] = sorted(
        (row for row in content.get("branch", ()) if len(row) > 1), key=lambda row: (row["path"], sorted(row.items()))
    )
    content["columns"] = sorted(submission.columns if submission.answers else ())
    content["answer"] = [row for row in content["answer"] if len(row) > 1 or not is_placeholder(row["path"][-1])]
    for row in content["funds"]:  # 其中： before a source is print; `part_of` says what it is part of
        row["source"] = OF_WHICH.sub("", row.get("source", ""))
    notes = content.get("notes", [])  # a reader may give 注：… twice, as the cell and as what follows the label
    content["notes"] = [note for at, note in enumerate(notes) if not any(said.endswith(note) for said in notes[:at])]
    content["goal"] = [row for row in content["goal"] if row]
    return content


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: item for key, item in ((key, _plain(item)) for key, item in value.items()) if item != ""}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if isinstance(value, bool):
        return value
    return "".join((value if isinstance(value, str) else record.plain_number(value)).split())


def _differences(key: str, before: Any, after: Any) -> Iterator[str]:
    if before == after or (not before and not after):
        return
    rows = isinstance(before, list) and isinstance(after, list) and any(isinstance(row, dict) for row in (*before, *after))
    if not rows:
        yield f"{WRITTEN[key]}“{_quoted(before)}”读回为“{_quoted(after)}”"
        return
    if len(before) != len(after):
        yield f"{WRITTEN[key]} {len(before)} 行读回为 {len(after)} 行"
        return
    for old, new in zip(before, after, strict=True):
        name = _quoted((old.get("path") or [old.get("source", "")])[-1] if old.get("path", ["总分"]) else "总分")
        for field in dict.fromkeys((*old, *new)):
            if old.get(field) != new.get(field):
                words = f"“{_quoted(old.get(field))}”读回为“{_quoted(new.get(field))}”"
                yield f"{WRITTEN[key]}{f'“{name}”' if name else ''}的{WRITTEN.get(field, field)}{words}"


def _quoted(value: Any) -> str:
    text = "" if value is None else "、".join(map(str, value)) if isinstance(value, list) else str(value)
    return text if len(text) <= LONGEST_QUOTE else text[:LONGEST_QUOTE] + "…"
