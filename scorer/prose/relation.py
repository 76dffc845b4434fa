"""A question that the words of a text raise about its figures, with every reading that the words allow."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from scorer.prose.equations import Equation
from scorer.prose.outline import Stated

Licence = Literal["named", "near", "elsewhere"]
"""How strongly the words say a relation: all operands named, only their places tell, or an operand stands elsewhere."""


@dataclass(frozen=True, eq=False)
class Question:
    """Do these figures fit? `readings` are all that the words allow: one that holds answers it.

    `asked` are the readings whose failing would mean something, the plainest first; `why` says why it must stay undecided
    if none holds ("" when it need not). `certain`: the words name every operand and the list is closed, so that it is told
    even where no slip of the pen explains the difference; `closed` that a sum below its whole is told too, since no part
    can be missing. `around` are figures that may have been copied by mistake.
    """

    kind: str
    readings: tuple[Equation, ...]
    asked: tuple[Equation, ...] = ()
    licence: Licence = "near"
    why: str = ""
    certain: bool = False
    around: tuple[Stated, ...] = ()
    closed: bool = False
