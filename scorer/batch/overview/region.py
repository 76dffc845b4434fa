"""Which region a submission comes from, as its own words or the folder it lies in say.

There is no gazetteer: what counts is how names are built, so that 某县 is a region as good as any. Names of enterprises
and of bureaus without a place give none, and that is said.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Literal

Source = Literal["unit", "folder", ""]

UNKNOWN = "（未能判断）"
REGION_WORDS = (
    "地区先看单位名称开头的行政区划（省、市、州、县、区、旗，到县一级为止；没有的看乡、镇、街道），"
    "名称里没有的看文件所在的文件夹是否以行政区划命名，都没有的记作“（未能判断）”。同一个县写不写上级都算同一个，"
    "不同上级下的同名县区分开列。"
)

# what may stand before the place in the name of a body that is organised from the top
BEFORE = re.compile(
    r"(?:中共|中国共产党|政协|中国人民政治协商会议|共青团|中国共产主义青年团|国家税务总局|中华全国|中国)"
)
LETTER = r"[\u4e00-\u9fff]"
PART = re.compile(rf"{LETTER}{{1,14}}?(?:[省旗]|市(?!场)|县(?!域)|区(?!域)|自治州|盟)")
LONG = re.compile(r"(?:自治[区州县旗]|特别行政区|开发区|高新区|园区|示范区|保税区|合作区|度假区|新区|林区|矿区|管理区)$")
LONGEST = {"省": 3, "旗": 8, "盟": 6}  # letters before the marker; all others
LONGEST_OTHER = 5
BODY = re.compile(r"局|厅|公司|中心|学校|医院")  # a body's name stands before the marker: the marker is part of it
BELOW = re.compile(rf"{LETTER}{{1,5}}?(?:街道|镇|乡)")
# in front of the marker these make a common noun, not a name: 城市管理局, 社区服务中心, 省市场监督管理局
COMMON = frozenset("城社地园县市省区辖景库校院厂矿林灌牧片小新老全本各街山农军战特专学都住集乡镇村同联红国锦") | {"城乡", "民主同"}
MARKERS = re.compile(r"(?:自治[区州县旗]|特别行政区|街道|[省市县区旗盟镇乡])$")
IN_FOLDER = re.compile(r"[\d\s_.、（）()\-—]*((?:[\u4e00-\u9fff])+?)(?:[\d\s_.、（）()\-—]|年度?)*")
PARTS_MOST = 4
COUNTY = ("县", "区", "旗")
ABOVE_COUNTY = ("自治区", "地区", "特别行政区")


def region_of(unit: str, folders: Iterable[str]) -> tuple[str, Source]:
    """The region, outermost level first in one word, and what told it: ``("某市某区", "unit")``, ``("", "")``.

    `folders` are the names of the folders around the file, the outermost first.
    """
    parts = named_in(unit)
    if parts:
        return "".join(parts), "unit"
    found: list[str] = []
    for folder in folders:
        name = IN_FOLDER.fullmatch(folder[:40])
        parts = named_in(name[1]) if name else ()
        if parts and "".join(parts) == (name[1] if name else ""):
            found += [part for part in parts if part not in found]
    return ("".join(found[-PARTS_MOST:]), "folder") if found else ("", "")


@lru_cache(maxsize=65536)
def named_in(name: str) -> tuple[str, ...]:
    """The regions at the beginning of a name, outermost first: ``("某省", "某市", "某县")``."""
    text = name.strip()[:80]
    if before := BEFORE.match(text):
        text = text[before.end() :]
    parts: list[str] = []
    while len(parts) < PARTS_MOST and (match := PART.match(text)):
        part = match[0]
        if _common(part) or (parts and part[0] in "省市县区旗盟"):
            break
        parts.append(part)
        text = text[match.end() :]
        if part.endswith(COUNTY) and not part.endswith(ABOVE_COUNTY):
            break
    if not parts and (match := BELOW.match(text)) and not _common(match[0]):
        parts.append(match[0])
    return tuple(parts)


def _common(part: str) -> bool:
    """Is this no name of a region but another word that ends like one?"""
    stem = MARKERS.sub("", part)
    most = LONGEST.get(part[-1], LONGEST_OTHER)
    return not stem or stem in COMMON or bool(BODY.search(stem)) or (len(part) > most + 1 and not LONG.search(part))


def together(names: Iterable[str]) -> Mapping[str, str]:
    """Which names mean the same region: 浏阳市 is 湖南省长沙市浏阳市 where no other 浏阳市 occurs.

    Each name maps to the longest that ends with it. A name that two different regions end with (鼓楼区 of two cities)
    stays as it is, since nothing tells which of them is meant.
    """
    endings: dict[str, list[str]] = {}
    whole = sorted(set(names), key=lambda name: (len(name), name))
    for name in whole:
        parts = named_in(name)
        for start in range(1, len(parts)):
            endings.setdefault("".join(parts[start:]), []).append(name)
            if len(parts) > 2 and start == 1:  # 湖南省长沙市浏阳市 is also 湖南省浏阳市
                endings.setdefault(parts[0] + parts[-1], []).append(name)
    meant = {}
    for name in whole:
        longer = endings.get(name, [])
        longest = max(longer, key=len, default=name)
        alone = all(longest.endswith(other) or _within(other, longest) for other in longer)
        meant[name] = longest if alone else name
    return meant


def _within(shorter: str, longer: str) -> bool:
    """Is every part of the one a part of the other?"""
    return set(named_in(shorter)) <= set(named_in(longer))
