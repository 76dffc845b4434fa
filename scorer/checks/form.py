"""What a check of one form sees: the submission as written, its scores, and the figures of its prose."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from scorer.checks.misread import columns_in_doubt
from scorer.checks.registry import Outcome, Outcomes, Sound
from scorer.checks.sameness import Said, everything_said
from scorer.checks.settled import Settled, settled_spots, told_once, without_tables
from scorer.checks.written import texts
from scorer.model import Cell, Document, Submission
from scorer.prose.about import About, about_all
from scorer.prose.disclosure.publication import Publication, read_publication
from scorer.prose.free_tables import read_tables
from scorer.prose.judge import Verdict
from scorer.prose.mentions import Line, Mention, read_lines
from scorer.prose.outline import Outline, outline
from scorer.prose.reader import read_prose
from scorer.scoring.align import Leaf
from scorer.scoring.tree import Scorecard
from scorer.sets import IndicatorSet

if TYPE_CHECKING:
    from scorer.checks.published.accounts import Accounts


@dataclass
class Form:
    """What a check sees: the submission as written, the set, the scored leaves, and the figures of its prose."""

    submission: Submission
    set: IndicatorSet
    scorecard: Scorecard
    sound: list[Sound] = field(default_factory=list)
    """The sound outcomes that say what was compared, filled by `scorer.checks.registry.run`."""
    accounts: Accounts | None = None
    """What is said of the ties of published tables, once `scorer.checks.published.accounts.accounts_of` was asked."""

    @property
    def leaves(self) -> Sequence[Leaf]:
        return self.scorecard.leaves

    @property
    def documents(self) -> Sequence[Document]:
        return self.submission.documents

    @cached_property
    def texts(self) -> Sequence[Cell]:
        """Every written text with its place, blank ones left out."""
        return texts(self.submission)

    @cached_property
    def mentions(self) -> Sequence[Mention]:
        """Every figure of the documents' prose and free tables, in order; published tables belong to family D."""
        return without_tables(self.publications, (mention for _, mentions in self._read for mention in mentions))

    @cached_property
    def publications(self) -> Sequence[Publication]:
        """The documents that are published final accounts, with their tables."""
        read = (read_publication(document) for document in self.documents)
        return [publication for publication in read if publication is not None]

    @cached_property
    def settled(self) -> Settled:
        """The figures of published explanations that family D has judged."""
        return settled_spots(self)

    def told_once(self, code: str, outcomes: Outcomes) -> list[Outcome]:
        """The outcomes of a check, without what another family has told."""
        return told_once(self, code, outcomes)

    @cached_property
    def _read(self) -> Sequence[tuple[Sequence[Line], Sequence[Mention]]]:
        return [read_lines(document) for document in self.documents]

    @cached_property
    def outlines(self) -> Sequence[Outline]:
        """The tree of items and figures that each document's prose makes."""
        return [outline(lines, mentions) for lines, mentions in self._read]

    @cached_property
    def verdicts(self) -> Sequence[Verdict]:
        """What came of every question that the prose raises about its figures."""
        return [verdict for tree in self.outlines for verdict in read_prose(tree)]

    @cached_property
    def table_verdicts(self) -> Sequence[Verdict]:
        """What came of the sums and rates that free tables state."""
        return read_tables(self.documents, self.mentions)

    @cached_property
    def said(self) -> Sequence[Said]:
        """Plain figures of all origins: text, tables, the form's own cells, claims copied by hand."""
        return everything_said(self.mentions, self.submission)

    @cached_property
    def columns_in_doubt(self) -> bool:
        """Whether the form was written one cell a line and its columns are not certain."""
        return columns_in_doubt(self)

    @cached_property
    def year(self) -> int | None:
        """The year reported on: as the form says, else as its documents do."""
        found = self.about.year
        return self._given_year or (found.value if found is not None else self.submission.year)

    @property
    def certain_year(self) -> int | None:
        """The year reported on where the form or the documents leave no doubt of it."""
        found = self.about.year
        titled = found.value if found is not None and found.certain else None
        return titled if titled is not None and found is not None and found.how == "标题" else self._given_year or titled

    @property
    def _given_year(self) -> int | None:
        """The year of a form or of a record written by hand; that of mere text was guessed from its first lines."""
        written = self.submission.has_form or self.submission.claims or not any(document.blocks for document in self.documents)
        return self.submission.year if written else None

    @cached_property
    def about(self) -> About:
        """Unit, project and year as the documents' own words say."""
        return about_all(self.documents)
