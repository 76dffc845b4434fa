"""The words of the forms: which wording of a column, a label or a row stands for which field.

Readable tables, one place for every reader. A wording is compared after `squash` (full-width forms folded, white space
removed) and without what stands in brackets: 「年初目标值(A)」 is found as 年初目标值. What no table lists is tried
against the fragments, in their order; what they do not know either is "" and the caller says so.

Column names as seen on published forms of about fifteen provinces; see the corpus of forms in the tests.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Final, Literal

from scorer.value import remembered

# ------------------------------------------------------------------------------------------- how a wording is compared


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


LONGEST_HEADING: Final = 40  # a longer text is a sentence, not the name of a column

_CIRCLED: Final = re.compile("[①-⑳❶-❿⑴-⒇]")
_WHITE: Final = re.compile(r"[\s\u200b-\u200d\ufeff\u3000]+")
_BRACKETS: Final = re.compile(r"[(\[【〔{][^()\[\]【】〔〕{}]{0,60}[)\]】〕}]")
_EDGE: Final = ":;,.、*★·-—_/|#\"'“”‘’%"
_ENUMERATION: Final = re.compile(
    r"^(?:[一二三四五六七八九十]{1,3}[、.]|\d{1,2}[、.](?!\d)|\([一二三四五六七八九十\d]{1,3}\))"
)


@remembered
def squash(text: str) -> str:
    """The text as wordings are compared: full-width forms folded, all white space and circled numbers removed."""
    return _WHITE.sub("", unicodedata.normalize("NFKC", _CIRCLED.sub("", text)))


@lru_cache(maxsize=8192)
def heading(text: str) -> str:
    """The bare wording of a column name or label: squashed, without brackets, enumeration and signs at its ends."""
    bare = squash(text[:400])
    for _ in range(3):  # brackets inside brackets occur, deeper ones do not
        shorter = _BRACKETS.sub("", bare)
        if shorter == bare:
            break
        bare = shorter
    return _ENUMERATION.sub("", bare.strip(_EDGE)).strip(_EDGE)


def inside_brackets(text: str) -> str:
    """What stands in the last brackets of a wording: 「预期指标值(符号)」 gives 符号, "" without brackets."""
    found = _BRACKETS.findall(squash(text[:400]))
    return found[-1][1:-1] if found else ""


# ------------------------------------------------------------------------------------------------ the indicator table

Column = Literal[
    "level1", "level2", "level3", "level4", "name",
    "target", "adjusted_target", "sign", "unit", "actual",
    "weight", "share", "claimed", "own_score", "reviewed", "coefficient",
    "reason", "standard", "evidence", "threshold", "number", "remark", "known", "",
]  # fmt: skip
"""What a column of the indicator table holds. `share` is a weight in per cent beside the weight in points, `own_score`
a score said to be the unit's own (自评得分) where a bare 得分 may be another's, `threshold` one of 优 良 中 差,
`number` the running number, `remark` a 说明 or 备注 that serves as reason where no other column does, `known` a column
that is understood and has no field."""

COLUMNS: Final[dict[Column, tuple[str, ...]]] = {
    "level1": _words("一级指标 一级目标 一级 一级指标名称 一级绩效指标 指标一级 1级指标 一级指标内容 一级类别"),
    "level2": _words("二级指标 二级目标 二级 二级指标名称 二级绩效指标 指标二级 2级指标 二级指标内容 二级类别"),
    "level3": _words(
        "三级指标 三级目标 三级 三级指标名称 三级绩效指标 指标三级 3级指标 三级指标内容 三级类别 三级指标及内容 "
        "三级指标明细 末级指标"
    ),
    "level4": _words("四级指标 四级目标 四级 四级指标名称 4级指标"),
    "name": _words(
        "指标名称 绩效指标 绩效指标名称 指标 指标内容 考核指标 评价指标 具体指标 明细指标 指标项 评价内容 考核内容 "
        "自评内容 绩效指标内容 指标明细 评价项目 考核项目 评价要素 绩效目标指标 年度绩效指标 产出和效果指标 "
        "项目绩效指标 个性指标 指标类型 指标类别 指标分类"
    ),
    "target": _words(
        "年度指标值 指标值 预期指标值 目标值 年初目标值 年初指标值 绩效目标值 标准值 预算设定指标值 年度目标值 计划值 "
        "预期值 指标目标值 年度预期指标值 预期目标值 年初预期目标值 年初设定指标值 年度绩效指标值 绩效指标值 "
        "年初绩效指标值 计划指标值 设定指标值 申报指标值 批复指标值 目标指标值 年初设定目标值 预设目标值 预期目标 "
        "年度目标 计划目标值 绩效目标 全年指标值 全年目标值 预期完成值 计划完成值 评价标准值 年度计划值 年初计划值 "
        "预算指标值 应完成值 预期绩效目标值"
    ),
    "adjusted_target": _words(
        "调整指标值 调整后指标值 调整目标值 调整后目标值 年中调整指标值 调整后年度指标值 调整后年度目标值 变更后指标值"
    ),
    "sign": _words(
        "指标性质 计算符号 运算符号 指标方向 符号 比较符 比较符号 指标符号 性质 关系符号 运算符 指标属性 目标方向 方向 "
        "逻辑符号 指标值符号 判断符号 比较关系 正反向 指标正反向"
    ),
    "unit": _words(
        "度量单位 计量单位 指标单位 单位 指标值单位 计量单位名称 数值单位 指标计量单位 量化单位 绩效度量单位 "
        "绩效指标单位"
    ),
    "actual": _words(
        "实际完成值 全年实际完成值 完成值 全年实际值 全年完成值 实际完成指标值 年终完成值 目标完成值 实际值 "
        "单项指标实际完成值 实际完成情况 完成情况 全年完成情况 年度实际完成值 指标完成值 实际指标值 全年实际完成情况 "
        "指标完成情况 实际完成 自评完成值 年度完成值 完成指标值 实际完成数 截至年底完成值 目标完成情况 年末完成值 "
        "年末实际完成值 全年实际完成指标值 本年完成值 年度完成情况 完成数 实际达到值 实际达成值 实际完成指标 实现值 "
        "实际实现值 实际绩效值 绩效目标完成值 实际完成量"
    ),
    "weight": _words(
        "分值 权重 指标分值 指标权重 参考分值 权重分值 项目权重 标准分 标准分值 满分 分数 分值权重 权重分 满分值 "
        "指标权重分 指标满分 绩效分值 设定分值 应得分 基准分 基准分值 赋分 指标分 总分值 单项分值 配分 权数 "
        "三级指标分值 三级指标权重 四级指标分值 分值设定 总分 评分权重 自评权重 二级指标分值 二级指标权重 一级指标分值 "
        "一级指标权重"
    ),
    "share": _words("权重占比 分值占比 权重比例 占比"),
    "claimed": _words("得分 指标得分 单项得分 实际得分 折算得分 单项指标折算得分 评分 得分值 分值得分 计分"),
    "own_score": _words(
        "自评得分 自评分 自评分值 自评分数 自评 单位自评得分 单位自评分 部门自评得分 自评打分 自我评分 自评价得分 "
        "项目单位自评得分 预算单位自评得分 单位自评 自评得分情况 自评实际得分"
    ),
    "reviewed": _words(
        "复核分 复核得分 财政审核评分 审核得分 审核评分 评审得分 财政评分 财政复核得分 抽查得分 复评得分 复评分 "
        "主管部门评分 主管部门审核得分 主管部门复核得分 财政审核得分 复核评分 考评得分 考核得分 核定得分 专家评分 "
        "第三方评分 主管部门评价得分 财政评价得分 审核分 抽评得分"
    ),
    "coefficient": _words("得分系数 系数 评分系数 得分率 计分系数"),
    "reason": _words(
        "偏差原因分析及改进措施 偏差原因 偏差原因分析 未完成原因分析 未完成原因和改进措施 未完成原因 "
        "未完成原因及拟采取的改进措施 未完成原因分析及改进措施 存在问题和改进措施 存在问题及改进措施 原因分析 "
        "偏差原因及改进措施 改进措施 未完成原因及改进措施 原因 扣分原因 扣分原因及改进措施 偏差分析 备注及未完成原因 "
        "未达标原因 存在问题及原因 偏离原因 未完成情况说明 未完成说明 失分原因 得分说明"
    ),
    "standard": _words(
        "评分标准 评价标准 评价标准及依据 评分标准及依据 得分计算方法 计分标准 计分方法 评分规则 评分方法 评分办法 "
        "计算方法 评分细则 扣分标准 评价方法 赋分标准 赋分规则 考核标准 指标评分标准 评分依据及标准 评分说明 计分规则 "
        "评价标准说明 得分标准 评分标准及方法"
    ),
    "evidence": _words(
        "佐证材料 佐证资料 证明材料 佐证 佐证材料说明 完成依据 评分依据 得分依据 自评依据 证据 佐证材料名称 "
        "完成值佐证材料 附件 支撑材料 相关佐证材料 佐证依据 完成值依据 打分依据"
    ),
    "threshold": _words("优 良 中 差 优秀 良好 合格 不合格"),
    "number": _words("序号 编号 编码 指标编码 指标编号 行次 栏次"),
    "remark": _words("说明 备注 情况说明 备注说明 完成情况说明 自评说明 实际完成情况说明 需要说明的事项 其他说明"),
    "known": _words(
        "指标值说明 指标说明 指标解释 是否核心指标 核心指标 完成率 完成比例 完成程度 偏差率 偏离度 完成百分比 数据来源 "
        "指标值来源 上年完成值 上年实际值 历史值 上年指标值 上年度完成值 指标依据 设定依据 指标设定依据 指标值设定依据 "
        "指标来源 是否完成 完成时限 责任单位 责任科室 填报单位 指标完成率 目标完成率 实际完成率 得分占比 是否达标 "
        "评价要点 指标释义 偏离率 完成进度 是否重点指标 评审意见 审核意见 复核意见 财政审核意见 指标状态 监控值 "
        "1-9月完成值 绩效标准 指标值类型 取数方式 完成状态 是否偏离 指标级次 主管部门审核意见"
    ),
}

# Tried in this order when no wording of the table is the whole text.
COLUMN_FRAGMENTS: Final[tuple[tuple[str, Column], ...]] = (
    ("得分系数", "coefficient"),
    ("佐证", "evidence"),
    ("证明材料", "evidence"),
    ("评分标准", "standard"),
    ("评价标准", "standard"),
    ("计算方法", "standard"),
    ("评分方法", "standard"),
    ("评分规则", "standard"),
    ("评分细则", "standard"),
    ("计分", "standard"),
    ("扣分原因", "reason"),
    ("偏差", "reason"),
    ("未完成原因", "reason"),
    ("改进措施", "reason"),
    ("原因分析", "reason"),
    ("原因说明", "reason"),
    ("复核", "reviewed"),
    ("复评", "reviewed"),
    ("审核评分", "reviewed"),
    ("审核得分", "reviewed"),
    ("财政评分", "reviewed"),
    ("自评得分", "own_score"),
    ("自评分", "own_score"),
    ("得分", "claimed"),
    ("权重占比", "share"),
    ("分值", "weight"),
    ("权重", "weight"),
    ("满分", "weight"),
    ("度量单位", "unit"),
    ("计量单位", "unit"),
    ("指标性质", "sign"),
    ("计算符号", "sign"),
    ("指标方向", "sign"),
    ("值说明", "known"),
    ("完成率", "known"),
    ("上年", "known"),
    ("调整后", "adjusted_target"),
    ("调整指标值", "adjusted_target"),
    ("实际完成", "actual"),
    ("完成值", "actual"),
    ("实际值", "actual"),
    ("完成情况", "actual"),
    ("目标值", "target"),
    ("指标值", "target"),
    ("标准值", "target"),
    ("预期值", "target"),
    ("计划值", "target"),
    ("一级指标", "level1"),
    ("二级指标", "level2"),
    ("三级指标", "level3"),
    ("四级指标", "level4"),
    ("指标名称", "name"),
    ("是否", "known"),
    ("说明", "remark"),
    ("备注", "remark"),
)

# 「预期指标值(符号)」: one heading split over several columns says in its brackets which part it is.
BRACKETED_PARTS: Final[dict[str, Column]] = {
    "符号": "sign", "性质": "sign", "方向": "sign", "计算符号": "sign", "运算符号": "sign",
    "单位": "unit", "计量单位": "unit", "度量单位": "unit",
    "值": "target", "数值": "target", "指标值": "target",
}  # fmt: skip

NAME_COLUMNS: Final = frozenset({"level1", "level2", "level3", "level4", "name"})
VALUE_COLUMNS: Final = frozenset(
    {"target", "adjusted_target", "actual", "weight", "share", "claimed", "own_score", "reviewed", "coefficient"}
)


@lru_cache(maxsize=8192)
def column_field(text: str) -> Column:
    """The field of the indicator table that a column heading stands for, "" when unknown.

    >>> column_field("年度指标值（A）"), column_field("预期指标值(单位)"), column_field("得 分")
    ('target', 'unit', 'claimed')
    """
    bare = heading(text)
    if not bare or len(bare) > LONGEST_HEADING:
        return ""
    part = BRACKETED_PARTS.get(inside_brackets(text))
    if part and _COLUMN_OF.get(bare, "") in ("target", "adjusted_target"):
        return part
    if bare in _COLUMN_OF:
        return _COLUMN_OF[bare]
    if len(bare) > 24 or re.search(r"\d{2}", bare) or "。" in bare:
        return ""
    return next((field for fragment, field in COLUMN_FRAGMENTS if fragment in bare), "")


# -------------------------------------------------------------------------------------------------------- money block

FundsColumn = Literal[
    "initial",
    "budget",
    "midyear",
    "received",
    "executed",
    "rate",
    "weight",
    "claimed",
    "reason",
    "subtotal",
    "known",
    "",
]
"""What a column of the money block holds. `midyear` is the change during the year, `subtotal` a 小计 that is the
budget where an initial figure and a change stand before it."""

FUNDS_COLUMNS: Final[dict[FundsColumn, tuple[str, ...]]] = {
    "initial": _words(
        "年初预算数 年初预算 年初预算金额 年初部门预算安排金额 年初批复数 年初预算安排数 年初预算批复数 年初批复预算数 "
        "年初预算安排 年初安排数 年初数 年初预算额 当年年初预算数 年初下达数"
    ),
    "budget": _words(
        "全年预算数 预算数 调整预算数 调整后预算数 全年调整预算数 调整后预算 预算金额 全年预算 全年预算金额 预算安排数 "
        "全年预算安排数 全年数 预算总额 预算安排 资金预算数 年度预算数 计划数 预算资金 计划投入 计划资金 本年预算数 "
        "调整后全年预算数 预算额 全年预算额 预算下达数 预算资金总额 全年预算总额 调整预算 批复预算数 预算 安排数 "
        "预算批复数 年度预算"
    ),
    "midyear": _words("年中调整金额 年中调整数 调整数 预算调整数 年中追加 追加数 调整金额 年中调整 预算调整"),
    "received": _words("到位数 实际到位数 资金到位数 到位资金 实际到位 到位金额 资金到位 已到位数 实际到位资金"),
    "executed": _words(
        "全年执行数 执行数 预算执行数 支出 支出数 实际支出数 全年支出数 实际支出 执行金额 全年执行 实际执行数 "
        "全年执行金额 支付数 实际使用数 支出金额 实际支出金额 决算数 执行 资金执行数 使用数 年度执行数 实际支付数 "
        "累计执行数 实际支出额 全年实际支出数 全年实际执行数 执行额 已支付数"
    ),
    "rate": _words(
        "执行率 预算执行率 支出实现率 预算执行进度 执行进度 预算完成率 资金执行率 全年执行率 支出率 支付率 "
        "预算资金执行率 完成率 资金使用率 支出进度 执行比例"
    ),
    "weight": _words("分值 权重 执行率权重 执行率分值 标准分 满分 执行率分值权重 预算执行率分值 参考分值"),
    "claimed": _words("得分 自评得分 执行率得分 自评分 预算执行率得分 预算执行得分 执行得分 单位自评得分"),
    "reason": _words(
        "原因 备注 说明 偏差原因 未完成原因 执行率偏低原因 原因分析 偏差原因分析及改进措施 未执行原因 未完成原因分析 "
        "偏差原因分析 执行情况说明 偏差原因及改进措施 未完成原因和改进措施"
    ),
    "subtotal": _words("小计 合计数"),
    "known": _words("到位率 资金到位率 结余 结余数 结转结余 结转结余数 结转数 年末结转 序号 资金结余 复核分"),
}

FUNDS_FRAGMENTS: Final[tuple[tuple[str, FundsColumn], ...]] = (
    ("执行率得分", "claimed"),
    ("执行率权重", "weight"),
    ("执行率分值", "weight"),
    ("到位率", "known"),
    ("结余", "known"),
    ("执行率", "rate"),
    ("执行进度", "rate"),
    ("得分", "claimed"),
    ("分值", "weight"),
    ("权重", "weight"),
    ("原因", "reason"),
    ("年初", "initial"),
    ("执行数", "executed"),
    ("支出数", "executed"),
    ("支出金额", "executed"),
    ("到位", "received"),
    ("预算数", "budget"),
    ("预算金额", "budget"),
)

FUNDS_MONEY: Final = frozenset({"initial", "budget", "received", "executed", "subtotal"})


@lru_cache(maxsize=8192)
def funds_field(text: str) -> FundsColumn:
    """The field of the money block that a column heading or label stands for, "" when unknown."""
    bare = heading(text)
    if not bare or len(bare) > 20:
        return ""
    if bare in _FUNDS_OF:
        return _FUNDS_OF[bare]
    return next((field for fragment, field in FUNDS_FRAGMENTS if fragment in bare), "")


# The heading of the whole block, beside or above it; it often says the unit: 项目资金（万元）.
FUNDS_BLOCK: Final = _words(
    "项目资金 整体支出 资金情况 项目资金情况 预算执行情况 资金来源 年度资金 预算资金 资金使用情况 部门整体支出 "
    "预算情况 预算执行 部门预算执行情况 项目支出 资金投入情况 预算资金执行情况 项目预算执行情况 年度预算执行情况 "
    "资金执行情况 资金 预算数 部门资金 部门预算资金 年度预算 预算支出 单位资金情况 项目预算 项目资金执行情况 "
    "年度部门预算 部门整体支出预算 部门预算 全年预算执行情况 项目资金来源"
)

# Rows that hold the whole amount.
FUNDS_TOTALS: Final = _words(
    "年度资金总额 资金总额 合计 总计 总额 年度预算总额 全年资金总额 项目资金总额 项目总金额 预算总额 资金合计 "
    "全年预算数 预算资金总额 部门预算总额 年度预算资金总额 整体支出总额 年度总金额 项目总额 支出总额 年度总额 "
    "本年资金总额 部门整体支出 支出合计 部门支出总额 资金总计 预算合计"
)

# Rows that are direct parts of the whole, and rows that are parts of 财政拨款 where such a row stands above.
FUNDS_SOURCES: Final = _words(
    "财政拨款 财政资金 上年结转 其他资金 其它资金 单位资金 财政专户 自筹 事业收入 经营收入 非财政 结转资金 基本支出 项目支出 "
    "人员 公用 自有资金 社会资金 贷款 债券 捐赠 往来"
)
FUNDS_KINDS: Final = _words("基本支出 项目支出 人员支出 人员经费 公用支出 公用经费")
FUNDS_LEVELS: Final = _words(
    "一般公共预算 政府性基金 国有资本 社会保险 社保基金 中央 省级 市级 县级 区级 地方 上级 本级 省财政 市财政 县财政 "
    "区财政 自治区 州级 镇级 乡镇 乡级 街道 旗县 盟市 彩票公益金 省补 中补"
)

# ------------------------------------------------------------------------------------------------------ label and value

Label = Literal[
    "project", "unit", "department", "year", "grade", "total", "review_total", "reason", "problems",
    "goal_block", "goal_target", "goal_actual", "note", "known", "",
]  # fmt: skip

LABELS: Final[dict[Label, tuple[str, ...]]] = {
    "project": _words(
        "项目名称 专项名称 专项资金名称 项目 政策名称 转移支付名称 转移支付项目名称 资金名称 一级项目名称"
    ),
    "unit": _words(
        "实施单位 项目实施单位 部门名称 单位名称 预算单位 填报单位 项目单位 自评单位 资金使用单位 预算部门 "
        "部门单位名称 单位 填报部门 预算单位名称 具体实施单位 项目承担单位 实施部门 用款单位 评价单位 申报单位 部门 "
        "项目实施部门 承担单位 使用单位 预算单位全称 单位全称"
    ),
    "department": _words(
        "主管部门 项目主管部门 主管单位 主管预算部门 中央主管部门 省级主管部门 地方主管部门 市级主管部门 资金主管部门 "
        "县级主管部门 业务主管部门 主管部门及代码 区级主管部门 上级主管部门 归口部门"
    ),
    "year": _words("年度 自评年度 评价年度 预算年度 项目年度 填报年度 年份"),
    "grade": _words("自评等级 评价等级 等级 绩效等级 评级 自评等次 评价等次 等次 自评结果等级 评定等级 综合等级"),
    "total": _words(
        "总分 合计 总计 自评总分 自评得分 总得分 自评总得分 得分合计 合计得分 总评分 综合得分 自评分 自评分合计 "
        "总分合计 绩效自评总分 自评得分合计 自评结果 总评 项目总分 绩效得分 自评综合得分 绩效自评得分 绩效评分 "
        "部门自评总分 单位自评总分 总分值 自评总评分 最终得分 评价得分 绩效自评总得分"
    ),
    "review_total": _words("复核总分 财政审核评分 复核得分 财政评分 审核得分 财政审核总分 主管部门评分 复核分"),
    "reason": _words(
        "偏差大或目标未完成原因分析 偏差原因分析 未完成原因分析 原因分析 偏差原因 未完成原因 偏差原因分析及改进措施 "
        "目标未完成原因分析 未完成目标原因分析 偏差大或目标未完成原因 绩效目标未完成原因分析 偏离原因分析 "
        "偏差及原因分析 未完成原因分析及改进措施 偏差大或目标未完成原因及改进措施 绩效指标未完成原因分析 "
        "未完成原因及改进措施"
    ),
    "problems": _words(
        "存在问题 存在的问题 存在问题及原因 存在的主要问题 主要问题 存在问题及原因分析 存在的问题及原因 问题及建议 "
        "存在问题及改进措施 存在的问题及改进措施 存在问题和改进措施 存在的问题和改进措施 自评中发现的问题及原因 "
        "发现的问题及改进措施 存在的问题及原因分析 存在问题及下一步改进措施 问题及改进措施 存在的主要问题及改进措施"
    ),
    "goal_block": _words(
        "年度总体目标 年度目标 总体目标 年度绩效目标 绩效目标 年度总体绩效目标 总体绩效目标 年度总目标 项目绩效目标 "
        "项目年度目标 整体绩效目标 年度总体目标完成情况 总体目标完成情况 年度目标完成情况 绩效目标完成情况 "
        "年度绩效目标完成情况 年度主要任务 项目总体目标 项目年度总体目标 部门整体绩效目标"
    ),
    "goal_target": _words(
        "预期目标 年初设定目标 预期绩效目标 目标设定 年初目标 计划目标 年初预期目标 年初绩效目标 预设目标 年度预期目标 "
        "年初设定绩效目标 总体绩效目标设定 目标内容 年初设定的目标 年初申报目标 调整绩效目标 目标申报情况 全年预期目标 "
        "设定目标"
    ),
    "goal_actual": _words(
        "实际完成情况 全年实际完成情况 目标实际完成情况 实际完成 完成情况 年度实际完成情况 全年完成情况 目标完成情况 "
        "年度总体目标实际完成情况 实际完成目标 绩效目标实际完成情况 总体完成情况 年度绩效目标实际完成情况 "
        "全年目标完成情况 实际完成绩效目标 年度完成情况"
    ),
    "note": _words(
        "注 备注 填报说明 填表说明 说明 填报人 填表人 联系人 联系电话 审核人 填报日期 填表日期 单位负责人 其他需要说明事项 "
        "其他需要说明的事项 其他需要说明的问题 其他需说明事项 需要说明的事项 其他说明事项"
    ),
    "known": _words(
        "项目负责人 部门联系人 项目联系人 负责人 联系方式 电话 项目类别 项目属性 项目类型 资金类型 项目编码 项目代码 单位编码 预算单位编码 "
        "项目起止时间 项目期限 实施期限 起止时间 项目起止日期 项目概况 项目实施内容 资金性质 部门职责 部门职能 "
        "人员编制 编制人数 在职人数 实有人数 财政负责人 经办人 部门编码 支出方向 填表单位 单位公章 盖章 评价人员 "
        "审核意见 主管部门意见 财政部门意见 项目立项依据 项目分类 项目开始时间 项目结束时间 开始时间 结束时间 项目周期 "
        "评价时间 评价日期 项目属地 金额单位"
    ),
}

SUBTOTALS: Final = _words("小计 分计 本项小计 得分小计 小计得分")
NOTE_STARTS: Final = _words(
    "注: 注1 注释 备注: 说明: 填报说明 填表说明 填报人 填表人 联系人 联系电话 填报日期 填表日期 审核人 单位负责人 注："
)
GRADES: Final = _words("优 良 中 差 优秀 良好 中等 较差 合格 不合格 一般")

# 指标性质 and its like, as the sign of a target or as the direction of an indicator.
FORWARD_WORDS: Final = _words("正向 正向指标 正指标")
REVERSE_WORDS: Final = _words("反向 逆向 负向 反向指标 逆向指标 负向指标 反指标 逆指标")
QUALITATIVE_WORDS: Final = _words("定性 定性指标 文字描述 描述")
SIGN_WORDS: Final = _words(
    "≥ ≤ = > < >= <= ≧ ≦ == ═ ﹥ ﹤ ⩾ ⩽ 大于等于 小于等于 等于 大于 小于 不低于 不少于 不高于 不超过 不大于 不小于 "
    "大于或等于 小于或等于 至少 至多 不多于 高于 低于"
)
BLANK_WORDS: Final = ("", "/", "-", "—", "——", "--", "*", "\\", "、", "无")


@lru_cache(maxsize=8192)
def label_field(text: str) -> Label:
    """The field of a label beside its value (项目名称, 自评等级, 存在问题 …), "" when the text is no label."""
    bare = heading(text)
    if len(bare) > LONGEST_HEADING:
        return ""
    return _LABEL_OF.get(bare, "")


def is_funds_block(text: str) -> bool:
    """Is this the heading of the money block: 项目资金（万元）, 整体支出 …?"""
    return heading(text) in _FUNDS_BLOCKS


def is_subtotal(text: str) -> bool:
    """Does this name a 小计 row, alone or behind a level's name: 产出指标小计?"""
    bare = heading(text)
    return bare in SUBTOTALS or (len(bare) <= LONGEST_HEADING and bare.endswith("小计"))


def is_note(text: str) -> bool:
    """Does this begin a note under the table: 注：…, 填报人：…?"""
    return squash(text[:40]).startswith(NOTE_STARTS)


_COLUMN_OF: Final[dict[str, Column]] = {word: field for field, words in COLUMNS.items() for word in words}
_FUNDS_OF: Final[dict[str, FundsColumn]] = {word: field for field, words in FUNDS_COLUMNS.items() for word in words}
_LABEL_OF: Final[dict[str, Label]] = {word: field for field, words in reversed(LABELS.items()) for word in words}
_FUNDS_BLOCKS: Final = frozenset(FUNDS_BLOCK)
