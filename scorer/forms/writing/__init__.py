"""A submission written as a form that can be read again: .toml (everything), .xlsx .docx .csv (the official layout).

`write_form` saves a form and says what its format could not hold: it reads what was written with this package's own
readers and compares, so nothing is lost in silence. To add a format: a module with `render(form) -> bytes` and a line
in `WRITERS`.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import cast

from scorer.forms.readers import record
from scorer.forms.writing.losses import losses
from scorer.forms.writing.official import OfficialForm, Printed, lay_out
from scorer.model import ScorerError, Submission
from scorer.numbers.precision import precise
from scorer.saving import refuse_existing, save
from scorer.sets import IndicatorSet

__all__ = ["SUFFIXES", "WRITERS", "losses", "render_form", "write_form"]

WRITERS: dict[str, str] = {
    ".xlsx": "scorer.forms.writing.workbook",
    ".docx": "scorer.forms.writing.word",
    ".csv": "scorer.forms.writing.delimited",
}
"""Suffix → the module that draws the official layout; a .toml is a record and needs no layout."""

SUFFIXES = (".toml", *WRITERS)


@precise
def write_form(
    submission: Submission,
    path: str | os.PathLike[str],
    indicator_set: IndicatorSet | None = None,
    *,
    force: bool = False,
) -> list[str]:
    """Save the submission as a form of the kind that the path's ending asks for; an existing file only with `force`.

    A .toml holds everything. The official layout holds unit, project, department, year, money, goals, indicators with up
    to four levels, weights of levels, subtotals of the first level, total, grade, reason, problems and notes; it has no
    place for the set's name and for figures of the narrative. A .docx and a .csv hold figures as text. Characters that
    XML cannot hold are left out. `indicator_set` gives the headings, and the title where the submission
    has none.

    Returns:
        What the written file does not give back, in words; empty when it reads back equal.

    Raises:
        ScorerError: an unknown ending, more than four levels, a text that is too long for a worksheet's cell, or a file
            that exists or cannot be written.
    """
    refuse_existing(path, force=force)
    data = render_form(submission, Path(path).suffix, indicator_set)
    lost = losses(submission, data, Path(path).suffix.lower())
    save(data, path, force=force)
    return lost


@precise
def render_form(submission: Submission, suffix: str, indicator_set: IndicatorSet | None = None) -> bytes:
    """The bytes of the form; the same submission gives the same bytes. Raises as `write_form` does."""
    kind = suffix.lower()
    if kind == ".toml":
        return record.dump(submission).encode()
    if kind not in WRITERS:
        raise ScorerError(f"不能写成“{suffix}”。输出文件可用的后缀有：{' '.join(SUFFIXES)}。")
    render = cast("Callable[[OfficialForm], bytes]", import_module(WRITERS[kind]).render)
    if indicator_set is None:
        return render(lay_out(submission))
    own = indicator_set.form
    words = Printed({str(name): said for name, said in own.columns.items()}, {str(name): said for name, said in own.funds.items()})
    return render(lay_out(submission, indicator_set.title, words))
