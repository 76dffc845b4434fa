"""A hand-made report with one line of every status and one finding of every level."""

from decimal import Decimal

from scorer.model import (
    FileInfo,
    Finding,
    Line,
    Place,
    Report,
    SetInfo,
    Status,
    SubmissionInfo,
    Tally,
)


def leaf(
    path: tuple[str, ...],
    weight: str,
    target: str,
    actual: str,
    claimed: str,
    points: str | None,
    status: Status = "recomputed",
    words: str = "",
    band: tuple[str, str] | None = None,
) -> Line:
    low, high = band or (points, points)
    return Line(
        path=path,
        leaf=True,
        weight=Decimal(weight),
        target=target,
        actual=actual,
        claimed=Decimal(claimed),
        points=None if points is None else Decimal(points),
        low=None if low is None else Decimal(low),
        high=None if high is None else Decimal(high),
        status=status,
        rule="proportion",
        words=words,
        where=Place(file="自评表.docx", at="表1!R20C3"),
    )


def branch(path: tuple[str, ...], weight: str, points: str | None) -> Line:
    return Line(
        path=path, leaf=False, weight=Decimal(weight), points=None if points is None else Decimal(points)
    )


SAMPLE = Report(
    tool="0.1.0",
    submission=SubmissionInfo(
        unit="某县总工会",
        project="困难职工帮扶专项资金",
        year=2020,
        files=(FileInfo(path="自评表.docx", sha256="ab" * 32), FileInfo(path="报告.txt", sha256="cd" * 32)),
    ),
    set=SetInfo(id="mof/project-2020", version="1", digest="ef" * 8, why="表头为“项目支出绩效自评表”"),
    total=Decimal("60.67"),
    full=Decimal(100),
    low=Decimal("59.67"),
    high=Decimal("61.67"),
    claimed_total=Decimal(98),
    grade="中",
    claimed_grade="优",
    recomputed_weight=Decimal(60),
    judged_weight=Decimal(20),
    missing_weight=Decimal(20),
    lines=(
        leaf(("预算执行率",), "10", "355.2", "355.2", "10", "10"),
        branch(("产出指标",), "60", "50.67"),
        branch(("产出指标", "数量指标"), "40", "31.67"),
        leaf(
            ("产出指标", "数量指标", "组织开展困难职工帮扶、慰问、医疗救助和金秋助学活动惠及的职工人次（含农民工）"),
            "30",
            "≥500人次",
            "709",
            "30",
            "25",
            words="709 ÷ 500 = 141.80%，超过 130%，扣 5 分",
        ),
        leaf(
            ("产出指标", "数量指标", "培训场次"),
            "10",
            "≥12场",
            "8",
            "10",
            "6.67",
            words="8 ÷ 12 = 66.67%，未完成目标，得 6.67",
        ),
        leaf(
            ("产出指标", "质量指标", "项目实施质量"),
            "20",
            "达到上级主管部门规定的各项标准并通过验收",
            "已达到上级主管部门规定的各项标准",
            "19",
            "19",
            "judged",
            "文字目标，采信自评 19.00",
            ("18", "20"),
        ),
        branch(("效益指标",), "30", None),
        leaf(("效益指标", "社会效益", "职工队伍稳定"), "10", "稳定", "不涉及", "8", None, "inapplicable", "不涉及"),
        leaf(("效益指标", "社会效益", "完成时间"), "10", "12月底前", "", "10", "0", "missing", "完成值未填"),
        leaf(("效益指标", "满意度", "满意率"), "10", "≥95%", "9 .5?", "10", None, "unreadable", "完成值读不成数字"),
    ),
    findings=(
        Finding(
            code="A107",
            name="missed-but-full",
            level="error",
            message="目标 ≥12场，完成 8，未完成目标，却得满分 10。",
            path=("产出指标", "数量指标", "培训场次"),
            where=(
                Place(file="自评表.docx", at="表1!R21C4", quote="8"),
                Place(file="自评表.docx", at="表1!R21C6", quote="10"),
            ),
            numbers={"actual": "8", "claimed": "10"},
        ),
        Finding(
            code="E501",
            name="deduction-without-reason",
            level="warning",
            message="扣 1 分，偏差原因未填。",
            path=("产出指标", "质量指标", "项目实施质量"),
            where=(Place(file="自评表.docx", at="表1!R22C7"),),
        ),
        Finding(
            code="T405",
            name="unmeasurable-target",
            level="note",
            message="目标“稳定”没有数字，没有标准，也不能以是否回答，复核时无从判断完成与否。",
            path=("效益指标", "社会效益", "职工队伍稳定"),
            where=(Place(file="报告.txt", at="L12:5-9", quote="队伍\x1b[31m稳定\n" + "各项工作有序推进" * 9),),
        ),
    ),
    notes=("不涉及的 1 项（10 分）已剔除，其余各项按比例折算为满分。",),
    tallies=(
        Tally(code="A101", sound=1),
        Tally(code="A107", sound=3, faulty=1, undecided=2, reasons={"完成值读不成数字": 2}),
        Tally(code="A112", sound=1, reasons={"只因印出的位数而相符": 1}),
        Tally(code="N201"),
        Tally(code="P701", not_run="需要同批的多份提交件"),
        Tally(code="P702", not_run="需要同批的多份提交件"),
    ),
)

WITHOUT_FORM = Report(
    tool="0.1.0",
    submission=SubmissionInfo(year=2020, files=(FileInfo(path="决算公开.txt", sha256="01" * 32),)),
    set=SetInfo(id="", why="提交件中没有指标表"),
    findings=(Finding(code="F611", name="no-form", level="note", message="没有自评表，只核对了文字。"),),
)
