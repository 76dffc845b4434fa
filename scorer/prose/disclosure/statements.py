"""What the explanations say of each subject: final amount, budgets, rates, changes, shares and words of comparison.

A section is cut at the names of its subjects (三公's parts, 基本支出, an item with 类, 款 and 项 …); what stands between
two names is said of the first. Everything keeps its place.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache

from scorer.model import Place
from scorer.prose.disclosure.amounts import Amount, unit_scale
from scorer.prose.disclosure.classification import class_names
from scorer.prose.disclosure.passages import Passage, Passages

NUMBER = r"(?<![\d.])(\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d{1,12}(?:\.\d{1,6})?)"
MONEY = NUMBER + r"\s*(亿元|万元|元)"
PERCENT = NUMBER + r"\s*%"

Key = tuple[str, ...]


@dataclass(frozen=True)
class Percent:
    """A percentage: `value` and half a unit of its last place; `base` what it is of, in the words of the text."""

    value: Decimal
    half: Decimal
    place: Place
    base: str = ""


@dataclass(frozen=True)
class Comparison:
    """A word that compares final and budget: `sign` −1, 0 or 1; `base` initial, adjusted or ""; `loose` 基本持平."""

    sign: int
    base: str
    place: Place
    loose: bool = False


@dataclass(frozen=True)
class Change:
    """比上年增加 A, 增长 R%: `sign` of either word.

    `budget`: against which budget (initial, adjusted or ""), None for the year before.
    """

    amount: Amount
    sign: int
    percent: Percent | None
    percent_sign: int
    budget: str | None = None


@dataclass(frozen=True)
class Share:
    """占 … S%: `percent` None where the sign of percent is missing (then `bare` is its number)."""

    percent: Percent | None
    whole: str
    place: Place


@dataclass(eq=False)
class Record:
    """All that one stretch of text says of one subject. `key`: the kind of section and the name in it; of an item the
    names of 类, 款, 项."""

    key: Key
    words: str
    place: Place
    section: str
    year: int | None = None
    finals: list[Amount] = field(default_factory=list)
    budgets: dict[str, Amount] = field(default_factory=dict)
    rates: list[Percent] = field(default_factory=list)
    comparisons: list[Comparison] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    shares: list[Share] = field(default_factory=list)


_TOTAL = r"(?:收入支出|收、支|收支|收入、支出|收、支决算)(?:决算)?总计"
_OFFICIAL = (
    ("cars", r"公务用车购置(?:及|和|与|、)运行(?:维护)?(?:费)?"),
    ("abroad", r"因公出国\(境\)(?:经费|费用|费)?"),
    ("purchase", r"公务用车购置(?:经费|费)?"),
    ("running", r"公务用车运行(?:维护)?(?:经费|费)?"),
    ("inner", r"国内(?:公务)?接待(?:费)?|(?:国\(境\)外|外事|外宾)(?:公务)?接待(?:费)?"),
    ("reception", r"公务接待(?:费)?"),
    ("total", r"“?三公”?经费"),
    ("", r"(?<![、和及])(?:会议|培训)费(?:财政拨款)?(?:支出)?(?:预算|决算|支出)"),  # said beside 三公, of nothing before
)
_INCOME = (
    ("total", r"本年收入(?:总)?合?计|收入合计"),
    ("general", r"一般公共预算财政拨款(?:收入)?"),
    ("fund", r"政府性基金(?:预算)?财政拨款(?:收入)?"),
    ("capital", r"国有资本经营(?:预算)?财政拨款(?:收入)?"),
    ("fiscal", r"财政拨款(?:收入)?"),
    ("superior", r"上级补助(?:收入)?"),
    ("business", r"(?<!企)事业收入"),
    ("operating", r"经营收入"),
    ("subsidiary", r"附属单位上[缴交](?:收入)?"),
    ("other", r"其他收入"),
)
_EXPENSE = (
    ("total", r"本年支出(?:总)?合?计|支出合计"),
    ("basic", r"基本支出"),
    ("project", r"项目支出"),
    ("upward", r"上[缴交]上级(?:支出)?"),
    ("operating", r"经营支出"),
    ("aid", r"对附属单位补助(?:支出)?"),
)
_SUBJECTS: dict[str, tuple[tuple[str, str], ...]] = {
    "overall": (
        ("total", _TOTAL),
        ("income", r"收入总计"),
        ("spent", r"支出总计"),
        ("income.year", r"本年收入合计"),
        ("spent.year", r"本年支出合计"),
    ),
    "fiscal": (
        ("total", _TOTAL),
        ("income", r"收入总计"),
        ("spent", r"支出总计"),
        ("income.year", r"本年收入合计"),
        ("spent.year", r"本年支出合计"),
    ),
    "income": _INCOME,
    "expenditure": _EXPENSE,
    "general": (("total", r"(?<!基金预算)(?<!经营预算)(?:一般公共预算)?财政拨款支出|一般公共预算支出"),),
    "basic": (("total", r"基本支出"), ("people", r"人员经费"), ("public", r"(?:日常)?公用经费")),
    "official": _OFFICIAL,
    "fund": (
        ("income", r"(?:财政拨款|本年|预算)收入"),
        ("spent", r"(?:财政拨款|本年|预算|拨款|(?<=[，、]))支出(?!具体|决算具体)"),
        ("opening", r"年初结转和?结余"),
        ("closing", r"年末结转和?结余"),
    ),
    "capital": (
        ("income", r"(?:财政拨款|本年|预算)收入"),
        ("spent", r"(?:财政拨款|本年|预算|拨款|(?<=[，、]))支出(?!具体|决算具体)"),
        ("opening", r"年初结转和?结余"),
        ("closing", r"年末结转和?结余"),
    ),
}
_NAME = r"[^\n。;:，,“”（）()]"
_ITEM = re.compile(
    rf"(?P<class>{_NAME}{{2,30}}?)\(类\)(?:支出)?(?:(?P<group>{_NAME}{{2,40}}?(?:\({_NAME}{{1,12}}\){_NAME}{{0,20}}?)?)\(款\)(?:支出)?)?"
    rf"(?:(?P<item>{_NAME}{{2,50}}?(?:\({_NAME}{{1,12}}\){_NAME}{{0,20}}?)?)\(项\))?"
)
_LONE_ITEM = re.compile(rf"(?P<item>{_NAME}{{2,50}}?)\(项\)")
_USED_FOR = re.compile(r"^(?:其中|主要|全部)?(?:是|为)?(?:用于|包括|安排)?")
_QUOTED_ITEM = re.compile(rf"“(?P<name>{_NAME}{{2,50}})”\((?P<level>[类款项])\)")
_UNMARKED = re.compile(rf"({_NAME}{{3,40}}?)\s*(?:[。:]|\n)")  # 一般公共服务(类)一般行政管理事务。
_INCOME_BEFORE = re.compile(r"收入[^。;\n项]{0,40}$")  # 收入 12 万元，支出 10 万元: but not within an item
_OF_OTHER_FUND = re.compile(r"(?:政府性基金|国有资本)[^，。;:]{0,12}$")
_LIST_NUMBER = re.compile(
    r"^\s*(?:其中)?(?:\(?\d{1,3}\)?[、.．)]|[①-⑳]|\([一二三四五六七八九十]{1,3}\)|[一二三四五六七八九十]{1,3}、)?\s*"
)
_BEFORE = re.compile(r"占(?:20\d\d年(?:度)?)?(?:部门|本部门|单位)?$|占[^，。;%\d]{0,8}$|[较比][^，。;\d]{0,4}$")


def read_records(passages: Passages) -> list[Record]:
    """What the sections say, record by record in order."""
    found: list[Record] = []
    for passage in passages.sections:
        if passage.kind in _SUBJECTS:
            found += _records(passage)
    return found


def _records(passage: Passage) -> Iterator[Record]:
    text = passage.text
    cuts = sorted(_cuts(passage), key=lambda cut: cut[:2])
    places = _usual_places(text)
    for number, (start, end, key, words) in enumerate(cuts):
        stop = cuts[number + 1][0] if number + 1 < len(cuts) else len(text)
        if len(key) == 2:  # a plain subject speaks until the end of its paragraph; an item until the next one
            line = text.find("\n", end, stop)
            stop = line if line >= 0 and key[0] != "official" else stop
        elif not any(key[2:]):  # a class of a list: 卫生健康支出(类) 12 万元，占 3%;
            ends = re.compile(r"[;。\n]").search(text, end, stop)
            stop = ends.start() if ends is not None else stop
        if key == ("official", ""):
            continue
        record = Record(key, words.strip("“”"), passage.place(start, end), passage.kind, _year(text, start))
        yield _read(record, passage, start, end, stop, places)


def _year(text: str, start: int) -> int | None:
    """The year that the clause of a subject names before it; a year of comparison is none."""
    clause = re.split(r"[，。;\n]", text[max(0, start - 40) : start])[-1]
    named = list(re.finditer(r"(?<![比较与])(20\d\d)年", clause))
    return int(named[-1][1]) if named else None


def _cuts(passage: Passage) -> list[tuple[int, int, Key, str]]:
    """The names of subjects in a section: where each begins and ends, its key, and its words."""
    text = passage.text
    found: list[tuple[int, int, Key, str]] = []
    taken = bytearray(len(text) + 1)

    def add(start: int, end: int, key: Key, words: str) -> None:
        if not any(taken[start:end]):
            taken[start:end] = b"\1" * (end - start)
            found.append((start, end, key, words))

    if passage.kind in ("general", "fund", "capital"):
        for start, end, key, words in _items(text):
            add(start, end, key, words)
    if passage.kind == "general":
        for match in _class_pattern().finditer(text):
            add(match.start(), match.end(), ("item", match[0], "", ""), match[0])
    for name, pattern in _SUBJECTS[passage.kind]:
        for match in re.finditer(pattern, text):
            if match[0] == "支出" and not _INCOME_BEFORE.search(text[max(0, match.start() - 60) : match.start()]):
                continue
            before = text[max(0, match.start() - 14) : match.start()]
            if passage.kind == "basic" and _OF_OTHER_FUND.search(before):
                continue
            if not _BEFORE.search(before):
                add(match.start(), match.end(), (passage.kind, name), match[0])
    return found


def _items(text: str) -> Iterator[tuple[int, int, Key, str]]:
    """Names with 类, 款 or 项: whole paths, names in quotation marks, and items alone."""
    for match in _ITEM.finditer(text):
        names = [match["class"], match["group"] and _LIST_NUMBER.sub("", match["group"]), match["item"]]
        end = match.end()
        if names[2] is None and (lower := _UNMARKED.match(text, end)):
            names[2], end = lower[1], lower.end(1)
        head = _LIST_NUMBER.match(names[0])
        names[0] = names[0][head.end() if head else 0 :]
        if names[0]:
            first = match.end("class") - len(names[0])
            yield first, end, ("item", *(name or "" for name in names)), "".join(name for name in names if name)
    for match in _QUOTED_ITEM.finditer(text):
        names = [match["name"] if level == match["level"] else "" for level in "类款项"]
        yield match.start(), match.end(), ("item", *names), match["name"]
    for match in _LONE_ITEM.finditer(text):
        name = _USED_FOR.sub("", _LIST_NUMBER.sub("", match["item"]))
        yield match.end("item") - len(name), match.end(), ("item", "", "", name), name


@cache
def _class_pattern() -> re.Pattern[str]:
    """The classes by their names, where an amount follows at once: 卫生健康支出 6.66 万元."""
    names = sorted((re.sub(r"支出$", "", name) for name in class_names()), key=len, reverse=True)
    return re.compile(rf"(?<![一-鿿])(?:{'|'.join(map(re.escape, names))})支出(?=\s*\d)")


def _usual_places(text: str) -> int:
    """The decimal places in which a section writes its amounts in 万元: 14.6 beside 218.28 means 14.60."""
    return max((len(m[1].partition(".")[2]) for m in re.finditer(MONEY, text) if m[2] == "万元"), default=0)


def stated(passage: Passage, match: re.Match[str], places: int, label: str, group: int = 1) -> Amount:
    """An amount as it stands in the text."""
    number, unit = match[group].replace(",", ""), match[group + 1]
    own = len(number.partition(".")[2])
    scale = unit_scale(unit)
    finest = max(own, min(places, 2)) if unit == "万元" else own
    half = scale * Decimal(1).scaleb(-finest) / 2
    return Amount(Decimal(number) * scale, half, passage.place(match.start(group), match.end(group + 1)), label, unit)


def percent(passage: Passage, match: re.Match[str], group: int, base: str = "") -> Percent:
    number = match[group].replace(",", "")
    half = Decimal(1).scaleb(-len(number.partition(".")[2])) / 2
    end = passage.text.find("%", match.end(group)) + 1
    return Percent(Decimal(number), half, passage.place(match.start(group), end), base)


_FIRST = re.compile(rf"^(?:支出|收入)?(?:决算)?(?:数|额|总额)?(?:共计|合计|总计|共|各|均|实际)?(?:为|是|:)?\s*{MONEY}")
_FINAL = re.compile(
    rf"(?:支出决算|决算支出|决算|实际支出|(?<=[，,;。])支出)(?:数|额)?(?:合计|总计)?(?:为|是|:)?\s*{MONEY}"
)
_FINAL_NAMED = re.compile(rf"(?:支出决算|决算支出|决算|实际支出)(?:数|额)?(?:合计|总计)?(?:为|是|:)?\s*{MONEY}")
_BUDGET = re.compile(
    rf"(年初|全年|调整后?|年度)?(?:财政拨款)?(?:支出)?(?<!公共)(?<!基金)(?<!经营)预算(?:安排|批复)?(?:数|额|支出)?(?:为|是|:)?\s*{MONEY}"
)
_RATE = re.compile(
    rf"(?:完成|占|为|执行)(?:了)?(?:当年|20\d\d年度?)?(年初|全年|调整后?|年度)?(?:支出)?预算(?:数|安排)?(?:的)?(?:比例为)?\s*{PERCENT}"
    rf"|预算(?:完成率|执行率)(?:为|是|:)?\s*{PERCENT}"
)
_MORE = r"大于|高于|超过|多于|超出"
_LESS = r"小于|低于|少于"
_SAME = r"等于|持平|一致|相等|相同"
_COMPARED = re.compile(
    rf"决算(?:数|支出)?(?:(?P<word>{_MORE}|{_LESS}|等于)(?P<base>年初|全年|调整后?)?(?:安排)?(?:的)?预算"
    rf"|[与和同](?P<base2>年初|全年|调整后?)?(?:安排)?(?:的)?预算(?:数|安排)?(?:相比)?(?P<about>基本|大致)?(?P<same>{_SAME}))"
)
_UP = r"增加|增长|上升|提高|增多"
_DOWN = r"减少|下降|降低|减低"
_CHANGED = re.compile(
    rf"(?P<word>{_UP}|{_DOWN})(?:了)?\s*(?P<n>\d[\d,]*(?:\.\d+)?)\s*(?P<u>亿元|万元|元)"
    rf"(?:[，,、(]\s*(?:同比)?(?P<word2>{_UP}|{_DOWN})(?:了|率为|幅度为|幅为)?\s*(?P<p>\d[\d,]*(?:\.\d+)?)\s*(?P<sign>%)?)?"
)
_YEARLY = re.compile(r"[比较与同][^。]{0,30}年|年[^。]{0,20}相比|同比")
_AGAINST_BUDGET = re.compile(r"[比较与][^，。;]{0,24}?(年初|全年|调整后?)?预算")
_AGAINST_YEAR = re.compile(r"[比较与][^，。;]{0,8}(?:上年|去年|上一年)|同比")
_SHARED = re.compile(
    r"占(?P<whole>[^，。;%\d\n]{0,24}?)(?:的)?(?:比重|比例|比)?(?:为)?\s*(?P<n>\d{1,4}(?:\.\d{1,4})?)(?P<sign>\s*%)?(?=(?P<next>.?))",
    re.DOTALL,
)
_OTHER_YEAR = re.compile(r"上年|去年|上一年|以前年度|年初结转")


def _read(record: Record, passage: Passage, start: int, end: int, stop: int, places: int) -> Record:
    """Fill a record from the text after its subject."""
    text = passage.text
    rest = text[end:stop]
    if first := _FIRST.match(rest):
        _take_final(record, passage, end, first, places)
    for match in (_FINAL if record.key[0] == "item" else _FINAL_NAMED).finditer(text, end, stop):
        if not _OTHER_YEAR.search(text[max(end, match.start() - 10) : match.start()]):
            amount = stated(passage, match, places, f"文中“{record.words}”支出决算")
            if all(amount.place != known.place for known in record.finals):
                record.finals.append(amount)
    for match in _BUDGET.finditer(text, end, stop):
        base = _base(match[1])
        if base not in record.budgets and not re.search(
            r"完成|占", text[max(end, match.start() - 3) : match.start()]
        ):
            record.budgets[base] = stated(passage, match, places, f"文中“{record.words}”{match[1] or ''}预算", 2)
    for match in _RATE.finditer(text, end, stop):
        group = 2 if match[2] is not None else 3
        record.rates.append(percent(passage, match, group, _base(match[1])))
    for match in _COMPARED.finditer(text, end, stop):
        record.comparisons.append(_comparison(passage, match))
    _changes(record, passage, start, end, stop, places)
    for match in _SHARED.finditer(text, end, stop):
        _share(record, passage, match)
    return record


def _take_final(record: Record, passage: Passage, end: int, first: re.Match[str], places: int) -> None:
    number = len(first[1]) + len(first[2])
    shifted = re.compile(MONEY).search(passage.text, end + first.start(1), end + first.start(1) + number + 4)
    if shifted is not None:
        record.finals.append(stated(passage, shifted, places, f"文中“{record.words}”"))


def _base(word: str | None) -> str:
    return {"年初": "initial", "全年": "adjusted", "调整": "adjusted", "调整后": "adjusted"}.get(word or "", "")


def _comparison(passage: Passage, match: re.Match[str]) -> Comparison:
    word = match["word"] or match["same"]
    sign = 1 if re.fullmatch(_MORE, word) else -1 if re.fullmatch(_LESS, word) else 0
    return Comparison(
        sign, _base(match["base"] or match["base2"]), passage.place(match.start(), match.end()), bool(match["about"])
    )


def _changes(record: Record, passage: Passage, start: int, end: int, stop: int, places: int) -> None:
    """Changes against the year before, and those against a budget."""
    text = passage.text
    for match in _CHANGED.finditer(text, end, stop):
        sentence = max(text.rfind("。", 0, match.start()), text.rfind("\n", 0, match.start())) + 1
        before = text[sentence : match.start()]
        base = _budget_of_change(before)
        if base is None and not _YEARLY.search(before):
            continue
        amount = _amount(passage, match, places, record, "比上年" if base is None else "比预算")
        sign = 1 if re.fullmatch(_UP, match["word"]) else -1
        rate = percent(passage, match, match.re.groupindex["p"]) if match["p"] and match["sign"] else None
        other = 0 if match["word2"] is None else 1 if re.fullmatch(_UP, match["word2"]) else -1
        record.changes.append(Change(amount, sign, rate, other, base))


def _budget_of_change(before: str) -> str | None:
    """The budget that the words before a change compare with; None where the year before is nearer, or no budget is named."""
    budgets, years = list(_AGAINST_BUDGET.finditer(before)), list(_AGAINST_YEAR.finditer(before))
    if not budgets or (years and years[-1].start() > budgets[-1].start()):
        return None
    return _base(budgets[-1][1])


def _amount(passage: Passage, match: re.Match[str], places: int, record: Record, against: str) -> Amount:
    group = match.re.groupindex["n"]
    return stated(passage, match, places, f"文中“{record.words}”{against}{match['word']}", group)


def _share(record: Record, passage: Passage, match: re.Match[str]) -> None:
    whole = re.sub(r"的$", "", match["whole"]).strip()
    place = passage.place(match.start(), match.end())
    if match["sign"]:
        number = match["n"]
        half = Decimal(1).scaleb(-len(number.partition(".")[2])) / 2
        own = passage.place(match.start("n"), match.end("sign"))
        record.shares.append(Share(Percent(Decimal(number), half, own, whole), whole, place))
    elif not whole and match["next"] in ("", "，", "。", ";", "\n", "；"):
        record.shares.append(Share(None, whole, place))
