"""Flat tables for tests: rows as a careless nation would write them, as Parquet with columns of various types."""

from __future__ import annotations

import random
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pytest

TARGETS = (
    *("≥50个", "50", "≥95%", "95%", "100%", "≤3.5万元", "3.5万元", "≥180万吨", "180万吨", "=100%", "=0", "0", "≤0", "＞10"),
    *("<5小时", "10-20个", "70%-75%", "约500亩", "600余人", "数十人", "有效提升", "长期", "2023年12月底前", "2023年11月"),
    *("≤30天", "5个工作日内", "/", "—", "无", "", "不涉及", "7O%", "≥9..5", "-3", "≤-2", "0.5", "1", "0.95", "≥0.9"),
    *("3.3万人", "近100户", "6户", "建立健全", "12项", "是", "20230615", "99999999999999999999", "0.123456789", "≥2亿元"),
    *("4", "5项", " ", "10%以上", "1.5‰"),
)
ACTUALS = (
    *("50个", "49", "709", "95.5%", "0.955", "96", "1", "0", "100%", "102.3%", "3.4万元", "34000元", "3.6", "186", "186万吨"),
    *("1860000", "1850000吨", "41%", "98%", "2", "6小时", "15个", "25个", "72%", "0.72", "500亩", "480亩", "650人", "几十人"),
    *("有效提升", "达成预期指标", "部分达成预期指标并具有一定效果", "部分达成", "未达成预期指标且效果较差", "已完成", "否"),
    *("不健全", "2023年12月10日", "2023年12月", "2024年1月5日", "28天", "35天", "/", "—", "无", "", "不涉及", "9O%", "88.0.5"),
    *("-3", "-1.5", "5.5个百分点", "4/5", "3/4项", "107人", "107户", "超过60人", "约100户", "12项", "4.2万人"),
    *("100000000000000000000", "0.333333333", "1.9亿元", "20000万元", " ", "9%", "1.2‰"),
)
TAME = (
    ("≥50个", "≥100人", "≥95%", "≤3万元", "20场", "=100%"),
    ("50个", "48个", "100人", "96.3%", "94.9%", "2.9万元", "3.2万元", "20", "18场"),
)
NAMES = (
    *("修路条数", "验收合格率", "投诉率", "人均成本", "运行费用", "培训人数", "群众满意度", "数量指标", "预算编制", "事故发生率"),
    *("", "政策知晓率", "节约率", "在职人员控制率", "“三公经费”变动率", "预算完成率", "质量", "职责履行"),
)
LEVEL1 = (
    *("产出指标", "效益指标", "满意度指标", "产出（50分）", "一、产出", "成本指标", "投入", "过程", "项目决策", "其他", ""),
    None,
)
LEVEL2 = (
    *("数量指标", "质量指标", "时效指标", "成本指标", "社会效益指标", "经济效益", "服务对象满意度指标", "预算配置", "预算执行", ""),
    None,
)
SETS = (
    *("mof/project-2020", "mof/central-2021", "hubei/project-2020", "hunan/department-2020", "hunan/department-2013"),
    *("mof/department-2013", "suizhou/project-2021", "platform/project-2022", "chongqing/department-2022", "neimenggu/project-2022"),
)
ROW = (
    *("level1", "level2", "level3", "weight", "target", "actual", "claimed", "measure_unit", "direction", "coefficient"),
    *("standard", "reason", "initial", "budget", "executed"),
)
POINTS, MONEY = ("weight", "claimed", "claimed_total"), ("initial", "budget", "executed")
Row = dict[str, Any]


def rows_of(seed: int, count: int, *, units: bool = False) -> list[Row]:
    """Rows of so many submissions; about half of each is sensible, the rest is what people and systems make of it."""
    chance = random.Random(seed)
    listed: list[Row] = []
    for number in range(1, count + 1):
        listed += _submission(chance, number, units=units)
    return listed


def _submission(chance: random.Random, number: int, *, units: bool) -> list[Row]:
    tame = chance.random() < 0.6
    rows = [_indicator(chance, tame=tame, units=units) for _ in range(chance.randint(1, 9))]
    if chance.random() < 0.75:
        money = {
            "initial": chance.choice([None, None, 200]),
            "budget": chance.choice([100, Decimal("355.2"), Decimal("1000.55"), 0, None, Decimal("88.8")]),
            "executed": chance.choice([100, Decimal("355.2"), Decimal("900.1"), 0, None, 87, Decimal("70.25"), Decimal("88.9")]),
            "weight": chance.choice([10, 20, 10, None]),
            "claimed": chance.choice([10, 9, Decimal("9.9"), None, Decimal("8.55"), 20, 10]),
            "level1": "预算执行率",
        }
        if all(money[name] is None for name in MONEY):
            money["initial"] = 120
        rows.insert(0 if chance.random() < 0.7 else chance.randint(0, len(rows)), money)
        if chance.random() < 0.03:
            rows.append(dict(money))
    if chance.random() < 0.5 and all(row.get("weight") is not None for row in rows):
        rest = 100 - sum(Decimal(row["weight"]) for row in rows)
        rows[-1]["weight"] = max(rows[-1]["weight"] + rest, rows[-1]["weight"])
    total = sum((Decimal(row["claimed"]) for row in rows if row.get("claimed") is not None), Decimal(0))
    head = {
        "submission": number,
        "unit": chance.choice(["某县水务局", "某市教育局", ""]),
        "department": chance.choice(["", "某市水务局", None]),
        "project": f"项目{number}",
        "year": chance.choice([2020, 2021, 2022, 2023, None]),
        "set": chance.choice(SETS),
        "claimed_total": chance.choice([total, total, total, total.quantize(Decimal(1)), total + 1, None, Decimal("95.5")]),
        "claimed_grade": chance.choice([None, "优", "良", "中", "优秀", "☑优 □良", ""]),
    }
    return [{**head, **dict.fromkeys(ROW), **row} for row in rows]


def _indicator(chance: random.Random, *, tame: bool, units: bool) -> Row:
    weight: Any = chance.choice([10, 5, 8, 15, 20, Decimal("7.5"), Decimal("3.33"), 0, 3]) if chance.random() < 0.97 else None
    targets, actuals = TAME if (tame and chance.random() < 0.85) or chance.random() < 0.3 else (TARGETS, ACTUALS)
    claimed = weight
    drawn = chance.random()
    if drawn < 0.04:
        claimed = None
    elif drawn > 0.6 and weight is not None:
        near = [weight - 1, (weight * Decimal("0.9")).quantize(Decimal("0.01")), weight + 1, 0, -1, Decimal("4.33"), Decimal("4.3")]
        claimed = chance.choice(near)
    return {
        "level1": chance.choice(LEVEL1),
        "level2": chance.choice(LEVEL2),
        "level3": chance.choice(NAMES) if chance.random() < 0.95 else None,
        "weight": weight,
        "target": chance.choice(targets),
        "actual": chance.choice(actuals),
        "claimed": claimed,
        "measure_unit": chance.choice([None] * 5 + ["个", "万元", "%", "人"]) if units else None,
        "direction": chance.choice([None] * 12 + ["forward", "reverse", "qualitative"]),
        "coefficient": chance.choice([None] * 3 + ["90%", "100%", "85"]),
        "standard": chance.choice([None] * 9 + ["完成得满分，未完成按比例", "每少一个扣一分"]),
        "reason": chance.choice([None] * 5 + ["天气原因"]),
    }


def write_table(
    path: Path,
    rows: list[Row],
    *,
    points: str = "decimal",
    money: str = "decimal",
    lists: bool = False,
    texts: bool = False,
    group: int = 500,
) -> Path:
    """Write rows as Parquet. `points` and `money` are "decimal", "float" or "text"; `lists`: a column `path` instead of
    levels; `texts`: submissions named in words."""
    import pyarrow as arrow
    from pyarrow import parquet

    def column(name: str) -> Any:
        values = [row.get(name) for row in rows]
        kind = points if name in POINTS else money if name in MONEY else "text"
        if name == "submission":
            return arrow.array([f"编号{value:05d}" for value in values] if texts else values)
        if name == "year":
            return arrow.array(values, arrow.int32())
        if kind == "decimal":
            return arrow.array([None if value is None else Decimal(value) for value in values], arrow.decimal128(18, 2))
        if kind == "float":
            return arrow.array([None if value is None else float(value) for value in values], arrow.float64())
        return arrow.array([None if value is None else str(value) for value in values], arrow.string())

    names = [name for name in rows[0] if not (lists and name.startswith("level"))]
    columns = {name: column(name) for name in names}
    if lists:
        paths = [[name for name in (row.get("level1"), row.get("level2"), row.get("level3")) if name] for row in rows]
        columns["path"] = arrow.array(paths, arrow.list_(arrow.string()))
    parquet.write_table(arrow.table(columns), path, row_group_size=group)
    return path


# ------------------------------------------------------------------------------------- submissions that belong together

PROJECTS = ("", "2021年公路养护", "公路养护", "送戏下乡", None, " ", "河道清理")
UNITS = ("某县水务局", "民政局", "", "教育局", "某市教育局", "某县文化馆")
COSTS = ("每公里养护成本", "修路条数", "培训人数", "群众满意度测评率")
TOLD = "2022年因为天气原因今年少完成了3482人次的服务任务量"


def crowd_of(seed: int, count: int, *, units: bool = False) -> list[Row]:
    """Rows of so many submissions of a few units: handed in twice, carried over from another year, far from the others."""
    chance = random.Random(seed)
    by_number: dict[int, list[Row]] = {}
    for row in rows_of(seed, count, units=units):
        by_number.setdefault(row["submission"], []).append(row)
    made: list[list[Row]] = []
    for rows in by_number.values():
        again = bool(made) and chance.random() < 0.35
        made.append(_again(chance, chance.choice(made[-30:])) if again else _in_crowd(chance, rows))
    return [{**row, "submission": number} for number, rows in enumerate(made, 1) for row in rows]


def _again(chance: random.Random, rows: list[Row]) -> list[Row]:
    """A submission that was made before, as it was or with some of it changed."""
    rows, drawn = [dict(row) for row in rows], chance.random()
    if drawn < 0.4:
        year = chance.choice([2019, 2020, 2021, 2022, 2023, None])
        rows = [{**row, "year": year} for row in rows]
    if 0.2 < drawn < 0.7:
        changed = chance.choice(rows)
        changed["actual"] = chance.choice(["1234", "56.78万人", "3482人次", "12", changed.get("actual")])
        changed["claimed"] = chance.choice([1, 2, 5, changed.get("claimed"), changed.get("claimed")])
    if drawn > 0.9:
        rows = rows[: max(1, len(rows) - 2)]
    if chance.random() < 0.1:
        rows[0]["reason"] = TOLD
    return rows


def _in_crowd(chance: random.Random, rows: list[Row]) -> list[Row]:
    head = {"project": chance.choice(PROJECTS), "unit": chance.choice(UNITS)}
    if chance.random() < 0.3:
        head["claimed_total"] = chance.choice([100, 100, 100, 98])
    usual = chance.random() < 0.5
    costs = ("50个", f"{chance.randint(40, 60)}个", f"{1 + chance.random():.2f}万元/公里", "30万元/公里", "3482个")
    found = []
    for row in rows:
        changed = {**row, **head}
        if usual and row.get("weight") is not None and row.get("level1") != "预算执行率":
            changed |= {"level2": chance.choice(["数量指标", "质量指标"]), "level3": chance.choice(COSTS)}
            changed |= {"target": chance.choice(["≥50个", "50", "3万元/公里"]), "actual": chance.choice(costs)}
        found.append(changed)
    return found


def small_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    """Several tasks and many chunks also for a small table."""
    monkeypatch.setattr("scorer.batch.sources.flat.TASK_ROWS", 900)
    monkeypatch.setattr("scorer.batch.sources.flat.CHUNK_ROWS", 200)
