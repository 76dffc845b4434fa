"""One submission out of the results of a batch."""

from __future__ import annotations

from pathlib import Path

from scorer.batch.across import find_across
from scorer.batch.columns import table_of
from scorer.batch.gather import decoded
from scorer.batch.run import GATHERED, is_output, items_of_earlier
from scorer.batch.store import Store
from scorer.model import Finding, Report, ScorerError, Submission


def find_report(folder: str, name: str) -> tuple[Report, Submission | None, tuple[Finding, ...]]:
    """The report of one submission, the submission as it was read (None where it could not be), and what the comparison
    with the others of its batch found.

    `name` is its number in the list, or its path, or a part of the path that only one has; of a flat table its number or,
    after a #, what the table calls it. Its report is then made anew from its rows, by all checks.

    Raises:
        ScorerError: no results in the folder, or none or several submissions of that name.
    """
    table = table_of(Path(folder))
    if table is not None:
        from scorer.batch.columns_summary import find_in_table

        made, read, number = find_in_table(folder, table, name)
        return made, read, find_across(Path(folder), number)
    if not is_output(folder):
        raise ScorerError(f"{folder}：不是 scorer batch 的结果文件夹。请给出 -o 所写的文件夹。")
    keys = [item.key for item in items_of_earlier(Path(folder))]
    if name.isdecimal() and 1 <= int(name) <= len(keys):
        key = keys[int(name) - 1]
    else:
        found = [key for key in keys if key == name] or [key for key in keys if name in key]
        if not found:
            raise ScorerError(f"{folder}：没有“{name}”这份提交件。请用 1–{len(keys)} 的序号，或文件路径（可只写一部分）。")
        if len(found) > 1:
            shown = "、".join(found[:5]) + ("等" if len(found) > 5 else "")
            raise ScorerError(f"“{name}”符合 {len(found)} 份：{shown}。请写得更完整，或用序号。")
        key = found[0]
    store = Store(Path(folder) / GATHERED, write=False)
    try:
        data = store.submission(key)
        report = Report.model_validate_json(store.report(key))
        return report, decoded(data) if data else None, find_across(Path(folder), keys.index(key) + 1)
    finally:
        store.close()
