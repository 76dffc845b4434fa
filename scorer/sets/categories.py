"""The standard categories of indicators, told from the words of the level names."""

from __future__ import annotations

import re
from functools import lru_cache

from scorer.naming import normalize_name

# The first pattern that matches a name decides: the narrow ones stand before the wide ones.
_PATTERNS = tuple(
    (category, re.compile(pattern))
    for category, pattern in (
        ("满意度", "满意"),
        ("可持续影响", "可持续|持续影响|长效"),
        ("生态环境成本", "(生态|环境).{0,4}成本"),
        ("社会成本", "社会.{0,2}成本"),
        ("经济成本", "经济.{0,2}成本"),
        ("经济效益", "经济.{0,2}(效益|效果|效应|影响)|^经济$"),
        ("社会效益", "社会.{0,2}(效益|效果|效应|影响)|^社会$"),
        ("生态效益", "(生态|环境).{0,4}(效益|效果|效应|影响)|^(生态|环境)$"),
        ("数量", "数量"),
        ("质量", "质量"),
        ("时效", "时效|进度|时限|及时"),
        ("成本", "成本"),
        ("决策", "决策|立项"),
        ("管理", "管理|过程|投入|资金"),
        ("产出", "产出|完成"),
        ("效益", "效益|效果|绩效"),
    )
)


@lru_cache(maxsize=4096)
def category_of_name(name: str) -> str:
    """数量, 质量, … for the name of a level; "" where the words say nothing."""
    bare = normalize_name(name)
    return next((category for category, pattern in _PATTERNS if pattern.search(bare)), "")


def category_of(levels: tuple[str, ...]) -> str:
    """The category of an indicator from the names of the levels above it, the nearest that says something first."""
    return next((category for level in reversed(levels) if (category := category_of_name(level))), "")
