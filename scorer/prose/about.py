"""Whose document it is, of which project and which year: what its title, its head, its signature and its words say.

Every answer says where it was found and whether that is certain; what is not certain accuses nobody.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from scorer.model import Document
from scorer.prose.mentions import titled_year
from scorer.prose.phrases import fold

OPENING = 30
"""Paragraphs in which titles, covers and tables of metadata stand."""

CLOSING = 8
"""Paragraphs at the end in which a signature stands."""

LONGEST = 60


@dataclass(frozen=True, slots=True)
class Named:
    """A name of the document and where it was found, in Chinese: 标题, 索引信息, 封面, 落款, 正文."""

    value: str
    how: str
    certain: bool = True


@dataclass(frozen=True, slots=True)
class Dated:
    """The year reported on and where it was found."""

    value: int
    how: str
    certain: bool = True


@dataclass(frozen=True, slots=True)
class About:
    """What a document says of itself; None where it says nothing."""

    unit: Named | None = None
    project: Named | None = None
    year: Dated | None = None


def about(document: Document) -> About:
    """Unit, project and year of a document."""
    lines = [fold(block.text).strip() for block in document.paragraphs if block.text.strip()]
    labelled = dict(_labelled(lines[:OPENING]))
    titles = list(_titles([*([labelled["名称"]] if "名称" in labelled else []), *lines[:OPENING]]))
    return About(_unit(titles, labelled, lines), _project(titles, labelled), _year(document, titles, lines))


def about_all(documents: Sequence[Document]) -> About:
    """The same for the documents of one submission: for each question the first certain answer, else the first."""
    found = [about(document) for document in documents]
    units = [said.unit for said in found if said.unit]
    projects = [said.project for said in found if said.project]
    years = [said.year for said in found if said.year]
    return About(
        next((unit for unit in units if unit.certain), next(iter(units), None)),
        next((project for project in projects if project.certain), next(iter(projects), None)),
        next((year for year in years if year.certain), next(iter(years), None)),
    )


# ------------------------------------------------------------------------------------------------- lines of the head

_LABELS = {
    "unit": "发布机构|公开主体|发布单位|发文机关|发文单位|制作单位|责任单位|信息来源|文章来源|来源|作者",
    "cover": "项目单位|填报单位|实施单位|评价单位|自评单位|编制单位|填报部门|预算单位|单位名称|部门名称|项目实施单位",
    "project": "项目名称|专项名称|专项资金名称|资金名称",
    "名称": "名称|标题|信息名称",
}
_BLANKS = r"[\s　]*"


def _label(words: str) -> re.Pattern[str]:
    """A pattern of labels, with blanks between their characters or not, and of what stands behind them."""
    spaced = "|".join(_BLANKS.join(word) for word in words.split("|"))
    return re.compile(rf"(?:^|[\s|，。；\]】•])\[?\s*(?:{spaced})\s*\]?\s*[：:|\]]\s*\|?\s*(?P<value>[^|：:\[]*)")


_LABEL = {kind: _label(words) for kind, words in _LABELS.items()}
_VALUE_ENDS = re.compile(r"\s{1,}(?=[一-龥\s]{2,6}(?:[：:]|$))|\s{2,}|[|\[]|作者|主题分类|发文日期|成文日期|发布日期|日期|点击")


def _labelled(lines: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Labels of the head with their values, on the same line or the next one."""
    for index, line in enumerate(lines):
        if len(line) > 3 * LONGEST:
            continue
        for kind, pattern in _LABEL.items():
            match = pattern.search(line)
            if match is None:
                continue
            value = _VALUE_ENDS.split(match["value"].strip())[0].strip("　 。；，")
            if not value and match.end() >= len(line) and index + 1 < len(lines):
                value = lines[index + 1].strip("| 　")
            if 2 <= len(value) <= LONGEST and "。" not in value:
                yield kind, value


_SAYS_WHAT = re.compile(r"决算|预算|自评|评价|绩效|报告|情况|说明|公告|公示|通报|总结|使用表|公开")
_FURNITURE = re.compile(
    r"当前位置|您所在|首页|索引号|发布|来源|点击|浏览|字号|字体|打印|分享|附件|\.(?:docx?|pdf|xlsx?)|^[\[《【]|[>›»]|目录"
)
_NUMBERED = re.compile(r"^[\s　]*(?:第[一二三四五六七八九十]+部分|[一二三四五六七八九十]+、|（[一二三四五六七八九十\d]+）|\d+[.、．])")


def _titles(lines: Sequence[str]) -> Iterator[str]:
    """Short lines that say what the document is."""
    for line in lines:
        words = line.strip()
        short = len(words) <= LONGEST and not re.search(r"[。；：|]", words)
        if short and _SAYS_WHAT.search(words) and not _FURNITURE.search(words) and not _NUMBERED.match(words):
            yield re.sub(r"^关于", "", re.sub(r"\s+", "", words))


# -------------------------------------------------------------------------------------------------------------- unit

_KINDS = (
    "人民政府办公室|人民政府|人民法院|人民检察院|法院|检察院|管理委员会|管委会|委员会办公室|委员会|联合社|总工会|联合会|办事处|党校|"
    "管理局|管理处|管理所|管理站|中心|学院|学校|小学|中学|幼儿园|医院|卫生院|大队|支队|总队|公司|集团|林场|街道办|政府|局|厅|委|办|处|站|所|院|馆|会|团委|残联|妇联"
)
_PLACE = r"(?:自治区|自治州|自治县|新区|开发区|省|市|县|区|州|盟|旗|镇|乡|街道|村)"
_ORGANISATION = re.compile(
    rf"(?P<name>[一-龥]{{2,24}}?(?:{_KINDS}))"
    r"(?=$|（|20\d\d|二[〇○零]|[一-龥]{0,2}?(?:关于|部门|单位|整体|绩效|预算|决算|项目|“))"
)
_WHOLE_NAME = re.compile(rf"(?:[一-龥]{{2,24}})(?:{_KINDS})|[一-龥]{{2,12}}{_PLACE}")
_TOWN = re.compile(r"(?P<name>[一-龥]{2,12}(?:镇|乡|街道))(?=20\d\d|二[〇○零])")
_NO_NAME = re.compile(
    r"[本我该各为的对向]|有关|相关|全[市县区省]|根据|按照|委托|围绕|财政支出|^(?:项目|实施|主管|预算)(?:单位|部门)|admin"
)
_ALONE = re.compile(r"（?(?P<name>[一-龥]{4,24})）?")
_SIGNED_ON = re.compile(
    r"^(?:20\d\d|二[〇○零O][一二三四五六七八九〇○零]{2})年"
    r"\s*[\d一二三四五六七八九十]{1,2}月(?:\s*[\d一二三四五六七八九十]{1,3}日)?$"
)


def _unit(titles: Sequence[str], labelled: dict[str, str], lines: Sequence[str]) -> Named | None:
    found = list(_unit_names(titles, labelled, lines))
    if not found:
        return None
    first = found[0]
    if first.certain:
        return first
    # a publisher may publish for others; one that a second place names is the document's own
    agreed = next((one for one in found[1:] if one.value in first.value or first.value in one.value), None)
    return Named(first.value, f"{first.how}、{agreed.how}") if agreed is not None else first


def _unit_names(titles: Sequence[str], labelled: dict[str, str], lines: Sequence[str]) -> Iterator[Named]:
    if "cover" in labelled and _is_name(labelled["cover"]):
        yield Named(labelled["cover"], "封面")
    for title in titles:
        match = _ORGANISATION.match(title) or _TOWN.match(title)
        if match and _is_name(match["name"]):
            yield Named(match["name"], "标题")
            break
    signed = _signature(lines[-CLOSING:])
    if signed:
        yield Named(signed, "落款")
    for line in lines[:6]:
        if (match := _ALONE.fullmatch(line)) and _is_name(match["name"]):
            yield Named(match["name"], "封面", certain=line.startswith("（"))
            break
    if "unit" in labelled and _is_name(labelled["unit"]):
        yield Named(labelled["unit"], "索引信息", certain=False)
    for line in lines[:OPENING]:
        match = _ORGANISATION.match(_NUMBERED.sub("", line)) or _TOWN.match(_NUMBERED.sub("", line))
        if match and len(line) > LONGEST // 2 and _is_name(match["name"]):
            yield Named(match["name"], "正文", certain=False)
            break


def _is_name(words: str) -> bool:
    return _WHOLE_NAME.fullmatch(words) is not None and _NO_NAME.search(words) is None


def _signature(lines: Sequence[str]) -> str:
    """The name that stands alone above the date at the end."""
    for before, line in pairwise(lines):
        if _SIGNED_ON.match(re.sub(r"\s", "", line)) and _is_name(before):
            return before
    return ""


# ----------------------------------------------------------------------------------------------------------- project

_PROJECT = re.compile(
    r"(?:20\d\d年?(?:度)?)?(?P<name>[一-龥A-Za-z0-9（）“”、]{2,30}?(?:项目|工程|资金|补助|经费|公益金|专项|转移支付|补贴|保障费|恢复费))"
    r"(?=(?:资金|支出|专项|使用情况|的|预算|绩效|自评|评价|转移支付)*(?:绩效|自评|评价|使用|报告|情况))"
)
_FORM_WORDS = re.compile(r"(?:项目)?(?:支出)?绩效(?:自评|评价|目标)?(?:报告|表|情况)?$|^20\d\d年度?")
_A_LABEL = re.compile(r"^(?:资金|项目|主管|实施|预算|单位|负责|联系)[^，。]{0,4}(?:来源|名称|部门|单位|人|编码|类型|性质|电话)?$")
_GENERAL_PROJECT = re.compile(
    r"^(?:财政|部门|项目|整体|预算|一般公共预算|专项|支出|年度|本级|单位|财政专项|财政支出|资金|“三公”|建设|学校|项目|经费|工程|的|年|度)*$|三公|部门整体|^支出"
)
_IN_BRACKETS = re.compile(r"[（(](?P<name>[^（）()]{3,30}(?:项目|工程|资金|补助|经费|专项))[）)]$")


def _project(titles: Sequence[str], labelled: dict[str, str]) -> Named | None:
    given = _FORM_WORDS.sub("", labelled.get("project", ""))
    if given and not re.search(r"[：:]", given) and not _A_LABEL.search(given):
        return Named(given, "封面")
    for title in titles:
        match = _IN_BRACKETS.search(title)
        if match is None:
            unit = _ORGANISATION.match(title) or _TOWN.match(title)
            match = _PROJECT.match(title, unit.end() if unit else 0)
        if match:
            name = re.sub(r"^(?:关于)?(?:20\d\d年?度?)?", "", match["name"])
            year = re.search(r"20\d\d年?度?", name)
            name = name[year.end() :] if year else name
            if len(name) >= 4 and not _GENERAL_PROJECT.search(name):
                return Named(name, "标题")
    return None


# -------------------------------------------------------------------------------------------------------------- year

_TITLE_YEAR = re.compile(r"(20\d\d)年?(?!\s*\d+\s*月)(?:度|年)?")
_WRITTEN_YEAR = re.compile(r"二[〇○零O]([〇○零一二三四五六七八九]{2})年")
_OF_YEAR = re.compile(r"(20\d\d)\s*年\s*度")
_ANY_YEAR = re.compile(r"(20\d\d)\s*年(?!\s*\d{1,2}\s*月)")
_DIGITS = {character: str(index) for index, character in enumerate("零一二三四五六七八九")} | {"〇": "0", "○": "0"}


def _year(document: Document, titles: Sequence[str], lines: Sequence[str]) -> Dated | None:
    titled = titled_year(document)
    if titled is not None:
        return Dated(titled, "标题")
    named = {year for title in titles for year in _years_of(title)}
    if len(named) == 1:
        return Dated(named.pop(), "标题")
    told = [int(year) for line in lines for year in _OF_YEAR.findall(line)]
    every = Counter(int(year) for line in lines for year in _ANY_YEAR.findall(line))
    if not every:
        return None
    if not named and told and len(set(told)) == 1 and len(told) >= 2 and max(every, key=lambda year: (every[year], year)) == told[0]:
        return Dated(told[0], "正文")
    return Dated(max(every, key=lambda year: (every[year], year)), "正文", certain=False)


def _years_of(title: str) -> Iterator[int]:
    for match in _TITLE_YEAR.finditer(title):
        yield int(match[1])
    for match in _WRITTEN_YEAR.finditer(title):
        yield int("20" + "".join(_DIGITS[character] for character in match[1]))
