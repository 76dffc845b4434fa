"""Which set fits a form, told from the form's own words; and the set that the form itself stands for.

Every feature gives a set between −1 (speaks against it) and 1 (speaks for it), or None where the form says nothing; the
table `FEATURES` holds what each is worth. Nothing here knows a place or a year: that stands in the sets.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from functools import cached_property, lru_cache
from pathlib import Path
from time import monotonic

from scorer.model import Cell, Document, Paragraph, Submission
from scorer.naming import bracketed_weight, fold, normalize_name
from scorer.numbers.precision import readable
from scorer.rules import Execution, Graded, Proportion
from scorer.sets.indicator import Indicator, IndicatorSet
from scorer.sets.loading import list_sets, load_named
from scorer.sets.own import own_folders
from scorer.sets.schema import ExecutionBlock, Grade, Recognition, Thresholds

ENOUGH = Decimal(25)  # a set that scores less does not fit
LONGEST_LABEL = 40
TEXTS_READ = 4000
LIBRARY_SECONDS = 5
NOTHING: Mapping[str, Indicator] = {}

_NUMBER = re.compile(r"[0-9]{1,6}(?:\.[0-9]{1,4})?")
_TITLE = re.compile(r"自评|绩效|完成情况|评分表")
_SPLIT = re.compile(r"\t|\u3000{2,}| {3,}|\n(?=\S{1,40}\n)")


@dataclass(frozen=True)
class Facts:
    """What a form says of itself."""

    submission: Submission

    @cached_property
    def labels(self) -> frozenset[str]:
        """The short texts of the documents, folded, with and without a bracket at their end."""
        found: set[str] = set()
        for text in _texts(self.submission.documents):
            label = fold(text) if len(text) <= 3 * LONGEST_LABEL else ""
            if 0 < len(label) <= LONGEST_LABEL:
                found.add(label)
                found.add(re.sub(r"[(\[][^()\[\]]{0,20}[)\]]$", "", label))
        return frozenset(found)

    @cached_property
    def title(self) -> str:
        """The form's title; where none was found, the first lines that sound like one."""
        if self.submission.title:
            return fold(self.submission.title.text)
        lines = [fold(text) for text in _texts(self.submission.documents, 40)]
        return " ".join([line for line in lines if len(line) <= 60 and _TITLE.search(line)][:3])

    @cached_property
    def whereabouts(self) -> str:
        return " ".join([self.title, fold(self.submission.unit), fold(self.submission.department)])

    @cached_property
    def levels(self) -> list[tuple[str, ...]]:
        """Every distinct path of level names above the rows."""
        return list(dict.fromkeys(answer.path[:-1] for answer in self.submission.answers if len(answer.path) > 1))

    @cached_property
    def level_names(self) -> list[tuple[str, ...]]:
        """`levels` with their names as they are compared."""
        return [tuple(map(normalize_name, path)) for path in self.levels]

    @cached_property
    def rows(self) -> list[tuple[str, ...]]:
        return [answer.path for answer in self.submission.answers]

    @cached_property
    def names(self) -> frozenset[str]:
        """Every name of every row as it is compared."""
        return frozenset(normalize_name(name) for path in self.rows for name in path)

    @cached_property
    def weights(self) -> dict[tuple[str, ...], Decimal]:
        """Printed weights of upper levels; failing that, sums of the first level where the rows make up a whole form."""
        printed = {
            branch.path: weight
            for branch in self.submission.branches
            if branch.path and (weight := number_in(branch.weight)) is not None
        }
        return printed or self._summed()

    def _summed(self) -> dict[tuple[str, ...], Decimal]:
        sums: dict[tuple[str, ...], Decimal] = {}
        for answer in self.submission.answers:
            weight = number_in(answer.weight)
            if weight is None or len(answer.path) < 2:
                return {}
            sums[answer.path[:1]] = sums.get(answer.path[:1], Decimal(0)) + weight
        whole = sum(sums.values(), self.execution or Decimal(0))
        return sums if whole == 100 else {}

    @cached_property
    def execution(self) -> Decimal | None:
        """The printed weight of 预算执行率, None where the money block has none."""
        printed = [weight for row in self.submission.funds if (weight := number_in(row.weight)) is not None]
        return printed[0] if printed else None

    @cached_property
    def points(self) -> bool | None:
        """Does the form carry points? None where it has no rows."""
        rows = self.submission.answers
        if not rows:
            return None
        return any(row.weight or row.claimed for row in rows) or bool(
            {"weight", "claimed"} & set(self.submission.columns)
        )


def _texts(documents: Iterable[Document], most: int = TEXTS_READ) -> Iterable[str]:
    count = 0
    for document in documents:
        for block in document.blocks:
            whole = [block.text] if isinstance(block, Paragraph) else [cell.text for cell in block.cells]
            for text in whole:
                for part in (text, *_SPLIT.split(text)) if _SPLIT.search(text) else (text,):
                    yield part
                    count += 1
                    if count >= most:
                        return


def number_in(cell: Cell) -> Decimal | None:
    """The weight in a cell: 50, 50分, （50分）, 50%; None for anything else."""
    if cell.number is not None and "%" not in cell.text and readable(cell.number):
        return cell.number
    text = fold(cell.text).strip("()")
    found = _NUMBER.fullmatch(text.removesuffix("分").removesuffix("%"))
    try:
        return Decimal(found[0]) if found else bracketed_weight(cell.text)
    except InvalidOperation:
        return None


# --------------------------------------------------------------------------------------------------------- features


def known_points(facts: Facts, indicators: IndicatorSet) -> Decimal | None:
    """A form with points needs a set with points, and the other way round."""
    if facts.points is None:
        return None
    return Decimal(0) if facts.points == indicators.points else Decimal(-1)


def known_words(facts: Facts, indicators: IndicatorSet) -> Decimal | None:
    """How many of the set's column names and fixed words stand on the form.

    Without any label, as in a submission written in TOML, a local variant has nothing to be told by from what it extends.
    """
    words = _folded(indicators.recognition.words)
    if not words:
        return None
    if not facts.labels:
        return Decimal("-0.5") if indicators.extends else None
    found = sum(1 for forms in words if not facts.labels.isdisjoint(forms))
    return 2 * Decimal(found) / len(words) - 1


@lru_cache(maxsize=1024)
def _folded(words: tuple[str, ...]) -> tuple[frozenset[str], ...]:
    return tuple(frozenset(fold(form) for form in word.split("|")) for word in words)


def known_levels(facts: Facts, indicators: IndicatorSet) -> Decimal | None:
    """How many of the form's level names are in the set, on their place."""
    if not facts.levels:
        flat = all(root.group for root in indicators.roots)
        return Decimal("0.5") if flat and facts.rows else None
    known = total = 0
    visible = indicators.visible
    for names in facts.level_names:
        total += len(names)
        below: str | None = None
        for name in names:
            found = visible.get(below, NOTHING).get(name)
            if found is None:
                break
            known += 1
            below = found.code
    return 2 * Decimal(known) / total - 1


def known_rows(facts: Facts, indicators: IndicatorSet) -> Decimal | None:
    """How many of the rows that the set itself prescribes are on the form."""
    prescribed = indicators.prescribed
    if not prescribed or not facts.rows:
        return None
    found = sum(1 for names in prescribed if not names.isdisjoint(facts.names))
    return 2 * Decimal(found) / len(prescribed) - 1


def known_weights(facts: Facts, indicators: IndicatorSet) -> Decimal | None:
    """How many of the weights printed on the form's upper levels are those of the set."""
    compared = [
        match.indicator.weight == weight
        for path, weight in facts.weights.items()
        if (match := indicators.find(path)).indicator is not None
        and match.indicator.weight is not None
        and normalize_name(path[-1]) == normalize_name(match.indicator.name)
    ]
    return 2 * Decimal(sum(compared)) / len(compared) - 1 if compared else None


def known_execution(facts: Facts, indicators: IndicatorSet) -> Decimal | None:
    """Is the printed weight of 预算执行率 that of the set?"""
    if facts.execution is None or not indicators.points:
        return None
    return Decimal(1 if facts.execution == indicators.execution.weight else -1)


def known_title(facts: Facts, indicators: IndicatorSet) -> Decimal | None:
    """Words of the title: one that the set names speaks for it, one that it excludes against it."""
    wanted = indicators.recognition
    if not facts.title or not (wanted.title or wanted.excluded_title):
        return None
    if any(fold(word) in facts.title for word in wanted.excluded_title):
        return Decimal(-1)
    if not wanted.title:
        return None
    return Decimal(1) if any(fold(word) in facts.title for word in wanted.title) else Decimal("-0.5")


def known_place(facts: Facts, indicators: IndicatorSet) -> Decimal | None:
    """Is one of the set's places named in the title or the unit's name?"""
    places = indicators.recognition.places
    if not places or not facts.whereabouts.strip():
        return None
    return Decimal(1) if any(fold(place) in facts.whereabouts for place in places) else Decimal("-0.1")


def known_year(facts: Facts, indicators: IndicatorSet) -> Decimal | None:
    """Is the year one the set applies to?"""
    year = facts.submission.year
    if year is None or (indicators.since is None and indicators.until is None):
        return None
    inside = (indicators.since or year) <= year <= (indicators.until or year)
    return Decimal("0.2") if inside else Decimal(-1)


@dataclass(frozen=True)
class Feature:
    """`weight`: what full agreement is worth; `words`: how the report names it."""

    words: str
    weight: int
    agreement: Callable[[Facts, IndicatorSet], Decimal | None]


FEATURES = (
    Feature("是否计分", 100, known_points),
    Feature("列名", 40, known_words),
    Feature("各级名称", 30, known_levels),
    Feature("规定的指标", 30, known_rows),
    Feature("各级分值", 20, known_weights),
    Feature("标题", 15, known_title),
    Feature("地区", 15, known_place),
    Feature("预算执行率分值", 10, known_execution),
    Feature("年度", 5, known_year),
)


@dataclass(frozen=True)
class Fit:
    """How well a set fits: the agreement of every feature that says something."""

    indicators: IndicatorSet
    agreements: dict[str, Decimal]

    @property
    def score(self) -> Decimal:
        weights = {feature.words: feature.weight for feature in FEATURES}
        return sum((weights[words] * value for words, value in self.agreements.items()), Decimal(0))


def fits(submission: Submission) -> list[Fit]:
    """Every set of the library with its agreements, the best first; of equals the more general."""
    facts = Facts(submission)
    found = []
    for indicators in _library():
        values = {feature.words: feature.agreement(facts, indicators) for feature in FEATURES}
        found.append(Fit(indicators, {words: value for words, value in values.items() if value is not None}))
    return sorted(found, key=lambda fit: (-fit.score, len(fit.indicators.extends), fit.indicators.id))


_KNOWN: tuple[float, list[Path], list[IndicatorSet]] | None = None


def _library() -> list[IndicatorSet]:
    """The library, looked at for changed files once in a few seconds: a batch asks for every form."""
    global _KNOWN
    if _KNOWN is None or monotonic() - _KNOWN[0] > LIBRARY_SECONDS or _KNOWN[1] != own_folders():
        _KNOWN = (monotonic(), own_folders(), list_sets())
    return _KNOWN[2]


def find_set(submission: Submission) -> tuple[IndicatorSet | None, str]:
    """The set that fits the form's own words, and why that one, in Chinese; None and why where none fits.

    A set that the submission names itself (`set = …` in TOML) is taken without looking further.

    Raises:
        SetError: the submission names a set that does not exist or is faulty.
    """
    if submission.set:
        beside = Path(submission.documents[0].path).parent if submission.documents else None
        return load_named(submission.set, beside), "提交件写明"
    if not submission.has_form:
        return None, "提交件中没有自评表，无从认定指标体系"
    if not submission.answers:
        return None, "提交件中没有指标行，无从认定指标体系"
    ranked = fits(submission)
    best = ranked[0] if ranked else None
    if best is None or best.score < ENOUGH:
        near = f"；最接近的是 {best.indicators.id}（{best.indicators.title}），{_against(best)}" if best else ""
        return None, f"没有相符的指标体系，按表内所列分值和通行规则计分{near}"
    return best.indicators, _reason(best, ranked[1:])


def _reason(best: Fit, others: list[Fit]) -> str:
    agreeing = [feature.words for feature in FEATURES if best.agreements.get(feature.words, 0) > 0]
    against = [feature.words for feature in FEATURES if best.agreements.get(feature.words, 0) < 0]
    words = f"由表中的{'、'.join(agreeing)}认定"
    if against:
        words += f"（{'、'.join(against)}不尽相符）"
    if others and best.score - others[0].score < 5:
        words += f"；{others[0].indicators.id} 也接近，如不对请用 --set 指定"
    return words


def _against(fit: Fit) -> str:
    against = [feature.words for feature in FEATURES if fit.agreements.get(feature.words, 0) < 0]
    return f"{'、'.join(against)}不符" if against else "相符之处太少"


# ------------------------------------------------------------------------------------------------- the form's own set

FORM_BASIS = "表内所列"
FORM_GRADES = tuple(
    Grade(name=name, start=Decimal(start)) for name, start in (("优", 90), ("良", 80), ("中", 60), ("差", 0))
)


def form_set(submission: Submission) -> IndicatorSet:
    """The set that the form itself stands for, id "form": its own levels and printed weights, all of them open.

    Figures by completion ratio, words by the national tiers (财预〔2020〕10号), grades 90/80/60; full is the printed
    total weight, else 100.
    """
    facts = Facts(submission)
    paths: dict[tuple[str, ...], str] = {}
    counts: dict[str, int] = {}
    for level_path in facts.levels:
        for depth in range(1, len(level_path) + 1):
            path = level_path[:depth]
            if path not in paths:
                above = paths.get(path[:-1], "")
                counts[above] = counts.get(above, 0) + 1
                paths[path] = f"{above}.{counts[above]}".lstrip(".")
    rule, text_rule = Proportion(), Graded()
    indicators = {
        code: Indicator(
            code=code,
            name=path[-1],
            aliases=(),
            weight=facts.weights.get(path),
            rule=rule,
            text_rule=text_rule,
            open=True,
            optional=False,
            group=False,
            basis=FORM_BASIS,
            evidence="published-form",
            note="",
            file="",
            line=0,
            path=path,
            parent=code.rpartition(".")[0] or None,
            children=tuple(other for other in paths.values() if other.rpartition(".")[0] == code),
        )
        for path, code in paths.items()
    }
    totals = [weight for branch in submission.branches if not branch.path and (weight := number_in(branch.weight))]
    return IndicatorSet(
        id="form",
        title="表内自定",
        version="",
        basis=FORM_BASIS,
        evidence="published-form",
        since=submission.year,
        until=submission.year,
        note="",
        extends=(),
        full=totals[0] if totals else Decimal(100),
        points=facts.points is not False,
        rule=rule,
        text_rule=text_rule,
        over_achieved=Decimal("1.3"),
        execution=ExecutionBlock(weight=facts.execution or Decimal(0), rule=Execution()),
        execution_cap=None,
        thresholds=Thresholds(),
        recognition=Recognition(),
        grades=FORM_GRADES,
        indicators=indicators,
    )
