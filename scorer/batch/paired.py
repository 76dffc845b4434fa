"""Forms and reports of a batch that belong together, found by what the gathered records say of themselves."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from scorer.batch.store import Store
from scorer.forms.layout.pairing import Party, pair
from scorer.saving import save

PAIRS = "pairs.csv"
NAMED_MOST = 5


@dataclass(frozen=True, slots=True)
class Pairs:
    """`of_form`: keys of forms with those of their reports. `rows`: form ("" for none), report, why, for every report."""

    of_form: dict[str, list[str]] = field(default_factory=dict)
    rows: tuple[tuple[str, str, str], ...] = ()

    @property
    def taken(self) -> set[str]:
        """The reports that are no submissions of their own any more."""
        return {report for reports in self.of_form.values() for report in reports}

    def words(self) -> tuple[str, ...]:
        """What is said of the reports, in sentences."""
        if not self.rows:
            return ()
        alone = [Path(report).name for form, report, _ in self.rows if not form]
        words = f"报告 {len(self.rows)} 份，与自评表配成一份的 {len(self.rows) - len(alone)} 份，各自的依据见 {PAIRS}。"
        if alone:
            named = "、".join(alone[:NAMED_MOST]) + ("等" if len(alone) > NAMED_MOST else "")
            words += f"没有配上的 {len(alone)} 份单独核对：{named}。"
        return (words,)


def find_pairs(store: Store, keys: Sequence[str]) -> Pairs:
    """Which of the gathered reports belong to which of the gathered forms."""
    forms: list[tuple[str, Party]] = []
    reports: list[tuple[str, Party]] = []
    for key in keys:
        said = json.loads(store.facts(key)).get("party")
        if said is None:
            continue
        party = Party(**{**said, "years": tuple(said["years"])})
        (reports if party.words else forms).append((key, party))
    found = pair([party for _, party in forms], [party for _, party in reports])
    of_form: dict[str, list[str]] = {}
    rows: list[tuple[str, str, str]] = []
    for (report, _), match in zip(reports, found, strict=True):
        form = "" if match.form is None else forms[match.form][0]
        if form:
            of_form.setdefault(form, []).append(report)
        rows.append((form, report, match.why))
    return Pairs(of_form, tuple(rows))


def write_pairs(pairs: Pairs, output: Path) -> None:
    """`pairs.csv`: a row for every report, with its form and what speaks for that, or why it stayed alone."""
    path = output / PAIRS
    if not pairs.rows:
        path.unlink(missing_ok=True)
        return
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(["自评表", "报告", "依据"])
    writer.writerows([_harmless(form) or "（没有配上）", _harmless(report), why] for form, report, why in pairs.rows)
    save("\ufeff" + text.getvalue(), path, force=True)


def _harmless(text: str) -> str:
    """A text that a spreadsheet does not take for a formula."""
    return "'" + text if text.startswith(("=", "+", "-", "@", "\t")) else text
