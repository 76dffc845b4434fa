"""The prose of a submission, made comparable: what is told in own words, its fingerprints, and runs that two share.

Only what a unit writes itself is taken: goals as achieved, reasons, problems, remarks, and the body of reports. What is
handed down or printed is not: targets, names and standards of indicators, instructions of the form, duties of the
office, terms explained, regulations quoted.

The comparison is of letters: punctuation and white space are left out, each figure is one 0 and the submission's own names
are taken out, so that a copy with other figures and another name is still found. What then counts as shared is cut where
the figures differ: wording that lives on its figures (支出合计…万元，其中…) is the form of such reports, not a copy.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy
from numpy.typing import NDArray

from scorer.model import Answer, Cell, Paragraph, Place, Submission
from scorer.prose.mentions import sentences
from scorer.prose.phrases import fold

SHINGLE = 16  # letters that a fingerprint is made of
WINDOW = 17  # of as many neighbouring shingles one is kept: a run of 32 letters always has a kept one
PROSE_MOST = 60_000  # letters of one submission that are compared
QUOTE = 160  # characters of a shared run that a finding quotes
NAME_LEAST = 4  # a shorter name is a word that the text needs

Prints = NDArray[numpy.uint64]

# Sentences that many forms carry and nobody wrote: instructions and methods of scoring, what the law says, set phrases.
_FORMAL = re.compile(
    r"填报|填写|填列|此表|本表|[得计记扣评]分|分值|权重|满分|指标值|自评表|[定数质]量?性?指标(?:按|完成|得)|评分标准|评价(?:标准|方法|原则|依据)"
    r"|[根依]据《|根据[^，。]{0,30}(?:文件|通知|规定|要求|精神)|[按依]照[^，。]{0,30}(?:文件|通知|规定|办法)|印发|财预〔|财绩〔|[〔\[]20\d\d[〕\]]"
    r"|(?:办法|条例|规定|通知|意见|法)》|是指|指的是|：指|习近平|党的(?:十|二十)|中国特色|重要讲话|三重一大"
)
_HEADING = re.compile(r"^[\s　*#]*(?:[（(]?[一二三四五六七八九十\d]{1,3}[）)、.．]|第[一二三四五六七八九十]{1,3}[部章节])")
_SECTIONS_LEFT_OUT = re.compile(
    r"职责|职能|机构(?:设置|情况)|名词解释|编制说明|评价(?:的)?(?:依据|原则|方法|标准|目的|思路)|评分标准|指标体系|工作(?:过程|程序|流程)|政策依据|立项依据"
)
_LETTERS = r"\d+(?:[.,，．]\d+)*|[^\W\d_]"
_DIGITS = {ord(digit): "0" for digit in "123456789"}
_HEADING_MOST = 40


@dataclass(frozen=True, slots=True)
class Passage:
    """A sentence (or a few that stand in one cell) that a unit wrote: its text, as in its cell from `start` on.

    `whole_line`: the cell is a line of the file, so that places inside it can be told in columns.
    """

    text: str
    cell: Cell
    start: int = 0
    whole_line: bool = False

    def place(self, begin: int, end: int) -> Place:
        """The place of the characters `begin` … `end` of the passage, quoted."""
        at = self.cell.source.place
        if self.whole_line and re.fullmatch(r"L\d+", at):
            at = f"{at}:{self.start + begin + 1}-{self.start + end}"
        return Place(file=self.cell.source.file, at=at, quote=self.text[begin:end][:QUOTE])


class Words:
    """How a text is taken apart into letters, figures and the submission's own `names`, which are left out."""

    def __init__(self, names: Iterable[str]) -> None:
        self._names = frozenset(fold(name) for name in names if len(name) >= NAME_LEAST)
        longest_first = sorted(self._names, key=lambda name: (-len(name), name))
        self._pattern = re.compile("|".join([*map(re.escape, longest_first), _LETTERS]))

    def letters(self, text: str) -> str:
        """What is compared of `text`."""
        return "".join(map(self._letter, self._pattern.findall(fold(text)))).translate(_DIGITS)

    def located(self, text: str) -> list[tuple[str, int, int]]:
        """The words that make the letters of `text`, one each, and where they begin and end."""
        found = ((match[0], *match.span()) for match in self._pattern.finditer(fold(text)))
        return [each for each in found if self._letter(each[0])]

    def _letter(self, word: str) -> str:
        if len(word) == 1:
            return word
        return "" if word in self._names else "0"


@dataclass(frozen=True)
class Letters:
    """What is compared of a passage: `text` of letters, and where in the passage each stands."""

    passage: Passage
    text: str
    words: Words

    @cached_property
    def _located(self) -> list[tuple[str, int, int]]:
        return self.words.located(self.passage.text)

    @cached_property
    def figures(self) -> dict[int, str]:
        """The digits that a 0 of the text stands for, by its place."""
        return {place: word for place, (word, _, _) in enumerate(self._located) if word[0].isdecimal()}

    def place(self, begin: int, end: int) -> Place:
        return self.passage.place(self._located[begin][1], self._located[end - 1][2])


@dataclass(frozen=True, slots=True)
class Run:
    """A run that two submissions share: letters `begin` … `end` of one, and from `other_begin` on of the other."""

    letters: Letters
    begin: int
    end: int
    other: Letters
    other_begin: int

    def __len__(self) -> int:
        return self.end - self.begin

    def places(self) -> tuple[Place, Place]:
        return self.letters.place(self.begin, self.end), self.other.place(self.other_begin, self.other_begin + len(self))

    def figures(self) -> int:
        """How many figures of two digits or more, years aside, the run holds: they are the same on both sides."""
        held = (self.letters.figures.get(place, "") for place in range(self.begin, self.end))
        return sum(len(figure) > 1 and not re.fullmatch(r"(?:19|20)\d\d", figure) for figure in held)


# ----------------------------------------------------------------------------------------------------------- reading


def prose_of(submission: Submission, names: Iterable[str]) -> list[Letters]:
    """What `submission` tells in its own words, as letters; each text once, `names` (its own) taken out.

    Past `PROSE_MOST` letters nothing more is taken.
    """
    words = Words(names)
    seen: set[str] = set()
    found = []
    room = PROSE_MOST
    for passage in passages(submission):
        text = words.letters(passage.text)
        if len(text) < SHINGLE or text in seen:
            continue
        seen.add(text)
        found.append(Letters(passage, text, words))
        room -= len(text)
        if room <= 0:
            break
    return found


def passages(submission: Submission) -> Iterator[Passage]:
    """The cells and paragraphs that a unit wrote, without the sentences that it did not."""
    for cell in written_cells(submission):
        yield from _own_sentences(cell)
    handed_down = {_bare(cell.text) for cell in _printed_cells(submission) if len(cell.text) >= SHINGLE}
    for document in submission.documents:
        left_out = False
        for block in document.blocks:
            if not isinstance(block, Paragraph) or not block.text.strip():
                continue
            if block.level or (len(block.text) <= _HEADING_MOST and _HEADING.match(block.text) and "。" not in block.text):
                left_out = _SECTIONS_LEFT_OUT.search(block.text) is not None
                continue
            if not left_out and _bare(block.text) not in handed_down:
                yield from _own_sentences(Cell(block.text, block.source), whole_line=True)


def written_cells(submission: Submission) -> Iterator[Cell]:
    """The cells of the form that hold prose."""
    for goal in submission.goals:
        yield goal.actual
    for answer in submission.answers:
        yield from (answer.actual, answer.reason, answer.evidence)
    for funds in submission.funds:
        yield funds.reason
    yield from (submission.reason, submission.problems, *submission.notes)


def _printed_cells(submission: Submission) -> Iterator[Cell]:
    def of_answer(answer: Answer) -> Iterable[Cell]:
        return (*answer.names, answer.target, answer.standard)

    for goal in submission.goals:
        yield goal.target
    for answer in submission.answers:
        yield from of_answer(answer)


def _bare(text: str) -> str:
    return re.sub(r"\s+", "", text)


def _own_sentences(cell: Cell, *, whole_line: bool = False) -> Iterator[Passage]:
    """The cell's text cut at its formal sentences: neighbouring own sentences stay together."""
    if len(cell.text) < SHINGLE:
        return
    text = fold(cell.text)
    begin = end = 0
    for sentence, start in sentences(text):
        if _FORMAL.search(sentence):
            if end > begin:
                yield Passage(cell.text[begin:end], cell, begin, whole_line)
            begin = end = start + len(sentence)
        else:
            begin = begin if end > begin else start
            end = start + len(sentence)
    if end > begin:
        yield Passage(cell.text[begin:end], cell, begin, whole_line)


# ------------------------------------------------------------------------------------------------------ fingerprints

_BASE = numpy.uint64(0x9E3779B97F4A7C15)
_MIX = (numpy.uint64(0xBF58476D1CE4E5B9), numpy.uint64(0x94D049BB133111EB))


def shingle_hashes(text: str) -> Prints:
    """A hash of every `SHINGLE` neighbouring letters, the same on every computer."""
    codes = numpy.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype="<u4").astype(numpy.uint64)
    count = len(codes) - SHINGLE + 1
    if count < 1:
        return numpy.empty(0, numpy.uint64)
    hashes = numpy.zeros(count, numpy.uint64)
    for offset in range(SHINGLE):  # wraps around at 2**64, as it is meant to
        hashes = hashes * _BASE + codes[offset : offset + count]
    hashes = (hashes ^ (hashes >> numpy.uint64(30))) * _MIX[0]
    hashes = (hashes ^ (hashes >> numpy.uint64(27))) * _MIX[1]
    mixed: Prints = hashes ^ (hashes >> numpy.uint64(31))
    return mixed


def kept_shingles(text: str) -> tuple[Prints, NDArray[numpy.intp]]:
    """The hashes that are kept of a text, and where their shingles begin: the least of every `WINDOW` (winnowing).

    Two texts that share a run of `SHINGLE` + `WINDOW` - 1 letters keep a hash of it in common, wherever it stands.
    """
    hashes = shingle_hashes(text)
    if not len(hashes):
        return hashes, numpy.empty(0, numpy.intp)
    if len(hashes) <= WINDOW:
        places = numpy.array([int(hashes.argmin())])
    else:
        windows = numpy.lib.stride_tricks.sliding_window_view(hashes, WINDOW)
        places = numpy.unique(windows.argmin(axis=1) + numpy.arange(len(windows)))
    return hashes[places], places


def fingerprints(prose: Iterable[Letters]) -> Prints:
    """The kept hashes of a submission's prose, each once, sorted."""
    kept = [kept_shingles(letters.text)[0] for letters in prose]
    return numpy.unique(numpy.concatenate(kept)) if kept else numpy.empty(0, numpy.uint64)


# ---------------------------------------------------------------------------------------------------------- matching

_TRIED = 8  # places of one shingle that are tried: a text that repeats itself must not make the comparison slow


def shared_runs(one: Sequence[Letters], other: Sequence[Letters], shared_by_all: Prints) -> list[Run]:
    """The longest runs of letters that two proses have in common, in the order of the first.

    A run is cut where it passes through a kept shingle of `shared_by_all` (sorted), which is template, where the figures
    differ, and at noughts: 支出决算0万元 is what everybody writes who spent nothing.
    """
    index: dict[str, list[tuple[Letters, int]]] = {}
    for letters in other:
        for begin in range(len(letters.text) - SHINGLE + 1):
            listed = index.setdefault(letters.text[begin : begin + SHINGLE], [])
            if len(listed) < _TRIED:
                listed.append((letters, begin))
    found = []
    for letters in one:
        text, begin = letters.text, 0
        template = _template_shingles(text, shared_by_all)
        while begin <= len(text) - SHINGLE:
            best, there = 0, None
            for candidate in index.get(text[begin : begin + SHINGLE], ()):
                length = _common(text, begin, candidate[0].text, candidate[1])
                if length > best:
                    best, there = length, candidate
            if there is None:
                begin += 1
                continue
            shift = there[1] - begin
            cuts = [(place, place + SHINGLE) for place in template]
            for place, figure in letters.figures.items():
                if begin <= place < begin + best and (figure == "0" or there[0].figures.get(place + shift) != figure):
                    cuts.append((place, place + 1))
            for piece_begin, piece_end in _pieces(begin, begin + best, sorted(cuts)):
                found.append(Run(letters, piece_begin, piece_end, there[0], piece_begin + shift))
            begin += best
    return found


def _common(one: str, begin: int, other: str, other_begin: int) -> int:
    length, most = SHINGLE, min(len(one) - begin, len(other) - other_begin)
    while length < most and one[begin + length] == other[other_begin + length]:
        length += 1
    return length


def _template_shingles(text: str, shared_by_all: Prints) -> list[int]:
    """Where kept shingles of `text` begin that are in `shared_by_all`."""
    if not len(shared_by_all):
        return []
    hashes, places = kept_shingles(text)
    at = numpy.minimum(numpy.searchsorted(shared_by_all, hashes), len(shared_by_all) - 1)
    return [int(place) for place in places[shared_by_all[at] == hashes]]


def _pieces(begin: int, end: int, cuts: Iterable[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """What is left of a run without its cuts (sorted), in pieces of at least `SHINGLE` letters."""
    for cut_begin, cut_end in cuts:
        if cut_end <= begin or cut_begin >= end:
            continue
        if cut_begin - begin >= SHINGLE:
            yield begin, cut_begin
        begin = cut_end
    if end - begin >= SHINGLE:
        yield begin, end
