"""C304, C307, C308: figures that stray in from another year, another unit or another project."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from scorer.checks.form import Form
from scorer.checks.registry import Outcome, Outcomes, check, faulty, not_run, sound, undecided
from scorer.checks.sameness import core, from_claim
from scorer.model import Cell, Paragraph, Place, Submission
from scorer.numbers.quantity import find_quantities
from scorer.prose.mentions import sentences
from scorer.prose.phrases import (
    COMPARES_YEAR,
    COMPLETED,
    DOES,
    LONG_VIEW,
    NOT_COMPLETED,
    OTHER_ORGANISATION,
    OTHER_PROJECT,
    REACH,
    THIS_YEAR,
    fold,
)

BASE_YEAR = 4  # a comparison with a year as far back as this is meant: the base of a plan
LONGEST_TITLE = 200  # characters of the first lines in which the years reported on are looked for
MOST_NAMES = 60  # organisations of one submission that are looked at


# --------------------------------------------------------------------------------------------------------------- C304

_DATED = re.compile(r"(?P<year>20\d\d)年(?:度)?(?P<rest>(?:(?!20\d\d年\d)[^，。；]){0,40}(?:，(?:(?!20\d\d年\d)[^。；，]){0,24})?)")
_DAY = re.compile(r"20\d\d年(?:\s{0,3}\d{1,2}月)?(?:\d{1,2}日)?")
_UNTIL = re.compile(rf"(?:截至|截止)?(?:到|至|于|在)?{_DAY.pattern}(?:[底末止]|前|之前)?[，,]?")
_COMPLETED = re.compile(COMPLETED)
_NOT_COMPLETED = re.compile(NOT_COMPLETED)


@check("C304", level="warning", message="{year} 年度的数（{what}）截至 {date}，超出评价年度；请按 {year} 年 12 月 31 日的数填列")
def period_differs(form: Form) -> Outcomes:
    """A result or an amount spent is counted up to a date after the year reported on.

    标题: 完成值或执行数的截止日超出评价年度
    为何重要: 评价的是一个年度；把次年的支出算进来，执行率和完成率都会虚高。
    依据: 预算执行率以当年 12 月 31 日的执行数计算。
    例: 2021 年度项目写“截止到 2022 年 1 月实际支出 370 万元，执行率 100%”。
    改法: 改用评价年度 12 月 31 日的数，次年完成的另作说明。
    何时无法判定: 评价年度不能确定。
    """
    year = form.certain_year
    if year is None:
        yield not_run("评价年度不能确定")
        return
    opening = fold("".join(block.text for document in form.documents for block in document.paragraphs[:2])[:LONGEST_TITLE])
    if re.search(rf"{year}年?[—–~至到-]+{year + 1}年", opening):
        year += 1  # 2020—2021年度: a year that runs over New Year
    for source, text, start in written_sentences(form):
        for match in _DATED.finditer(text):
            if int(match["year"]) == year + 1:
                yield late(source, text, start, match, year)
    for answer in form.submission.answers:
        if dated := _DATED.search(answer.actual.text):
            if int(dated["year"]) > year:
                yield faulty(answer.path, [answer.actual], year=str(year), what="完成值", date=day_in(dated[0]))
            else:
                yield sound()
    for claim in form.submission.claims:
        stated = _DATED.search(fold(claim.value.text)) or _DATED.search(fold(claim.of))
        if stated and int(stated["year"]) > year:
            for said in list(from_claim(claim))[:1]:
                yield faulty((), [said.place], year=str(year), what=undated(claim.of), date=day_in(stated[0]))
        elif stated:
            yield sound()


def undated(words: str) -> str:
    """What a claim is of, without its date: 截止到2022年1月实际支出 → 实际支出."""
    return _UNTIL.sub("", words) or words


def day_in(words: str) -> str:
    """The date as written, as exact as it is: 2022年1月31日, 2022年1月, 2022年."""
    day = _DAY.search(words)
    return day[0] if day else words


def late(source: Cell, text: str, start: int, match: re.Match[str], year: int) -> Outcome:
    rest = match["rest"]
    before = text[max(0, match.start() - 12) : match.start()]
    done = _COMPLETED.search(rest)
    if done is None and re.search(r"(?:截至|截止)到?$", before) and re.match(r"\d{1,2}月[^，。；]{0,6}的?\d", rest):
        # 完成值为截至2021年5月的38.2公里: what was done stands before the date
        done = _last(_COMPLETED, re.split(r"[，。；：]", text[max(0, match.start() - 30) : match.start()])[-1])
    planned = _NOT_COMPLETED.search(before + rest[: done.end() if done else None]) or re.search(r"〔|（\s*$|号", before[-2:])
    in_bracket = before.endswith("（") and re.match(r"\d{1,2}月\d{1,2}日）[^，。；]{0,4}前?[^，。；]{0,6}(?:完毕|完成|发放)", rest)
    month = re.match(r"\s*\d{1,2}(?:[—－~至-]+\d{1,2})?月|[年末底]|元旦|春节", rest)
    dated = re.search(r"(?:截至|截止|于|在|到|至|直到)[^，。；]{0,6}$", before) is not None or in_bracket
    if not done or (planned and not in_bracket) or not (month and (dated or done)):
        return sound()
    if re.search(rf"截[至止]到?{year}年(?:12月|年?[底末])", text[: match.start()]):
        return undecided("同一句另写了评价年度末的数")
    clause = text[max(0, match.start() - 24) : match.start("rest") + done.end()]
    if _LATER_BY_CONTRACT.search(clause) and "%" not in rest:
        return undecided("说明的是次年付款的原因")
    words = match[0]
    at = start + match.start() + 1
    place = Place(file=source.source.file, at=_columns(source, at, at + len(words) - 1), quote=words)
    return faulty((), [place], year=str(year), what=done[0], date=day_in(words))


_LATER_BY_CONTRACT = re.compile(r"原因|尾款|质保金|余款|按合同|合同约定")


def _last(pattern: re.Pattern[str], text: str) -> re.Match[str] | None:
    return next(iter(reversed(list(pattern.finditer(text)))), None)


def _columns(cell: Cell, start: int, end: int) -> str:
    at = cell.source.place
    return f"{at}:{start}-{end}" if re.fullmatch(r"L\d+", at) else at


def written_sentences(form: Form) -> Iterator[tuple[Cell, str, int]]:
    """Every sentence of the documents' paragraphs, folded, with its paragraph and where in it it begins."""
    for document in form.documents:
        for block in document.blocks:
            if isinstance(block, Paragraph) and block.text.strip():
                cell = Cell(block.text, block.source)
                for text, start in sentences(fold(block.text)):
                    yield cell, text, start


# --------------------------------------------------------------------------------------------------------------- C307

_CHANGES = re.compile(r"增|减|降|升|相比|持平|提高|多|少")
_COMPARES = re.compile(rf"{COMPARES_YEAR}(?P<rest>[^。；]{{0,30}})")
_LONG_VIEW = re.compile(LONG_VIEW)
_THIS_YEAR = re.compile(THIS_YEAR)
_EARLIER = re.compile(r"(?<![〔【\[（(])(?P<year>20\d\d)年")
_COUNTED = re.compile(r"\d\s*(?:万|元|人|户|个|%|名|家|份|次|台|处|期)")
_AS_OF = re.compile(r"(?:截至|截止|统计至|数据为)[^，。；]{0,2}20\d\d年(?:12月(?:31日|底|末)|年?[底末])")
_RESULT = re.compile(r"度(?:全年)?(?:目标任务|年度任务|绩效目标|任务|目标|项目任务|工作任务)[^，。；]{0,12}(?:完成|达到|执行|实现)")
_COMPARING = re.compile(r"比|较|同期|增长|下降|增加|减少|上年|去年|以来|结转|平均|累计|对比")


@check("C307", level="warning", message="{year} 年度的报告{what}；请核对年份，或更新为本年数字")
def stale_year(form: Form) -> Outcomes:
    """A comparison or a figure belongs to another year than the report: text of an earlier report left in.

    Across the forms of a batch the same code finds last year's figures: `scorer.checks.peers.twice`.

    标题: 年份错位
    为何重要: 沿用旧报告而没有更新，比较的基期和数字都不是本年的。
    依据: 决算公开说明应与上年比较；自评应反映评价年度的情况。
    例: 2020 年报告写“比 2018 年增加”；“2019 年……资金 10 万元，本年度……229 人”。
    成批核对时还与同一单位同一项目的上年表比较：救助 3482 人次、发放 231.6 万元、执行 254.83 万元，两年一字不差。
    改法: 改为与上一年度比较，或换成本年度的数字。
    何时无法判定: 评价年度不能确定；跨年度的累计、平均、规划期比较。成批核对时，与上年相同的完成数不到 3 个或不到一半：可能确实没有变化。
    人员、面积、里程一类存量，恰为目标值的数，不足三位有效数字的数，都不比较。
    """
    year = form.certain_year
    if year is None:
        yield not_run("评价年度不能确定")
        return
    for source, text, start in written_sentences(form):
        if "年" not in text:
            continue
        yield from stale_comparison(source, text, start, year)
        yield from stale_figures(source, text, start, year)
        yield from stale_ends(source, text, start, year)


def stale_comparison(source: Cell, text: str, start: int, year: int) -> Iterator[Outcome]:
    for match in _COMPARES.finditer(text):
        compared = int(match["year"])
        if not _CHANGES.search(match["rest"]) or not re.search(r"\d", match["rest"]):
            continue
        if not year - BASE_YEAR < compared < year - 1:
            yield sound()
            continue
        if re.search(rf"(?:比|较|与|同)(?:{year - 1}年|(?:上一?年|去年)[^，。；\d]{{0,8}}\d)", text):
            yield undecided("同一句也与上一年比较")
            continue
        if f"{compared + 1}年" in text[: match.start()]:
            yield undecided("两个年份都不是评价年度，比较的是相邻两年")
            continue
        figure = re.search(r"\d", match["rest"])
        if _LONG_VIEW.search(text, max(0, match.start() - 16), match.start("rest") + (figure.start() if figure else 0)):
            yield undecided("可能是跨年度的比较")
            continue
        place = Place(
            file=source.source.file, at=_columns(source, start + match.start() + 1, start + match.end()), quote=match[0]
        )  # fmt: skip
        yield faulty((), [place], year=str(year), what=f"与 {compared} 年比较，而非 {year - 1} 年")


def stale_figures(source: Cell, text: str, start: int, year: int) -> Iterator[Outcome]:
    """An earlier year's figures told as this year's.

    2019年…10万元，本年度…229人; 截至2019年底 or 2019年度任务完成率 without a word on this year.
    """
    match = _EARLIER.search(text)
    if match is None or f"{year}年" in text or not year - BASE_YEAR < int(match["year"]) < year:
        return
    at = match.start()
    if _COUNTED.search(text, match.end()) is None or _COMPARING.search(text[max(0, at - 2) :]):
        return
    # 2021年…已于当年验收: 当年 is the year just named
    if int(match["year"]) == year - 1 and any(word[0] != "当年" for word in _THIS_YEAR.finditer(text, at)):
        what = f"中 {match['year']} 年与“本年度”连用，数字疑为上年的"
    elif _AS_OF.search(text[max(0, at - 6) : match.end() + 8]):
        what = f"中的数字截至 {match['year']} 年底"
    elif _RESULT.match(text, match.end()):
        what = f"写的是 {match['year']} 年度的完成情况"
    else:
        return
    quote = text[at:].rstrip()
    place = Place(
        file=source.source.file, at=_columns(source, start + at + 1, start + len(text.rstrip())), quote=quote[:REACH]
    )  # fmt: skip
    yield faulty((), [place], year=str(year), what=what)


_LEFT_FOR = re.compile(
    r"(?<!上)(?<!去)(?:年末|年底|期末)(?:财政拨款)?(?:结转|结余)[^。；]{0,24}?[，,]?(?:在|于|结转(?:至|到)?)(?P<year>20\d\d)年度?[^，。；\d]{0,6}(?:使用|用于|安排)"
)
_AT_END = re.compile(r"(?P<year>20\d\d)年(?:末|底|12月31日)[^，。；\d]{0,6}(?:实有|在职|在编|在岗)[^，。；\d]{0,10}\d+")


def stale_ends(source: Cell, text: str, start: int, year: int) -> Iterator[Outcome]:
    """What is left at the year's end to be used within that year, and staff of the end of the year before beside this year's
    posts."""
    for match in _LEFT_FOR.finditer(text):
        earlier = re.search(r"(20\d\d)年$", text[: match.start()])
        if earlier and int(earlier[1]) < year or not year - BASE_YEAR < int(match["year"]) <= year:
            continue
        yield _stale(source, start, match, year, f"说年末结转的资金在 {match['year']} 年度使用，应为下一年度")
    for match in _AT_END.finditer(text):
        if int(match["year"]) == year - 1 and f"{year}年" in text[: match.start()] and not _COMPARING.search(text):
            yield _stale(source, start, match, year, f"中的人数是 {match['year']} 年末的")


def _stale(source: Cell, start: int, match: re.Match[str], year: int, what: str) -> Outcome:
    place = Place(
        file=source.source.file, at=_columns(source, start + match.start() + 1, start + match.end()), quote=match[0]
    )  # fmt: skip
    return faulty((), [place], year=str(year), what=what)


# --------------------------------------------------------------------------------------------------------------- C308

_ORGANISATION = re.compile(OTHER_ORGANISATION)
_PROJECT = re.compile(OTHER_PROJECT)
_ACTS = re.compile(DOES)


@check("C308", level="warning", message="报告中出现“{name}”的数字，不是本单位（{own}）；请核对是否误抄")
def foreign_name(form: Form) -> Outcomes:
    """Figures of another organisation or project stand in the report.

    标题: 出现别的单位或项目的名称与数字
    为何重要: 多半是照抄别家报告时没有改净，数字也不是本单位的。
    依据: 自评内容应为本单位（项目）的真实情况。
    例: 住建局的报告写“某市公路管理局完成国省道养护工程 317 公里”。
    改法: 删去或改为本单位的内容；确为合作单位的，写明关系。
    何时无法判定: 报告没有写明本单位名称。
    """
    own = own_names(form.submission)
    unit = form.about.unit
    if unit is not None and unit.value not in own:
        own.append(unit.value)
    if not own or not (form.submission.unit or (unit is not None and unit.certain)):
        yield undecided("报告没有写明本单位名称")
        return
    whole = "".join(fold(block.text) for document in form.documents for block in document.paragraphs)
    single = "项目" in whole[:80] and not re.search(r"部门|整体|决算", whole[:80])
    looked: set[str] = set()
    for source, text, start in written_sentences(form):
        offset = 0
        for clause in re.split(r"(?<=[，。；：])", text):
            words = clause.lstrip("　 \n")
            match = _ORGANISATION.match(words) or (_PROJECT.match(words) if single else None)
            if match and _ACTS.match(words, match.end()) and match["name"] not in looked and len(looked) < MOST_NAMES:
                looked.add(match["name"])
                place = _clause_place(clause, source, start + offset)
                if not find_quantities(text[offset : offset + 200]) or is_own(match["name"], own, whole):
                    yield sound()
                else:
                    yield faulty((), [place], name=match["name"], own=own[0])
            offset += len(clause)


def is_own(name: str, own: Sequence[str], whole: str) -> bool:
    """Whether a name is the submission's own, or one that its text speaks of elsewhere too."""
    if name.endswith(("项目", "工程")):
        thing = re.sub(r"项目|工程", "", name)
        return any(whole.count(thing[index : index + 2]) > 1 for index in range(len(thing) - 1))
    same = any(name in mine or mine in name or core(mine) == core(name) for mine in own)
    return same or whole.count(name) > 2


def _clause_place(clause: str, source: Cell, start: int) -> Place:
    quote = clause.strip("，。；： 　\n")
    at = start + clause.index(quote) + 1
    return Place(file=source.source.file, at=_columns(source, at, at + len(quote) - 1), quote=quote)


_OWN_NAME = re.compile(
    r"([一-龥]{2,24}?(?:省|市|县|区|州|旗)?[一-龥]{2,16}?"
    r"(?:管理局|委员会|联合社|总工会|中心|学校|医院|大队|支队|公司|集团|局|委|站|所|院|馆|厅|会|处))"
)
_NAME_ALONE = re.compile(
    r"（?(?:(?:评价|填报|报告|项目|实施|主管)?(?:单位|部门)[：:])?\s*[一-龥]{2,18}?(?:局|委|委员会|中心|医院|学校|站|所|院|馆|厅|会|办|办公室|大队|支队|政府)\s*"
    r"(?:20\d\d年(?:度)?)?）?"
)
_TITLE = re.compile(r"报告|说明|决算|自评|绩效|概况|总结|情况表")


def own_names(submission: Submission) -> list[str]:
    """The names that the submission gives itself: the unit's field, and those of the opening lines."""
    names = [submission.unit] if submission.unit else []
    for document in submission.documents:
        lines = [fold(block.text).strip() for block in document.paragraphs if block.text.strip()][:4]
        opening = [line for line in lines if len(line) <= 60 and _TITLE.search(line) and "。" not in line] or lines[:1]
        opening += [line for line in lines if len(line) <= 24 and line not in opening and _NAME_ALONE.fullmatch(line)]
        for line in opening:
            for clause in re.split(r"[，。；：]", line)[:3]:
                clause = re.sub(r"^（?(?:关于|现将|项目[一二三四五六七八九十][：:])?\s*(?:20\d\d年度?)?", "", clause)
                if match := _OWN_NAME.match(clause):
                    names.append(match[1])
    return list(dict.fromkeys(names))
