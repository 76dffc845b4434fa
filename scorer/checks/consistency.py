"""Family C: the same thing said twice. Form, text, tables and claims copied by hand are compared with one another."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import islice, pairwise

from scorer.checks.form import Form
from scorer.checks.rates_again import rates_twice
from scorer.checks.registry import Outcome, Outcomes, check, faulty, held, sound, undecided
from scorer.checks.sameness import (
    Said,
    alike,
    core,
    differ,
    digits,
    from_mention,
    money,
    places,
    set_apart,
    slip,
    slip_keys,
    slips,
    transposed,
    unlike_years,
)
from scorer.checks.verdicts import explained_mentions, verdict_outcomes
from scorer.model import Place
from scorer.numbers.interval import loose, shown
from scorer.prose.equations import Total
from scorer.prose.judge import Verdict
from scorer.prose.mentions import Mention, clean
from scorer.prose.phrases import DERIVED, REACH
from scorer.scoring.align import funds_total

LARGEST_FAMILY = 10  # people to a household: more is no household
MOST_CELLS = 400  # cells of one submission that are compared with its text
ENOUGH = 0.8  # of the shorter name must be found with the other figure
SAME = 0.99


def said_words(item: Said) -> str:
    name = item.of.replace("“", "").replace("”", "")[-16:]
    return f"“{name}”{item.place.quote}" if name else item.place.quote


# --------------------------------------------------------------------------------------------------------------- C301


MOST_COUNTS = 400  # of households, and of people, that are compared with each other


@check(
    "C301",
    level="error",
    message="{households} 与 {people}：同一对象一处按户、一处按人计，{why}；请核对统计口径",
)
def counting_unit_differs(form: Form) -> Outcomes:
    """The same people are counted by households in one place and by heads in another, and the counts cannot both hold.

    标题: 计量口径（户、人）不一致
    为何重要: 户数多于人数不可能；一户十几人说明两处不是同一范围，绩效目标是否完成就无从判断。
    依据: 绩效指标应口径一致、可衡量、可核查（财预〔2020〕10号）。
    例: 指标“帮扶困难职工户数 6 户”，正文“帮扶困难职工 107 人”，平均每户 17.8 人。
    改法: 写明两个数各自的范围，或统一按户、按人填列。
    何时无法判定: 两处的对象不能确定相同；数字是约数。
    """
    said = form.said
    households = [item for item in said if item.dimension == "户" and item.number]
    people = [item for item in said if item.dimension in ("人", "人次") and item.number]
    parts = {id(part.mention) for total in totals(form.verdicts) for part in total.parts if len(total.parts) > 1}
    households = [item for item in households if id(item.mention) not in parts]
    people = [item for item in people if id(item.mention) not in parts]
    seen: set[tuple[Decimal | None, Decimal | None]] = set()
    left_out = max(0, len(households) - MOST_COUNTS) + max(0, len(people) - MOST_COUNTS)
    if left_out and households and people:
        yield undecided(f"户数、人数过多，各只比对前 {MOST_COUNTS} 个", left_out)
    for house in households[:MOST_COUNTS]:
        for person in people[:MOST_COUNTS]:
            if (house.number, person.number) in seen or not counted_twice(house, person):
                continue
            seen.add((house.number, person.number))
            yield judge_heads(house, person, people)
    yield from heads_beside(form, seen)


_BESIDE = re.compile(
    r"^[，、（]?(?:共计?|合计|计|涉及|惠及|覆盖|受益|帮扶|救助|服务)*(?:困难|贫困|农村|家庭|受助)*(?:人口|人数|群众|成员|居民|村民|对象)*(?:共计?|计|约|为|达)*$"
)
_BUSINESSES = re.compile(r"企业|工商|商户|用户|单位|市场主体|经营|大户|养殖|种植")


def heads_beside(form: Form, seen: set[tuple[Decimal | None, Decimal | None]]) -> Iterator[Outcome]:
    """共138户，惠及困难群众109人: heads straight after households, fewer than those."""
    for house, person in pairwise(form.mentions):
        if (
            house.sentence is not person.sentence
            or house.dimension != "户"
            or person.dimension != "人"
            or person.quantity.unit == "人次"
        ):
            continue
        if not house.number or not person.number or person.role in DERIVED or house.role in DERIVED:
            continue
        if not _BESIDE.match(person.gap) or _BUSINESSES.search(house.label) or (house.number, person.number) in seen:
            continue
        first, second = from_mention(house), from_mention(person)
        yield judge_heads(first, second, ()) if person.number < house.number else sound()


_KIND_OF_HOUSEHOLD = re.compile(r"(?:监测|低保|脱贫|搬迁|困难|特困|移民|受灾|贫困|示范|种植|养殖|承包|轮作)户$")
_ANYBODY = re.compile(r"人|口|成员|群众|居民|村民|农民|对象|家庭|户")


def counted_twice(house: Said, person: Said) -> bool:
    if (house.path and house.path == person.path) or set_apart(house, person):
        return False
    if (
        house.mention is not None
        and person.mention is not None
        and house.mention.line.scope != person.mention.line.scope
    ):
        return False
    kind = core(person.of)[-2:]
    if kind not in house.of and not _ANYBODY.search(kind):
        return False  # 贫困户, 贫困学生: the noun says that these are others
    if (noun := _KIND_OF_HOUSEHOLD.search(house.of)) and noun[0] in person.of and len(person.of) > len(noun[0]):
        return True  # 监测户486户, 监测户家庭人口433人
    name = re.sub(r"家庭|户数|户", "", house.of)
    renamed = Said(name, house.quantity, house.cell, house.origin, house.around, house.year)
    return len(core(name)) >= 3 and alike(renamed, person) >= ENOUGH and len(core(person.of)) >= 3


_MONTHS = re.compile(r"\d{1,2}月|[一二三四]季度|上半年|下半年|年[初末底]")
_OF_HOUSEHOLDS = re.compile(r"家庭|户数|户|人数|人口")


def counted_apart(house: Said, person: Said) -> str:
    """Why more households than people may be two counts, "" where they are one: one sentence or row says both, or name
    and month are the same."""
    one, other = house.mention, person.mention
    if one is None or other is None or one.sentence is other.sentence:
        return ""
    if _month(one) != _month(other):
        return "两处的月份不同，可能是不同时点的数"
    names = {core(_OF_HOUSEHOLDS.sub("", item.of)) for item in (house, person)}
    return "" if len(names) == 1 else "两处的名称不尽相同，户数与人数可能不是同一范围"


def _month(mention: Mention) -> str:
    """The month, quarter or half that a figure is of: the last one named before it in its line."""
    found = _MONTHS.findall(mention.line.text[: mention.start])
    return found[-1] if found else ""


def judge_heads(house: Said, person: Said, people: Sequence[Said]) -> Outcome:
    if (loose(house.quantity) and house.quantity.op == "") or loose(person.quantity):
        return undecided("户数或人数是约数")
    assert house.number
    assert person.number
    each = person.number / house.number
    if each < 1 and (apart := counted_apart(house, person)):
        return undecided(apart)
    again = [other for other in people if other.number == person.number and alike(other, person) >= ENOUGH][:4]
    where = [house.place, *places([person, *(item for item in again if item.place != person.place)])]
    if each < 1:
        why = f"{shown(house.number)}户至少有{shown(house.number)}人"
    elif each > LARGEST_FAMILY and person.dimension == "人":
        why = f"平均每户{each:.1f}人"
    else:
        return sound()
    return faulty(house.path, where, households=said_words(house), people=said_words(person), why=why)


# --------------------------------------------------------------------------------------------------------------- C302


MOST_LIKE = 40  # figures that one slip of the pen could make of each other
MOST_PAIRS = 10_000  # of those: a report of hundreds of pages has a few thousand


@check("C302", level="error", message="{of}：一处为 {first}，另一处为 {second}；请核对哪一个正确")
def figure_differs(form: Form) -> Outcomes:
    """The same figure is written differently in two places: one looks like a slip of the pen of the other.

    标题: 同一事项的数字前后不一致
    为何重要: 同一个数写成两个，至少一处是错的；两处各自引用会得出不同结论。
    依据: 绩效自评应数据真实、准确，表文一致。
    例: “承储企业 1487 家”与“服务承储企业 1478 家”。
    改法: 对照台账改正写错的一处；确属不同口径的，写明口径。
    何时无法判定: 两处的对象、年份或口径不能确定相同。
    """
    said = [item for item in form.said if item.origin in ("text", "claim") and item.number]
    groups: dict[tuple[str, str], list[int]] = defaultdict(list)
    written = ["" if item.number is None else digits(item.number) for item in said]
    left_out = 0
    for index, item in enumerate(said):
        if loose(item.quantity):
            continue
        dimension = item.dimension
        for key in slip_keys(written[index]):
            bucket = groups[dimension, key]
            if len(bucket) < MOST_LIKE:
                bucket.append(index)
            else:
                left_out += 1
    by_figure: dict[tuple[str, Decimal | None], list[int]] = defaultdict(list)
    for index, item in enumerate(said):
        by_figure[item.dimension, item.number].append(index)
    together = listed_together(form.verdicts)
    explained = explained_mentions(form.verdicts)
    side_by_side, numbers = listed_pairs(said), numbers_by_name(said)
    # the same figure said often fills its buckets: only different ones can be slips of each other
    pairs = sorted(
        {
            (a, b)
            for bucket in groups.values()
            for i, a in enumerate(bucket)
            for b in bucket[i + 1 :]
            if written[a] != written[b] and slips(written[a], written[b])
        }
    )
    if left_out:
        yield undecided(f"写法相近的数字过多，每种只比对前 {MOST_LIKE} 个", left_out)
    done: set[tuple[Decimal | None, Decimal | None]] = set()
    if len(pairs) > MOST_PAIRS:
        yield undecided(f"相近的数字过多，只比对前 {MOST_PAIRS} 对", len(pairs) - MOST_PAIRS)
    for a, b in pairs[:MOST_PAIRS]:
        first, second = said[a], said[b]
        if (first.number, second.number) in done:
            continue
        if not same_thing(first, second, together, form.year):
            if one_qualified(first, second, together):
                done |= {(first.number, second.number), (second.number, first.number)}
                yield undecided("两处名称有一词之差，可能是不同口径")
            elif swapped_beside(first, second, together, form.year):
                done |= {(first.number, second.number), (second.number, first.number)}
                yield hint(first, second, "两数只差相邻两位的次序，请核对是否同一事项")
            continue
        done |= {(first.number, second.number), (second.number, first.number)}
        if of_many_things(second, numbers) or of_two_items(first, second):
            yield undecided("同名的数分属几个项目，各不相同")
            continue
        if (first.dimension, frozenset((first.number, second.number))) in side_by_side:
            yield undecided("两个数在同一句中并列，是两件事")
            continue
        if {id(first.mention), id(second.mention)} <= explained:
            yield undecided("两个数各与别的数相符，可能是不同口径")
            continue
        alike_in_figure = by_figure[first.dimension, first.number] + by_figure[first.dimension, second.number]
        again = (said[i] for i in sorted(alike_in_figure) if i not in (a, b) and repeats(said[i], first, second))
        yield faulty(
            (),
            places([first, second, *islice(again, 6)]),
            of=second.of or first.of,
            first=first.place.quote,
            second=second.place.quote,
        )
    yield from equated(form)
    yield from rates_twice(form, explained)
    yield from renamed(said, together, done, form.year)
    yield from verdict_outcomes(form, "same")


_AND = re.compile(r"^\s*(?:[、和与及，]|以及|分别)?\s*$")


def listed_pairs(said: Sequence[Said]) -> set[tuple[str, frozenset[Decimal | None]]]:
    """Pairs of figures of one dimension that a sentence lists side by side: 2020年、2021年分别152万亩、158万亩."""
    by_dimension: dict[str, list[Mention]] = defaultdict(list)
    for item in said:
        if item.mention is not None:
            by_dimension[item.dimension].append(item.mention)
    return {
        (dimension, frozenset((one.number, other.number)))
        for dimension, mentions in by_dimension.items()
        for one, other in pairwise(mentions)
        if one.sentence is other.sentence and _AND.match(other.gap) is not None
    }


def numbers_by_name(said: Sequence[Said]) -> dict[tuple[str, str, str], set[Decimal | None]]:
    """The different figures of each name, by `_name_key`."""
    numbers: dict[tuple[str, str, str], set[Decimal | None]] = defaultdict(set)
    for item in said:
        if item.mention is not None:
            numbers[_name_key(item, item.mention)].add(item.number)
    return numbers


def of_many_things(item: Said, numbers: dict[tuple[str, str, str], set[Decimal | None]]) -> bool:
    """Whether three or more different figures have this one's name: each is of a project of its own (资金来源：…155万元)."""
    if item.mention is None or not core(item.of):
        return False
    return len(numbers[_name_key(item, item.mention)]) >= 3


def _name_key(item: Said, mention: Mention) -> tuple[str, str, str]:
    """Dimension, name, and the words of the line before the figure, where they are few."""
    return item.dimension, core(item.of), _clause_begin(mention)


def _clause_begin(mention: Mention) -> str:
    """The words of a figure's line before it, where they are few: 资金来源：…"""
    return mention.line.text[: mention.start].strip()[:REACH]


_PROJECT_TITLE = re.compile(r"(?:项目|工程|标段|中心|基地)\s*[。：:]?$")


def of_two_items(first: Said, second: Said) -> bool:
    """Whether two figures stand under headings that name two projects."""
    one, other = first.mention, second.mention
    if one is None or other is None:
        return False
    names = [_ITEM.sub("", mention.line.section).strip() for mention in (one, other)]
    return one.line.headings != other.line.headings and names[0] != names[1] and all(_PROJECT_TITLE.search(name) for name in names)


_ITEM = re.compile(r"^[\s　]*(?:[一二三四五六七八九十\d]+[、.．]|（[一二三四五六七八九十\d]+）|[①-⑳])")

MOST_ALIKE = 6  # figures of one name: more are a list of many things


def renamed(
    said: Sequence[Said],
    together: dict[int, set[int]],
    done: set[tuple[Decimal | None, Decimal | None]],
    report: int | None,
) -> Iterator[Outcome]:
    """加装电梯12部 … 加装电梯15部: counts of one and the same name that no slip of the pen explains; a hint, no accusation."""
    names: dict[tuple[str, str, int], list[Said]] = defaultdict(list)
    for item in said:
        mention = item.mention
        if (
            mention is None
            or mention.bracket
            or item.quantity.unit in ("元", "")
            or (item.number or 0) < 10
        ):
            continue
        name = core(item.of)
        if len(name) >= 3 and not loose(item.quantity) and "；" not in mention.gap[-1:]:
            names[item.quantity.unit, name[-3:], mention.line.scope].append(item)
    for items in names.values():
        if not 1 < len(items) <= MOST_ALIKE or len({item.number for item in items}) != 2:
            continue
        for first, second in pairwise(items):
            pair = (first.number, second.number)
            if pair[0] == pair[1] or pair in done or not one_name(first, second, together, report):
                continue
            done |= {pair, pair[::-1]}
            yield hint(first, second, "名称相同而数字不同，请核对是否同一口径")


def hint(first: Said, second: Said, why: str) -> Outcome:
    """Two figures that a reader should compare: a note, no accusation."""
    of = max(first.of, second.of, key=len)
    figures = {"of": of, "first": first.place.quote, "second": second.place.quote}
    message = f"{of}：一处为 {first.place.quote}，另一处为 {second.place.quote}；{why}"
    return faulty((), places([first, second]), level="note", message=message, numbers=figures)


def swapped_beside(first: Said, second: Said, together: dict[int, set[int]], report: int | None) -> bool:
    """招聘142人, 新招聘特岗教师124人: neighbouring digits that changed places, and one name within the other."""
    one, other = first.mention, second.mention
    if one is None or other is None or one.sentence is other.sentence or first.dimension in ("元", ""):
        return False
    if together.get(id(one), set()) & together.get(id(other), set()) or one.quantity.unit != other.quantity.unit:
        return False
    if first.kind != second.kind or unlike_years(first, second, report) or set_apart(first, second):
        return False
    left, right = digits(first.number or Decimal(0)).rstrip("0"), digits(second.number or Decimal(0)).rstrip("0")
    wrong = [index for index, pair in enumerate(zip(left, right, strict=False)) if pair[0] != pair[1]]
    short, long = sorted((core(first.of), core(second.of)), key=len)
    return len(left) == len(right) >= 3 and len(wrong) == 2 and wrong[1] == wrong[0] + 1 and len(short) >= 2 and short in long


def one_name(first: Said, second: Said, together: dict[int, set[int]], report: int | None) -> bool:
    """Whether two counts have the same name and nothing beside them that makes them counts of two things."""
    one, other = first.mention, second.mention
    if one is None or other is None or one.sentence is other.sentence or one.line is other.line:
        return False
    if together.get(id(one)) and together.get(id(other)):
        return False
    if first.kind != second.kind or unlike_years(first, second, report) or set_apart(first, second):
        return False
    low, high = sorted((first.number or Decimal(0), second.number or Decimal(0)))
    name, again = (_WHOSE.sub("", core(item.of)) for item in (first, second))
    return high <= 2 * low and len(name) >= 3 and name == again and not _APART.search(_before(one) + _before(other))


_WHOSE = re.compile(r"^(?:年内|[学本][校院]|全[县市区校院镇乡]|我[县市区校馆院局中]|类|现)+")  # one's own
_APART = re.compile(r"其中|上年|去年|计划|目标|任务|应|拟|将|第[一二三四]|季|月|上半年|下半年|每|各(?!类)|分别")


def _before(mention: Mention) -> str:
    """The words of the clause before a figure, and of the one before that."""
    at = mention.start - mention.sentence.start
    return mention.sentence.text[max(0, at - 16) : at]


_THAT_IS = re.compile(r"^[，、（]?\s*(?:即|也就是|折合|合)(?:约|为)?$")


def equated(form: Form) -> Iterator[Outcome]:
    """105,040元，即10.504万元: one figure in two writings."""
    before: Mention | None = None
    for mention in form.mentions:
        if before is not None and before.sentence is mention.sentence and _THAT_IS.match(mention.gap):
            comparable = before.dimension == mention.dimension and None not in (before.number, mention.number)
            if comparable and differ(before.quantity, mention.quantity):
                places_of_both = [before.cell(), mention.cell()]
                yield faulty(
                    (), places_of_both, of=before.subject or "同一个数", first=before.quote, second=mention.quote
                )
            elif comparable:
                yield held(sound(), before, mention)
        before = mention


def repeats(item: Said, first: Said, second: Said) -> bool:
    """Whether a figure says once more what one of two disagreeing figures says."""
    same = item.number in (first.number, second.number) and item.dimension == first.dimension
    return same and alike(item, second) >= ENOUGH


def totals(verdicts: Sequence[Verdict]) -> Iterator[Total]:
    """The plain reading of every list that the prose names: its whole and its parts."""
    for verdict in verdicts:
        for equation in verdict.question.asked[:1] if verdict.question.kind == "sum" else ():
            if isinstance(equation, Total):
                yield equation


def listed_together(verdicts: Sequence[Verdict]) -> dict[int, set[int]]:
    """For every part and whole of a sum the sums that it stands in: those are different figures by their nature."""
    groups: dict[int, set[int]] = defaultdict(set)
    for number, total in enumerate(totals(verdicts)):
        for figure in total.figures:
            groups[id(figure.mention)].add(number)
    return groups


_MEASURED = re.compile(r"(?:面积|里程|长度|数量|总量|规模)$")


def same_thing(first: Said, second: Said, together: dict[int, set[int]], report: int | None) -> bool:
    """Whether two figures, each of which can be a slip of the other, are said of the same thing."""
    one, other = first.mention, second.mention
    if one is not None and other is not None:
        if one.sentence is other.sentence or one.line.scope != other.line.scope:
            return False
        if together.get(id(one), set()) & together.get(id(other), set()):
            return False
        if one.fund and other.fund and one.fund != other.fund:
            return False
    if (first.kind != second.kind and first.kind and second.kind) or "remainder" in (first.kind, second.kind):
        return False
    if unlike_years(first, second, report) or set_apart(first, second):
        return False
    if one is not None and other is not None and general(one) and general(other):
        return one.kind == other.kind
    shorter = min(len(core(first.of)), len(core(second.of)))
    weak = len(str(first.number).rstrip("0").replace(".", "")) < 3
    if shorter >= (4 if weak else 3) and alike(first, second) >= SAME:
        return True
    # 受益农户9650户, 9560户农户: a short noun is enough where the slip is hardly chance
    short, long = sorted((_MEASURED.sub("", item.of) for item in (first, second)), key=len)
    return len(short) >= 2 and long.endswith(short) and transposed(first.quantity, second.quantity)


def one_qualified(first: Said, second: Said, together: dict[int, set[int]]) -> bool:
    """Whether two figures have one name but for a word that makes them two things: 培训人数, 女性培训人数."""
    one, other = first.mention, second.mention
    if one is None or other is None or one.sentence is other.sentence:
        return False
    if together.get(id(one), set()) & together.get(id(other), set()):
        return False
    return set_apart(first, second) and len(core(first.of)) >= 3 and alike(first, second) >= SAME


def general(mention: Mention) -> bool:
    """Whether a figure is said to be the budget or the spending as such, of nothing in particular: 全年支出, 预算数."""
    if mention.kind not in ("budget", "executed") or mention.tail or mention.bracket:
        return False
    before = mention.sentence.text[: min(mention.start - mention.sentence.start, REACH)]
    return not mention.line.topic and not any(clean(clause) for clause in re.split(r"[，；：]", before))


# --------------------------------------------------------------------------------------------------------------- C306


@check("C306", level="error", message="{of}：表内为 {form}，正文为 {text}；请核对后统一")
def form_differs_from_text(form: Form) -> Outcomes:
    """A figure of the form differs from what the report says of the same thing.

    标题: 表内数字与报告正文不一致
    为何重要: 自评表和报告一并报送、一并公开，两处不一致时无法认定完成值。
    依据: 自评表与自评报告应相互印证（财预〔2020〕10号）。
    例: 表内“建档儿童数 934 名”，正文“943 名”；表内“其他资金 0”，正文“本级自有资金 18.7 万元”。
    改法: 对照台账改正写错的一处；口径不同的，写明口径。
    何时无法判定: 正文没有写同一事项，或只写约数。
    """
    said = form.said
    written = [item for item in said if item.origin == "form" or (item.origin == "table" and of_actual(item))]
    told = [item for item in said if item.origin in ("text", "claim")]
    done: set[tuple[str, Decimal | None]] = set()
    kinds: dict[str, list[Said]] = defaultdict(list)
    for item in told:
        if item.number is not None:
            kinds[item.dimension].append(item)
    if len(written) > MOST_CELLS:
        yield undecided(f"表内数字过多，只比对前 {MOST_CELLS} 个", len(written) - MOST_CELLS)
    for cell in written[:MOST_CELLS]:
        if cell.number is not None and not loose(cell.quantity):
            yield judge_cell(cell, kinds[cell.dimension], done, form.year)
    yield from other_funds(form, told)


def of_actual(item: Said) -> bool:
    header = item.mention.header if item.mention else ""
    return re.search(r"完成|实际", header) is not None and re.search(r"目标|年初|预期", header) is None


def judge_cell(cell: Said, told: Sequence[Said], done: set[tuple[str, Decimal | None]], report: int | None) -> Outcome:
    same: list[Said] = []
    for item in told:
        if set_apart(cell, item):
            continue
        likeness = alike(cell, item)
        if item.number == cell.number and likeness >= ENOUGH / 2:
            return held(sound(), cell, item)
        if not unlike_years(cell, item, report) and (likeness >= ENOUGH or _shares_words(cell, item)):
            same.append(item)
    if not same:
        return undecided("正文没有写同一事项")
    if any(not differ(cell.quantity, item.quantity) for item in same):
        return held(sound("约数或四舍五入后一致"), cell, same)
    for item in same:
        if (cell.place.at, item.number) in done:
            continue
        certain = slip(cell.quantity, item.quantity) or (alike(cell, item) >= SAME and len(core(cell.of)) >= 5)
        if certain:
            done.add((cell.place.at, item.number))
            return faulty(cell.path, [cell.place, item.place], of=cell.of, form=cell.place.quote, text=said_words(item))
    return undecided("正文的数字可能是另一口径")


def _shares_words(cell: Said, item: Said) -> bool:
    """A weaker likeness that is enough when the figures are a slip of the pen apart."""
    return slip(cell.quantity, item.quantity) and alike(cell, item, wide=True) >= ENOUGH


_OWN_MONEY = re.compile(r"自有资金|自筹|其[他它]资金|社会资金|配套资金|单位资金")


def other_funds(form: Form, told: Sequence[Said]) -> Iterator[Outcome]:
    """其他资金 of the form against 自有资金, 自筹 … of the text."""
    total = funds_total(form.submission)
    for row in form.submission.funds:
        if row is total or not re.search(r"其[他它]|自有|自筹|单位资金", row.source):
            continue
        amount = money(row.budget or row.executed, row.unit)
        if amount is None:
            continue
        named = [
            i
            for i in told
            if i.number and i.dimension == "元" and _OWN_MONEY.search(i.around) and not unlike_years(i, i, form.year)
        ]
        if not named:
            yield undecided("正文没有写其他资金")
        elif any(item.number == amount for item in named):
            yield sound()
        else:
            item = named[0]
            again = [other for other in named[1:] if other.number == item.number][:3]
            cells = [cell for cell in (row.budget, row.executed) if cell]
            yield faulty(
                (),
                [*map(Place.of, cells), *places([item, *again])],
                of=row.source,
                form=f"{cells[0].text}{row.unit}",
                text=said_words(item),
            )  # fmt: skip
