"""How long the comparison across forms takes, and what memory: python tests/bench/bench_across.py 10000 [100000 …]

Invented submissions: prose of some 500 letters, of which a third is template, twelve indicators, a unit cost. One in a
hundred is copied from its predecessor, one in a thousand handed in twice, one in a thousand costs twenty times too much.
The facts stand ready as the workers make them: what is measured is all that the batch does after they have come in.
"""

from __future__ import annotations

import json
import random
import resource
import subprocess
import sys
import time
import zlib
from decimal import Decimal
from functools import lru_cache

from scorer.batch.facts import facts_of
from scorer.checks import CHECKS
from scorer.checks.peers import Batch, Facts
from scorer.checks.registry import ACROSS, run_across
from scorer.forms.readers import record
from scorer.model import Line, Place, Report, Submission

WORDS = "组织河道村庄清理巡查养护设施群众学校道路灌溉管网监测培训补助发放项目资金验收安全治理林地农田水库桥梁卫生服务宣传排水照明"
TEMPLATE = "本单位高度重视绩效管理工作，成立领导小组，明确分管领导和经办人员，按照要求开展自评，各项工作有序推进，群众反映良好。" * 2


def sentence(source: random.Random) -> str:
    return "".join(source.choice(WORDS) for _ in range(source.randint(20, 40))) + "。"


def form(number: int) -> str:
    twice = number % 1000 == 7
    source = random.Random(number - 1 if number % 100 == 1 or twice else number)
    prose = TEMPLATE + "".join(sentence(source) for _ in range(11))
    cost = 26 if number % 1000 == 500 else 1 + source.random()
    unit = number - 1 if twice else number
    rows = "".join(
        f'[[answer]]\npath = ["产出指标", "数量指标", "完成第{row}项任务"]\nweight = 5\ntarget = "≥{row + 10}处"\n'
        f'actual = "{row + source.randint(8, 14)}处"\nclaimed = 5\n'
        for row in range(11)
    )
    return (
        f'unit = "第{unit // 3}县{unit % 3}号单位"\nproject = "第{unit % 3}类项目"\nyear = 2023\n'
        f"claimed_total = {source.randint(90, 100)}\n"
        f'[[goal]]\nactual = "{prose}"\n{rows}'
        f'[[answer]]\npath = ["产出指标", "成本指标", "每吨处理成本"]\nweight = 5\ntarget = "≤3元/吨"\nactual = "{cost:.2f}元/吨"\n'
    )


@lru_cache(maxsize=64)
def submission(number: int) -> Submission:
    return record.parse(f"{number}.toml", form(number).encode())


def report(one: Submission) -> Report:
    """What the facts need of a report; to evaluate so many forms would take longer than all that is measured."""
    lines = [
        Line.model_construct(
            leaf=True, claimed=Decimal(5), weight=Decimal(5), points=Decimal(5), status="judged", where=Place.of(answer.actual)
        )
        for answer in one.answers
        if answer.claimed
    ]
    total = Decimal(one.claimed_total.text)
    return Report.model_construct(claimed_total=total, full=Decimal(100), lines=tuple(lines))


def measured(count: int) -> None:
    gathered = []
    began = time.perf_counter()
    for number in range(count):
        one = submission(number)
        facts = facts_of(one, report(one))
        gathered.append(zlib.compress(json.dumps(facts, ensure_ascii=False).encode(), 1))
    print(f"{count} submissions, {time.perf_counter() - began:.0f} s to make, facts of {sum(map(len, gathered)) // count} bytes each")
    held = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

    def facts_at(number: int) -> Facts:
        return Facts.from_json(json.loads(zlib.decompress(gathered[number])))

    began = whole = time.perf_counter()
    with Batch(facts_at, submission) as batch:
        for number in range(count):
            batch.add(facts_at(number))
        print(f"  gone through   {time.perf_counter() - began:7.2f} s")
        for code in sorted(ACROSS):
            began = time.perf_counter()
            found, (tally,) = run_across(batch, select=[code])
            words = f"{len(found)} found, {tally.sound} sound, {tally.undecided} undecided"
            print(f"  {code} {CHECKS[code].name:22} {time.perf_counter() - began:7.2f} s  {words}")
    seconds = time.perf_counter() - whole
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - held) / 1024
    print(f"  whole {seconds:.1f} s, {count / seconds:.0f} submissions a second; {grown:.0f} MB more than the facts themselves")


def main(arguments: list[str]) -> None:
    if arguments[:1] == ["--one"]:
        measured(int(arguments[1]))
        return
    for count in arguments or ["10000"]:  # each in a process of its own, whose memory is its own
        subprocess.run([sys.executable, __file__, "--one", count], check=True)


if __name__ == "__main__":
    main(sys.argv[1:])


