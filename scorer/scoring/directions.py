"""Which way is better, where neither the form nor the rule says so: what the name of an indicator usually means."""

from __future__ import annotations

import re
from typing import Literal

# Words about an indicator's direction. They are said of what the name ends in: 医疗费用补助人数 counts people, 投诉受理件数
# is work done. A name that matches both sides says nothing.
_LESS = re.compile(
    "(?:成本|费用|投诉|结余率|结转率|结余结转|结转结余|事故|死亡率|发病率|患病率|病死率|受害率|成灾率|违规|违纪|差错|逾期"
    "|空置率|流失率|返贫|失业率|能耗|超支|等待时间|等待时长|响应时间|办理时间|办结时间"
    "|漏损率|渗漏率|故障率|误差率?|犯罪率|复发率|破损率|损耗率|辍学率|差异率|缺陷率|失误率|误报率|漏报率|浓度)"
    "(?:发生|出现|使用|资金|行为|问题|事件|案件|现象|举报|支出|金额|数额|总额|总数|总量|数量|次数|件数|起数|人数|户数|占比"
    "|比例|比率|标准|水平|控制|数|率|额|量|比){0,4}(?:[（(][^（）()]{0,20}[）)])?$"
)


_FORWARD = re.compile(
    "节约|降低|减少|下降|控制率|压减|处置|处理|办结率|回复|达标|合格|完成率|及时|满意|发放|查处|整改|核销|覆盖"
    "|受理|减免|免收|追回|挽回|清收|化解|防止|避免"
)


# 能耗: 降低2% asks for as much of the lowering as there can be
LESSENED = re.compile("降低|下降|减少|压减|缩短|节约|节省|[降减]幅")


_MORE = re.compile(
    "(?<![不未误])(?:覆盖率|满意度|满意率|合格率|达标率|及时率|知晓率|完成率|普及率|入学率|签约率|参保率|优良率|处置率|办结率"
    "|到位率|到场率|准确率|完好率|成活率|保存率|巩固率|化解率|就业率|归档率|结业率|取证率|通过率|参与率|正点率|准点率|亮灯率|供水率"
    "|收集率|无害化处理率|清运率|接种率|免疫密度|建档率|随访率|规范率|兑现率|公开率|响应率|修复率|治愈率|有效率|成功率|优秀率"
    "|(?<!开发)(?<!资源)利用率)"
    "|(?:带动|新增|实现)(?:[一-龥]{0,4})就业|受益[一-龥]{0,6}(?:人|户|口|人数|户数|人次)$|增收"
)


def usual_direction(name: str) -> Literal["", "less", "more"]:
    """Whether less or more of what the name says is good; "" for a name that does not tell."""
    if _MORE.search(name):
        return "more"
    return "less" if _LESS.search(name) and not _FORWARD.search(name) else ""


def less_is_better(name: str, category: str) -> bool:
    """Does a bare target of this indicator set a limit? So it is for costs, and where the name says so."""
    usual = usual_direction(name)
    return usual == "less" or (usual == "" and category.endswith("成本") and not _FORWARD.search(name))
