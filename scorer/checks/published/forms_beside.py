"""D501: a self-evaluation form beside the publication that sums the same project up."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

from scorer.checks.form import Form
from scorer.checks.published.narration import agree
from scorer.checks.registry import Outcome, Outcomes, check, faulty, held, not_run, sound, undecided
from scorer.model import Cell, Place
from scorer.prose.disclosure.amounts import Amount, cell_amount, written_amount
from scorer.prose.disclosure.heads import squeezed
from scorer.prose.disclosure.projects import Project

SHORTEST = 4  # characters of a project's name that may be a part of the other's


@check("D501", level="error", message="{what}：自评表为 {form}，决算公开中“{project}”为 {text}；请核对后统一")
def form_differs_from_publication(form: Form) -> Outcomes:
    """Budget, amount spent or score of the form differ from what the published accounts say of the project.

    标题: 自评表与决算公开不一致
    为何重要: 自评表的预算数、执行数、得分随决算一并公开，两份文件不一致，公众不知哪个是真的。
    依据: 绩效自评结果随部门决算公开（财预〔2020〕10号）。
    例: 自评表全年执行数 57.00 万元，决算公开写作 75.00 万元。
    改法: 以自评表定稿和决算数核对，改正写错的一处。
    何时无法判定: 决算公开没有写这个项目；没有自评表。
    """
    submission = form.submission
    if not form.publications or not (submission.funds or submission.claimed_total):
        yield not_run("没有自评表，或没有决算公开")
        return
    for publication in form.publications:
        if submission.project_cell.source.file == publication.document.path:
            continue
        projects = [project for project in publication.projects if same_project(project.name, submission.project)]
        if len(projects) != 1:
            yield undecided("决算公开没有写这个项目")
            continue
        yield from compared(form, projects[0])


def same_project(one: str, other: str) -> bool:
    """Whether two names are of one project: equal, or one within the other."""
    first, second = (re.sub(r"项目|经费|资金|支出|[^\w]", "", squeezed(name)) for name in (one, other))
    shorter = min(len(first), len(second))
    return first == second and shorter > 0 or shorter >= SHORTEST and (first in second or second in first)


def compared(form: Form, project: Project) -> Iterator[Outcome]:
    whole = next((row for row in form.submission.funds if row.total), None)
    if whole is not None:
        for cell, stated, what in (
            (whole.budget if whole.budget else whole.initial, project.budget, "预算数"),
            (whole.executed, project.spent, "执行数"),
        ):
            own = cell_amount(cell, whole.unit, 2, what) if cell else None
            if own is not None and stated is not None:
                yield _amounts(own, stated, what, project)
    claimed = form.submission.claimed_total
    score = written_amount(claimed.text.replace("分", "")) if claimed else None
    if score is not None and project.score is not None:
        yield _scores(claimed, score[0], project.score, project)


def _amounts(own: Amount, stated: Amount, what: str, project: Project) -> Outcome:
    if agree(own, stated) is not None:
        return held(sound(), own.place, stated.place)
    return faulty((), [own.place, stated.place], what=what, form=own.shown, project=project.name, text=stated.shown)


def _scores(cell: Cell, own: Decimal, score: Place, project: Project) -> Outcome:
    stated = Decimal(re.sub(r"[^\d.]", "", score.quote))
    if abs(own - stated) < Decimal("0.01"):
        return held(sound(), cell, score)
    text = cell.text if cell.text.endswith("分") else f"{cell.text}分"
    return faulty((), [cell, score], what="自评得分", form=text, project=project.name, text=score.quote)
