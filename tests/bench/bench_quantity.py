"""How fast quantities are read: MB/s of find_quantities, beside plain peers on the same text in the same run.

    python tests/bench/bench_quantity.py [MEGABYTES]
"""

from __future__ import annotations

import random
import re
import sys
import time
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from scorer.numbers.quantity import find_quantities

SENTENCES = (
    "{year}年本年收入合计{money}万元，其中：一般公共预算财政拨款收入{money}万元，占{share}%；",
    "项目资金按照有关规定统一管理，严格执行政府采购和国库集中支付制度，一次性补助及时发放到位。",
    "全年共组织培训{count}场次，覆盖{count}余人，群众满意度达到{share}%以上，超过年初目标{small}个百分点。",
    "与{year}年相比，支出减少{money}万元，下降{share}%，主要原因是落实过紧日子要求，压减一般性支出。",
    "新建灌溉渠道{small}公里，受益农户{count}户，户均增收约{count}元，项目于{year}年9月底前完工。",
    "根据《关于下达专项资金的通知》（财预〔{year}〕{count}号），绩效目标分解到各县区，三个方面工作有序推进。",
)


def prose(megabytes: float) -> str:
    """Invented report prose, the same in every run."""
    chance = random.Random(7)
    parts: list[str] = []
    size = 0
    while size < megabytes * 1e6:
        sentence = chance.choice(SENTENCES).format(
            year=chance.randint(2018, 2024),
            money=f"{chance.uniform(0.1, 9000):.2f}",
            share=f"{chance.uniform(1, 100):.1f}",
            count=chance.randint(10, 5000),
            small=f"{chance.uniform(0.1, 9):.1f}",
        )
        parts.append(sentence)
        size += len(sentence.encode())
    return "\n".join(parts)


def naive(text: str) -> list[Decimal]:
    """The least that any reader does: every run of digits as a Decimal, no unit, no comparator, no dates set apart."""
    return [Decimal(digits) for digits in re.findall(r"\d+(?:\.\d+)?", text)]


def main() -> None:
    megabytes = float(sys.argv[1]) if len(sys.argv) > 1 else 3.0
    texts = prose(megabytes).split("\n")
    pages = ["\n".join(texts[at : at + 300]) for at in range(0, len(texts), 300)]
    size = sum(len(page.encode()) for page in pages)
    readers: list[tuple[str, Callable[[str], object]]] = [("find_quantities", find_quantities), ("digits only", naive)]
    try:
        import cn2an
    except ImportError:
        print("cn2an is not installed: no such peer")
    else:
        readers.append(("cn2an.transform", lambda text: cn2an.transform(text, "cn2an")))
    for name, read in readers:
        begin = time.perf_counter()
        for page in pages:
            read(page)
        seconds = time.perf_counter() - begin
        print(f"{name:16} {size / seconds / 1e6:7.2f} MB/s  ({size / 1e6:.1f} MB in {seconds:.2f} s)")


if __name__ == "__main__":
    main()
