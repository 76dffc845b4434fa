"""D401–D406: whether a publication has all that it must have, and nothing that should have gone."""

from __future__ import annotations

import re
from collections.abc import Iterator

from scorer.checks.form import Form
from scorer.checks.registry import Outcome, Outcomes, check, faulty, sound, undecided
from scorer.model import Cell, Paragraph, Place
from scorer.prose.disclosure.amounts import NARROW
from scorer.prose.disclosure.classification import names_of, plain_code_name, required_parts, source
from scorer.prose.disclosure.publication import Publication
from scorer.prose.disclosure.sheets import Sheet
from scorer.prose.disclosure.titles import TITLES, is_part, title_number

MOST = 6  # tables that a publication prints at least before a missing one is said
_NO_DATA = re.compile(
    r"无(?:此项|数据|相关|.{0,30}(?:收入|支出|收支|拨款|预算|经费|安排))|没有|未(?:安排|发生|使用|涉及)|不涉及|为空|空表|为零|为0|不存在"
)


@check("D401", level="warning", message="目录列有“{title}”，正文中没有这张表；请补上，或说明没有此类收支")
def listed_table_missing(form: Form) -> Outcomes:
    """A table of the contents is not printed.

    标题: 目录中的决算表正文缺失
    为何重要: 部门决算公开须公开全部报表；没有数据的也要列出空表并说明。
    依据: 《地方预决算公开操作规程》（财预〔2016〕143号）：公开部门收支总表等报表，没有数据的列空表说明。
    例: 目录列有“九、国有资本经营预算财政拨款支出决算表”，正文只到公开08表。
    改法: 补上缺的表；没有数据的保留表头并注明。
    何时无法判定: 正文读到的表太少，报表可能在另外的文件中。
    """
    for publication in form.publications:
        printed = {sheet.number for sheet in publication.sheets}
        standing = [title_number(cell.text) for table in publication.document.tables for cell in table.cells if cell]
        listed: dict[int, Paragraph] = {}
        for line in publication.passages.lines:
            number = title_number(line.text)
            if number is not None:
                standing.append(number)
                listed.setdefault(number, line)
        if len(printed) < MOST:
            yield undecided("正文中的决算表太少，报表可能在另外的文件中")
            continue
        for number, line in sorted(listed.items()):
            if number in printed:
                yield sound()
            elif standing.count(number) > 1:
                yield undecided("表的标题在，表中的内容认不出")
            else:
                yield faulty((), [Cell(line.text.strip(), line.source)], title=line.text.strip())


@check("D402", level="warning", message="{table}（{title}）没有数据，也没有说明；请填列，或注明没有此类收支")
def empty_table_unexplained(form: Form) -> Outcomes:
    """A table is printed without data and without a word of why.

    标题: 空表没有说明
    为何重要: 空表不注明，读者不知是没有此类收支，还是漏填。
    依据: 《地方预决算公开操作规程》：没有数据的表格应当列出空表并说明。
    例: “三公”经费支出决算表全空，表下没有说明。
    改法: 在表下注明“本单位没有……，故本表无数据”，或补填。
    何时无法判定: 表中有字而认不出数字。
    """
    for publication in form.publications:
        for sheet in publication.sheets:
            if not sheet.empty:
                yield sound()
            elif sheet.unread:
                yield undecided(f"{sheet.name}的表头认不出")
            elif explained(publication, sheet):
                yield sound()
            else:
                yield faulty(
                    (), [sheet.title], table=sheet.name, title=sheet.title.text.strip() or TITLES[sheet.number]
                )


def explained(publication: Publication, sheet: Sheet) -> bool:
    """Whether a note below an empty table, or the section about it, says that there is nothing of the kind."""
    cells = (cell for table in sheet.tables for cell in table.cells)
    if any(_NO_DATA.search(cell.text) for cell in (*sheet.notes, *cells)):
        return True
    kind = {7: "official", 8: "fund", 9: "capital"}.get(sheet.number)
    return kind is not None and any(
        _NO_DATA.search(section.text) and not re.search(r"[1-9]\d*(?:\.\d+)?万?元", section.text)
        for section in publication.passages.of(kind)
    )


_LEFT = re.compile(
    r"仍?保留[该本此]表格?式?[^。；]{0,20}(?:作[下如][述下]?说明)?|[在于]本表下方作[^。；]{0,8}说明"
    r"|(?<![A-Za-z])[XxＸ×]{2,4}(?:局|委|办|部门|单位|厅|院|中心|街道|镇|乡|县|市|区|省)|[〇○]{2,3}(?:局|部门|单位)"
    r"|[（(](?:请|注明|根据)[^（）()]{0,16}(?:实际|情况|单位|部门)[^（）()]{0,10}(?:填|修改|增删|调整|说明|删除)[^（）()]{0,12}[）)]"
)


@check("D403", level="warning", message="范本的说明文字残留：{words}；请删去或换成本单位的内容")
def model_text_left(form: Form) -> Outcomes:
    """Words with which the model text of a publication instructs its writer are still there.

    标题: 决算公开范本文字残留
    为何重要: 范本里写给填表人的话随文公开，说明公开前没有人通读。
    依据: 各年部门决算公开参考文本，填写后应删去说明文字。
    例: “无国有资本经营预算财政拨款收入支出的，仍保留该表格式，并在本表下方作下述说明：”。
    改法: 删去，或换成本单位的说明。
    何时无法判定: 不会无法判定。
    """
    for publication in form.publications:
        clean = True
        for cell in _texts(publication):
            match = _LEFT.search(cell.text)
            if match is not None:
                clean = False
                yield faulty((), [cell], words=match[0])
        if clean:
            yield sound()


def _texts(publication: Publication) -> Iterator[Cell]:
    for line in publication.passages.lines:
        yield Cell(line.text.strip(), line.source)
    for sheet in publication.sheets:
        known = {line.source for line in publication.passages.lines}
        yield from (note for note in sheet.notes if note.source not in known)


_HEADING_YEAR = re.compile(r"(20\d\d)\s?年度?")
_AS_OF = re.compile(r"截[至止]到?\s?(20\d\d)\s?年\s?12\s?月\s?(?:31\s?日|底)")
_HOLDINGS = re.compile(r"车辆|公务用车|固定资产|国有资产|设备|房屋|保有量")


@check("D404", level="warning", message="{year} 年度的决算公开{what}为 {other} 年：“{words}”；请核对年份")
def published_year_differs(form: Form) -> Outcomes:
    """A heading or the day of the holdings is of another year than the publication.

    标题: 标题或截止日的年份与公开年度不同
    为何重要: 年份错位多半是沿用上年文本，同一段的数字也可能没有更新。
    依据: 部门决算公开按年度编制。
    例: 2024 年度公开，第三部分标题写“2023 年度部门决算情况说明”；车辆“截至 2023 年 12 月 31 日”。
    改法: 改正年份，并核对该部分数字是否为本年。
    何时无法判定: 公开的年度不能确定。
    """
    for publication in form.publications:
        year = publication.year
        if year is None:
            yield undecided("公开的年度不能确定")
            continue
        for line in publication.passages.lines:
            yield from _years(line, year)


def _years(line: Paragraph, year: int) -> Iterator[Outcome]:
    text = line.text.translate(NARROW)
    plain = text.strip()
    if is_part(plain) or (
        len(plain) <= 40 and re.search(r"部门决算(?:情况说明|公开)?$|单位决算(?:情况说明|公开)?$|决算情况说明$", plain)
    ):
        named = [int(match[1]) for match in _HEADING_YEAR.finditer(plain)]
        if named and "附件" not in plain:
            if year in named or "规划" in plain:
                yield sound()
            else:
                yield faulty(
                    (), [Cell(plain, line.source)], year=str(year), what="，标题", other=str(named[0]), words=plain
                )
    for match in _AS_OF.finditer(text):
        if not _HOLDINGS.search(text[match.end() : match.end() + 80]):
            continue
        if int(match[1]) == year:
            yield sound()
        else:
            at = line.source.place
            at = f"{at}:{match.start() + 1}-{match.end()}" if re.fullmatch(r"L\d+", at) else at
            place = Place(file=line.source.file, at=at, quote=match[0])
            yield faulty((), [place], year=str(year), what="，截止日", other=match[1], words=match[0])


@check(
    "D405",
    level="warning",
    message="{table}第{row}行：编码 {code} 的名称应为“{right}”，表中为“{name}”；请核对编码或名称",
)
def code_name_differs(form: Form) -> Outcomes:
    """The name of a line is not the one that its code has in the classification.

    标题: 科目编码与名称不符
    为何重要: 编码和名称不符，一行就不知是哪个科目，与别的表也对不上。
    依据: 财政部《政府收支分类科目》各年版。
    例: 20129 写作“组织事务”（应为“群众团体事务”）。
    改法: 按当年的政府收支分类科目改正编码或名称。
    何时无法判定: 编码不在所附的科目表中。
    """
    for publication in form.publications:
        for sheet in publication.sheets:
            if sheet.number in (2, 3, 5, 8):
                for item in sheet.coded():
                    names = names_of(item.code)
                    own = plain_code_name(item.name)
                    if not names:
                        yield undecided(f"编码不在所附的科目表中（{source()}）")
                    elif not own or any(_same_name(own, plain_code_name(name)) for name in names):
                        yield sound()
                    else:
                        yield faulty(
                            (),
                            [item.cell],
                            table=sheet.name,
                            row=str(item.row),
                            code=item.code,
                            right=names[0],
                            name=item.name,
                        )


def _same_name(own: str, known: str) -> bool:
    """Equal, or one is the other cut off at the end of a narrow column."""
    return own == known or (len(own) >= 4 and (known.startswith(own) or own.startswith(known)))


@check("D406", level="warning", message="情况说明中没有“{part}”；请补上，没有此项支出的也应说明")
def required_part_missing(form: Form) -> Outcomes:
    """The explanations lack a part that every publication has to have.

    标题: 情况说明缺少必须公开的部分
    为何重要: 三公经费、机关运行经费、政府采购、国有资产、预算绩效是法定的说明事项，缺一项即公开不完整。
    依据: 《地方预决算公开操作规程》（财预〔2016〕143号）。
    例: 全文没有“政府采购”。
    改法: 补上该部分；没有的写明没有。
    何时无法判定: 文件中没有情况说明（只有报表）。
    """
    for publication in form.publications:
        sections = [section for section in publication.passages.sections if section.kind not in ("", "table", "terms")]
        if len({section.kind for section in sections}) < 4:
            yield undecided("文件中没有情况说明")
            continue
        text = "".join(line.text.translate(NARROW) for line in publication.passages.lines)
        title = publication.passages.lines[0] if publication.passages.lines else None
        for name, words in required_parts(form.submission.unit):
            if any(word.translate(NARROW) in text for word in words):
                yield sound()
            else:
                where = [Cell(title.text.strip(), title.source)] if title is not None else []
                yield faulty((), where, part=name)
