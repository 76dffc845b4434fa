"""Which report belongs to which form, by unit, project, year, file name and folder.

People name files carelessly, so that no single sign decides: what speaks for a pair and against it is added up, and a
report goes with a form only where that is enough and no other form comes near. A wrong pair accuses people of figures
that are not theirs; a report that stays alone is only checked by itself, and is listed.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain
from pathlib import PurePath

from scorer.forms.layout.vocabulary import squash
from scorer.model import Document, Submission

ENOUGH = 4.0  # a project named in full, or a unit and a second sign
AHEAD = 1.0  # by how much the best form is better than the next
FEW = 60  # in so small a folder every form is looked at; in larger ones those that share a name
HEAD, TAIL = 400, 160  # characters of a report that say whose it is: title and addressee, and the signature

_YEARS = re.compile(r"(?<!\d)(20\d\d)(?:年|[-_ .])?")
_FISCAL = re.compile(r"(?<!\d)(20\d\d)年?度")
_ORDINARY = re.compile(
    r"(?:关于)?(?:20\d\d)年?度?|预算|部门|单位|项目|专项|资金|支出|经费|整体|绩效|自评|评价|报告|情况|说明|材料|公开|附件\d*"
    r"|最终|定稿|终稿|修改|新建|文档|副本|复件|扫描件|盖章|报送|上报|工作|表格|表|的|年|版|稿|[vV]\d+|final|new|copy|doc|[^\u4e00-\u9fffA-Za-z0-9]|(?<![A-Za-z])\d{1,8}(?![A-Za-z])",
    re.IGNORECASE,
)
_KIND = re.compile(r"(?:专项资金|专项经费|补助资金|项目经费|工作经费|专项|资金|经费|项目|工程|补助|支出)+$")
_OWN_PROJECT = re.compile(
    r"(?:20\d\d年?度?|关于|局|委|办|中心|院|校|会)([^\d，。：]{3,24}?)(?:项目|专项|经费|工程)[^，。：]{0,8}(?:绩效|自评|评价)"
)
_WHOLE = "整体"


@dataclass(frozen=True, slots=True)
class Party:
    """What a form or a report is known by. `words` is "" for a form; `years` are those that it may be of."""

    path: str
    unit: str = ""
    project: str = ""
    whole: bool = False
    years: tuple[int, ...] = ()
    words: str = ""


@dataclass(frozen=True, slots=True)
class Match:
    """The number of the form that a report belongs to, None for none; `why` in Chinese."""

    form: int | None
    why: str


def form_party(submission: Submission) -> Party:
    """What a form is known by."""
    path = submission.documents[0].path if submission.documents else ""
    whole = _WHOLE in squash(submission.title.text + submission.part)
    whole = whole or (not submission.project and _WHOLE in PurePath(path).stem)
    years = (submission.year,) if submission.year else ()
    return Party(path, squash(submission.unit), bare(submission.project), whole, years)


def report_party(submission: Submission) -> Party:
    """What a report is known by: the name of its file, its first words and its signature."""
    document = submission.documents[0]
    stem = squash(PurePath(document.path).stem)
    head, tail = _first_words(document), _last_words(document)
    title = stem + "|" + head[:160]
    years = tuple(sorted({int(year) for year in _FISCAL.findall(title)} or {int(year) for year in _YEARS.findall(title)}))
    return Party(document.path, whole=_WHOLE in title, years=years, words="|".join((stem, head, tail)))


def _first_words(document: Document) -> str:
    words = ""
    for paragraph in document.paragraphs[:40]:
        line = squash(paragraph.text[: HEAD * 2])
        if line.endswith((":", "：")) and len(line) < 30:
            continue  # to whom it is written is not who writes
        words += line + "|"
        if len(words) > HEAD:
            break
    return words[:HEAD]


def _last_words(document: Document) -> str:
    return "|".join(squash(paragraph.text[:60]) for paragraph in document.paragraphs[-4:])[-TAIL:]


# ------------------------------------------------------------------------------------------------------------- pairing


def pair(forms: Sequence[Party], reports: Sequence[Party]) -> list[Match]:
    """For every report the form that it belongs to, in the order of the reports. A form may have several reports."""
    if not forms or not reports:
        return [Match(None, "没有自评表") for _ in reports]
    found = _Found(forms, reports)
    return [found.match(report) for report in reports]


class _Found:
    """Forms by what may lead to them: their folder, the begin of their project's name, their file's name."""

    def __init__(self, forms: Sequence[Party], reports: Sequence[Party]) -> None:
        self.forms = forms
        self.folders: dict[str, list[int]] = defaultdict(list)
        self.names: dict[str, list[int]] = defaultdict(list)
        self.stems: dict[str, list[int]] = defaultdict(list)
        self.units = {form.unit for form in forms if len(form.unit) > 3}
        self.reports_in: dict[str, int] = defaultdict(int)
        for number, form in enumerate(forms):
            self.folders[_folder(form.path)].append(number)
            if len(form.project) >= BEGIN:
                self.names[form.project[:BEGIN]].append(number)
            if core := stem_core(form.path):
                self.stems[core].append(number)
        for report in reports:
            self.reports_in[_folder(report.path)] += 1

    def match(self, report: Party) -> Match:
        candidates = self._candidates(report)
        signs = {number: self._signs(self.forms[number], report) for number in candidates}
        points = {number: sum(value for value, _ in found) for number, found in signs.items()}
        best = sorted(points, key=lambda number: (-points[number], number))[:2]
        if not best or points[best[0]] < ENOUGH:
            return Match(None, "没有单位、项目、年度、文件名都说得通的自评表")
        if len(best) > 1 and points[best[0]] - points[best[1]] < AHEAD:
            return Match(None, "符合的自评表不止一份，分不出是哪一份")
        why = "、".join(words for value, words in signs[best[0]] if value > 0)
        return Match(best[0], why)

    def _candidates(self, report: Party) -> list[int]:
        if len(self.forms) <= FEW:
            return list(range(len(self.forms)))
        folder = _folder(report.path)
        near = self.folders.get(folder, [])
        found: Iterable[int] = near if len(near) <= FEW else ()
        starts = {report.words[at : at + BEGIN] for at in range(len(report.words) - BEGIN + 1)}
        named = chain.from_iterable(self.names[start] for start in starts if start in self.names)
        return sorted({*found, *named, *self.stems.get(stem_core(report.path), ())})[: FEW * 20]

    def _signs(self, form: Party, report: Party) -> list[tuple[float, str]]:
        """What speaks for a pair, with its weight, and what speaks against it."""
        signs: list[tuple[float, str]] = []
        if form.years and report.years:
            signs.append((0.5, "年度相同") if set(form.years) & set(report.years) else (-20, "年度不同"))
        signs += self._by_unit(form, report)
        signs += _by_project(form, report)
        same_folder = _folder(form.path) == _folder(report.path)
        if same_folder:
            signs.append((1, "同一文件夹"))
            if len(self.folders[_folder(form.path)]) == 1 == self.reports_in[_folder(report.path)]:
                signs.append((2, "文件夹中只有这一份表和一份报告"))
        one, other = stem_core(form.path), stem_core(report.path)
        if one and one == other:
            signs.append((3 if same_folder else 2, "文件名相同"))
        elif min(len(one), len(other)) >= 3 and (one in other or other in one):
            signs.append((1.5, "文件名相近"))
        return signs

    def _by_unit(self, form: Party, report: Party) -> list[tuple[float, str]]:
        if len(form.unit) > 3 and form.unit in report.words:
            return [(3, "单位相同")]
        # another unit that hands in forms of its own signs the report
        if any(unit in report.words for unit in self.units if unit not in form.unit):
            return [(-4, "单位不同")]
        return []


BEGIN = 4  # letters of a project's name by which it is looked up


def _by_project(form: Party, report: Party) -> list[tuple[float, str]]:
    signs: list[tuple[float, str]] = []
    if form.project and len(form.project) >= 3 and form.project in report.words:
        signs.append((4 + min(len(form.project), 12) / 6, "项目相同"))
    elif form.project:
        shared = longest_shared(form.project, report.words)
        if shared >= 4 and shared * 5 >= len(form.project) * 3:
            signs.append((2.5 + shared / 12, "项目名称相近"))
        elif _OWN_PROJECT.search(report.words) and not report.whole:
            signs.append((-3, "项目不同"))
    if form.whole and report.whole:
        signs.append((3, "都是部门整体"))
    elif form.whole != report.whole and (form.whole or (form.project and form.project not in report.words)):
        signs.append((-3, "一份是部门整体，一份是项目"))
    return signs


def _folder(path: str) -> str:
    return PurePath(path).parent.as_posix()


@lru_cache(maxsize=65536)
def stem_core(path: str) -> str:
    """What is left of a file's name without the words that every such file has: 甲项目自评表(终稿) gives 甲."""
    return _ORDINARY.sub("", squash(PurePath(path).stem))


def bare(project: str) -> str:
    """The name of a project without its year and without 项目, 资金 and the like at its end."""
    name = re.sub(r"20\d\d年?度?|[\"'“”《》()（）\[\]]", "", squash(project))
    return _KIND.sub("", name) or name


def longest_shared(one: str, other: str) -> int:
    """The length of the longest run of characters that two texts share."""
    best = 0
    row = [0] * (len(other) + 1)
    for letter in one:
        above, row = row, [0] * (len(other) + 1)
        for at, beside in enumerate(other):
            if letter == beside:
                row[at + 1] = above[at] + 1
                best = max(best, row[at + 1])
    return best
