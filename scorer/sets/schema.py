"""The TOML file of an indicator set as pydantic models: what may be written, in Chinese for editors that complete keys.

The JSON Schema of `SetFile` ships beside the sets (`indicator_set.schema.json`); each set names it in its first line.
"""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal
from typing import Annotated, Any, Literal, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StrictBool,
    StrictInt,
    WithJsonSchema,
    model_validator,
)

from scorer.rules import RULES, AnyRule, CapStep, Execution, ExecutionCap, Overshoot, Step, Tier
from scorer.rules.rule import Share

Evidence = Literal["official", "published-form", "unconfirmed"]
EVIDENCE_WORDS = {"official": "见文件原文", "published-form": "见于已公开的表", "unconfirmed": "未经核实"}

CHINESE = re.compile(r"[\u4e00-\u9fff]")
PARTS = {
    "CapStep": "一档：从此执行率起，总分以 cap 为上限",
    "Step": "一档：从此值起，得分值的 share 或得 points 分",
    "Tier": "一档文字：得分从分值的 from 起，到上一档为止",
}
"""What editors show of the parts of a rule."""

Category = Literal[
    "数量",
    "质量",
    "时效",
    "成本",
    "经济成本",
    "社会成本",
    "生态环境成本",
    "经济效益",
    "社会效益",
    "生态效益",
    "可持续影响",
    "满意度",
    "产出",
    "效益",
    "决策",
    "管理",
]


def check_text(text: str) -> str:
    """No invisible characters: two names that look the same must be the same."""
    bad = next((letter for letter in text if unicodedata.category(letter) in ("Cc", "Cf", "Cs", "Co")), "")
    if bad:
        raise ValueError(f"含有不可见的字符 U+{ord(bad):04X}，请删去后重新输入")
    if not text.strip():
        raise ValueError("不能为空")
    return text


def check_note(text: str) -> str:
    return check_text(text.replace("\n", " ").replace("\t", " ")) and text


def read_number(value: Any) -> Any:
    """Only TOML numbers: a quoted "3" is a mistake worth saying."""
    if isinstance(value, (str, bool)):
        raise ValueError(f"应为数字，不加引号（写的是 {value!r}）")
    return value


def check_code(code: str) -> str:
    if not re.fullmatch(r"[1-9][0-9]{0,4}(\.[1-9][0-9]{0,4}){0,7}", code):
        raise ValueError(f"编号“{code[:40]}”写法不对：用点分开的数字，如 1、1.1、1.10，最多八级")
    return code


Text = Annotated[str, Field(max_length=300), AfterValidator(check_text)]
Note = Annotated[str, Field(max_length=4000), AfterValidator(check_note)]
Code = Annotated[
    str, AfterValidator(check_code), WithJsonSchema({"type": "string", "pattern": r"^[1-9][0-9]*(\.[1-9][0-9]*)*$"})
]
Points = Annotated[
    Decimal,
    BeforeValidator(read_number),
    Field(ge=0, le=100000, decimal_places=4),
    WithJsonSchema({"type": "number", "minimum": 0, "maximum": 100000}),
]
Year = Annotated[StrictInt, Field(ge=1990, le=2100)]


class Part(BaseModel):
    """Frozen; an unknown key is a fault."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True, serialize_by_alias=True)


class Grade(Part):
    """等级：半开区间，从 from（含）到上一档的 from（不含）。"""

    name: Text = Field(description="等级名称，如 优")
    start: Points = Field(alias="from", description="下限（含），如 90")
    end: Points | None = Field(None, alias="to", description="上限（不含），可不写；写了就核对是否与上一档相接")


class ExecutionBlock(Part):
    """预算执行率得分所在：分值与规则。"""

    weight: Points = Field(Decimal(0), description="预算执行率的分值；0 表示不计分")
    rule: AnyRule = Field(Execution(), description="预算执行率如何计分")
    basis: Text | None = Field(None, description="依据（文号），不写则同全表")
    evidence: Evidence | None = Field(None, description="依据的可靠程度，不写则同全表")


class Thresholds(Part):
    """核对规则用到的界限；都可以不写。"""

    execution_explained: Share = Field(Decimal("0.9"), gt=0, le=1, description="预算执行率低于它要说明原因，如 90%")
    concentrated_weight: Points | None = Field(None, description="单项指标分值大于它（分）提示过于集中；不写则不核对")
    rounding: Points = Field(Decimal("0.1"), description="与复算结果相差不超过它且仅因取整的，只作提示")
    required_categories: tuple[Category, ...] = Field((), description="必须有的类别，如 效益、满意度")


class Recognition(Part):
    """凭什么认出这种表：表中的列名、标题和地名。各级名称与分值取自指标本身，不必再写。"""

    words: tuple[Text, ...] = Field((), description="表中单元格里的固定文字（列名等）；用 | 分开几种写法")
    title: tuple[Text, ...] = Field((), description="标题中的词，有一个即可")
    excluded_title: tuple[Text, ...] = Field((), description="标题中有这些词就不是这种表")
    places: tuple[Text, ...] = Field((), description="标题、单位名称中的地名，有一个即可")


Column = Literal[
    "direction",
    "target",
    "unit",
    "actual",
    "weight",
    "coefficient",
    "claimed",
    "reviewed",
    "standard",
    "evidence",
    "reason",
]
MoneyColumn = Literal["initial", "budget", "received", "executed", "weight", "rate", "claimed", "reason"]


class FormBlock(Part):
    """表上印的字：scorer new 的空白表和 scorer convert --set 改存的表照此印列名；不写的照全国表。"""

    columns: dict[Column, Text] = Field({}, description='指标部分依次有哪些列、印什么，如 { target = "指标值", actual = "完成值" }')
    funds: dict[MoneyColumn, Text] = Field({}, description='资金部分的列名，如 { budget = "调整后预算数" }')
    unit: Literal["万元", "元"] = Field("万元", description="资金部分的单位")


class IndicatorBlock(Part):
    """一个指标；上下级由编号决定（1.1 是 1 的下级，1.10 不是 1.1 的下级）。"""

    code: Code = Field(description='编号，如 "1.1"')
    name: Text | None = Field(None, description="名称；改写上级体系的指标时可不写")
    aliases: tuple[Text, ...] | None = Field(None, description="表中可能出现的其他名称")
    weight: Points | None = Field(None, description="分值；由表内自定的不写")
    rule: AnyRule | None = Field(None, description='计分规则，如 { kind = "proportion" }；不写则同上级指标')
    text_rule: AnyRule | None = Field(None, description="完成值是文字时的计分规则；不写则同上级指标，缺省为定性分档")
    open: StrictBool | None = Field(None, description="true：下一级指标由单位在表内自定，分值也由表内给出")
    optional: StrictBool | None = Field(None, description="true：表内可以没有")
    group: StrictBool | None = Field(None, description="true：只用来合计分值，表内不出现这一级")
    basis: Text | None = Field(None, description="依据（文号或“见于已公开的表”），不写则同全表")
    evidence: Evidence | None = Field(None, description="依据的可靠程度，不写则同全表")
    note: Note | None = Field(None, description="说明")


class SetFile(Part):
    """绩效评价指标体系。一个文件一套，先写基本信息，再逐个写 [[indicator]]。"""

    model_config = ConfigDict(title="绩效评价指标体系")

    id: Text = Field(description='标识，“地区/种类-年度”，与文件名一致，如 "mof/project-2020"')
    title: Text = Field(description="名称，如 项目支出绩效自评表")
    version: Text = Field("1", description="版本")
    basis: Text = Field(description="依据：文号；没有文号的写“见于已公开的表”")
    evidence: Evidence = Field(description="official 见文件原文，published-form 见于已公开的表，unconfirmed 未经核实")
    since: Year | None = Field(None, description="从哪个年度起适用")
    until: Year | None = Field(None, description="到哪个年度为止（含）")
    note: Note = Field("", description="说明")
    extends: Text | None = Field(None, description="在哪一套的基础上改写：标识，或以 ./ 开头的文件路径")
    remove: tuple[Text, ...] = Field((), description='去掉所继承的指标（连同下级）或键，如 ["1.4", "over_achieved"]')
    full: Points = Field(Decimal(100), gt=0, description="满分")
    points: StrictBool = Field(True, description="false：这种表只填完成情况，不计分")
    rule: AnyRule | None = Field(None, description="完成值是数字时的计分规则，各指标另有规定的除外")
    text_rule: AnyRule | None = Field(None, description="完成值是文字时的计分规则，缺省为定性分档")
    over_achieved: Share | None = Field(None, gt=1, description="完成值达到目标值的多少要说明，如 130%；不写则不核对")
    execution: ExecutionBlock = Field(default_factory=ExecutionBlock, description="预算执行率")
    execution_cap: ExecutionCap | None = Field(None, description="总分按预算执行率封顶")
    thresholds: Thresholds = Field(default_factory=Thresholds, description="核对规则用到的界限")
    recognition: Recognition = Field(default_factory=Recognition, description="凭什么认出这种表")
    form: FormBlock = Field(default_factory=FormBlock, description="表上印的字")
    grades: tuple[Grade, ...] = Field((), alias="grade", description="等级，如 优、良、中、差")
    indicators: tuple[IndicatorBlock, ...] = Field((), alias="indicator", max_length=50000, description="指标")

    @model_validator(mode="after")
    def check_years(self) -> Self:
        if self.since is not None and self.until is not None and self.since > self.until:
            raise ValueError(f"since {self.since} 晚于 until {self.until}")
        return self


def known_keys() -> dict[str, tuple[str, ...]]:
    """The keys of every table by its name, and the parameters of every rule by its kind."""

    def keys(model: type[BaseModel]) -> tuple[str, ...]:
        return tuple(field.alias or name for name, field in model.model_fields.items())

    tables: dict[str, type[BaseModel]] = {
        "": SetFile,
        "indicator": IndicatorBlock,
        "grade": Grade,
        "execution": ExecutionBlock,
        "execution_cap": ExecutionCap,
        "thresholds": Thresholds,
        "recognition": Recognition,
        "form": FormBlock,
    }
    parts: dict[str, type[BaseModel]] = {"caps": CapStep, "bands": Step, "tiers": Tier, "overshoot": Overshoot}
    named = {name: keys(model) for name, model in (tables | RULES).items()}
    # a rule and its own table of bands share the word: either's keys may have been meant
    return {**named, **{name: (*keys(model), *named.get(name, ())) for name, model in parts.items()}}


def json_schema() -> dict[str, Any]:
    """The JSON Schema of a set file, as editors (taplo, Even Better TOML) read it."""
    schema: dict[str, Any] = _relaxed(SetFile.model_json_schema(by_alias=True))
    for name, entry in schema["$defs"].items():
        entry["description"] = PARTS.get(name) or _for_readers(entry.get("description", ""))
    return {"$schema": "http://json-schema.org/draft-07/schema#", **schema}


def _for_readers(docstring: str) -> str:
    """A docstring without its English first line: what an editor shows to those who write sets."""
    first, _, rest = docstring.partition("\n")
    return docstring if CHINESE.search(first) else rest.strip()


def _relaxed(value: Any) -> Any:
    """Shares are written "80%": pydantic's pattern for decimals in quotes would forbid that."""
    if isinstance(value, dict):
        if value.get("type") == "string" and str(value.get("pattern", "")).startswith("^(?!"):
            return {"type": "string", "pattern": r"^\s*[0-9.]+\s*[%％]?\s*$"}
        return {key: _relaxed(item) for key, item in value.items()}
    return [_relaxed(item) for item in value] if isinstance(value, list) else value
