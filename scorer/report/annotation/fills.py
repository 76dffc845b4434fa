"""Faulty cells of a workbook filled by level, as conditional formats: the cells' own looks stay as they are, and whoever wants
the file as it was takes the rule away."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from scorer.forms.files.package import local
from scorer.model import Level
from scorer.report.annotation.splicing import Editing, Part

COLOURS: Final[Mapping[Level, str]] = {"error": "FFFFC7CE", "warning": "FFFFEB9C", "note": "FFDDEBF7"}
ALWAYS: Final = '"scorer"="scorer"'  # the rule holds everywhere, and tells our rules from others
BEHIND: Final = frozenset(
    {
        *("dataValidations", "hyperlinks", "printOptions", "pageMargins", "pageSetup", "headerFooter", "rowBreaks", "colBreaks"),
        *("customProperties", "cellWatches", "ignoredErrors", "smartTags", "drawing", "legacyDrawing", "legacyDrawingHF"),
        *("drawingHF", "picture", "oleObjects", "controls", "webPublishItems", "tableParts", "extLst", "AlternateContent"),
    }
)
"""What stands behind `conditionalFormatting` in a worksheet (ECMA-376 part 1, 18.3.1.99)."""


def clear_fills(sheet: Part) -> None:
    """Take away the fills of an earlier run."""
    for entry in list(sheet.root):
        if local(entry.tag) == "conditionalFormatting" and any((part.text or "") == ALWAYS for rule in entry for part in rule):
            sheet.remove(entry)


def looks(editing: Editing, main: str) -> dict[Level, int]:
    """The number of each level's look among the workbook's, added where it is not there; {} for one without styles."""
    _, name = editing.target(main, "styles")
    if not name:
        return {}
    styles = editing.part(name)
    space = styles.root.tag[1:].partition("}")[0]
    listed = styles.find("dxfs")
    known = {_colour(entry): number for number, entry in enumerate(listed if listed is not None else ())}
    numbers: dict[Level, int] = {}
    fresh: list[str] = []
    for level, colour in COLOURS.items():
        if colour in known:
            numbers[level] = known[colour]
        else:
            numbers[level] = len(known if listed is None else list(listed)) + len(fresh)
            fill = f'<fill><patternFill patternType="solid"><fgColor rgb="{colour}"/><bgColor rgb="{colour}"/></patternFill></fill>'
            fresh.append(f'<dxf xmlns="{space}">{fill}</dxf>')
    if fresh and listed is not None:
        styles.append(listed, "".join(fresh))
    elif fresh:
        xml = f'<dxfs xmlns="{space}" count="{len(fresh)}">{"".join(fresh)}</dxfs>'
        behind = next((child for child in styles.root if local(child.tag) in ("tableStyles", "colors", "extLst")), None)
        styles.append(styles.root, xml) if behind is None else styles.before(behind, xml)
    return numbers


def _colour(look: object) -> str:
    parts = [part for part in look.iter() if local(part.tag) == "bgColor"]  # type: ignore[attr-defined]
    return parts[0].get("rgb", "") if len(parts) == 1 else ""


def fill(sheet: Part, cells: Sequence[tuple[str, Level]], numbers: Mapping[Level, int]) -> None:
    """Fill the cells of a sheet, each by its level."""
    space = sheet.root.tag[1:].partition("}")[0]
    behind = next((child for child in sheet.root if local(child.tag) in BEHIND), None)
    for priority, (level, number) in enumerate(numbers.items(), 1):
        of_level = " ".join(dict.fromkeys(cell for cell, of in cells if of == level))
        if not of_level:
            continue
        rule = f'<cfRule type="expression" dxfId="{number}" priority="{priority}"><formula>{ALWAYS}</formula></cfRule>'
        xml = f'<conditionalFormatting xmlns="{space}" sqref="{of_level}">{rule}</conditionalFormatting>'
        sheet.append(sheet.root, xml) if behind is None else sheet.before(behind, xml)
