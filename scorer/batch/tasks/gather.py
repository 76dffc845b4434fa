"""What is done with one submission, in whatever process: read, score, check, and keep what a new scoring needs."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from decimal import Decimal
from functools import cache
from importlib.util import find_spec
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

from pydantic import TypeAdapter, ValidationError

from scorer.batch.facts import facts_of
from scorer.batch.sources.files import Item, digest_of_item, joint_digest
from scorer.batch.store import HEAD, Gathered, packed
from scorer.engines import Lost
from scorer.evaluation import evaluate, failed, unreadable
from scorer.forms import read_what_can_be
from scorer.forms.files.archive import inside
from scorer.forms.files.opening import digest_of
from scorer.forms.layout.assembly import with_reports
from scorer.forms.layout.pairing import form_party, report_party
from scorer.forms.readers.office import converter
from scorer.forms.readers.record import FormRecord, from_record
from scorer.model import ReadError, Report, ScorerError, Submission, readable_name

if TYPE_CHECKING:
    from scorer.forms import Unread
    from scorer.sets import IndicatorSet


CONVERTED = {".doc", ".wps"}  # read by way of another program


@dataclass(frozen=True, slots=True)
class Task:
    """An item to be read, or, with `submission` (its JSON), to be scored anew without its files.

    `reports` are the JSON of reports that were read alone and belong to that submission.
    """

    item: Item
    submission: bytes = b""
    digest: str = ""
    reports: tuple[bytes, ...] = ()


def report_of_loss(
    loss: Lost, name: str, digest: str, seconds: float, megabytes: int, advice: tuple[str, str] = ("", "")
) -> Report:
    """The report of a file that gave no result: F610 for one that asked too much, Z901 for one that ended us; `advice` is
    what its reader may do about too little time and too little memory."""
    if loss.reason == "killed":
        return failed(name, digest, RuntimeError("处理此文件的进程两次意外结束"))
    if loss.reason == "time":
        words = f"{name}：{seconds:g} 秒内没有读完，已停止。请打开看看是否过大或已损坏{advice[0]}。"
    else:
        words = f"{name}：读取所需的内存超过 {megabytes} MB，已停止。请删去与自评无关的内容{advice[1]}。"
    return unreadable(name, digest, ScorerError(words))


@dataclass(frozen=True)
class Gather:
    """The work of a batch: one task in, the records of its submissions out. Whatever happens with one file stays with it."""

    set: IndicatorSet | None = None
    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    reading: str = ""  # given by the process that compares with it: a program updated in mid-run is no other program

    @property
    def options(self) -> str:
        """The digest of everything but the files that a report depends on."""
        of_set = [self.set.id, self.set.version, self.set.digest] if self.set else []
        return _digest(json.dumps([of_set, self.select, self.ignore]).encode())

    def __call__(self, task: Task) -> tuple[Gathered, ...]:
        """The record of every submission of the item and of every file that was not read; of several also their list."""
        item = task.item
        try:
            found, unread = ([_joined(task)], []) if task.submission else read(item)
        except ScorerError as error:
            path, said = blamed(item.paths, str(error))
            shown = unreadable(readable_name(path), digest_of(path), ScorerError(said)).model_dump_json()
            return (self._record(item.key, task.digest or digest_of_item(item), shown, {}, b""),)
        except MemoryError:
            raise
        except Exception as error:
            shown = failed(readable_name(item.paths[0]), digest_of(item.paths[0]), error).model_dump_json()
            return (self._record(item.key, task.digest or digest_of_item(item), shown, {}, b""),)
        digest = task.digest or _digest_of(item, found, whole=not unread)
        kept = task.submission if not task.reports else b""
        records = [
            self._scored(key, digest, submission, kept)
            for key, submission in zip([item.key] if task.submission else _keys(item, found, unread), found, strict=True)
        ]
        for each in unread:
            shown = unreadable(readable_name(each.path), digest_of(each.path), each.error).model_dump_json()
            records.append(self._record(each.path, digest, shown, {}, b""))
        if [record.key for record in records] == [item.key]:
            return tuple(records)
        head = self._record(HEAD + item.key, digest, "", {"parts": [record.key for record in records]}, b"")
        return (*records, head)

    def _scored(self, key: str, digest: str, submission: Submission, kept: bytes) -> Gathered:
        """The record of one submission: whatever happens with it stays with it."""
        first = next((document.path for document in submission.documents), key)
        kept = kept or encoded(submission)
        facts: dict[str, Any] = {}
        try:
            report = evaluate(submission, self.set, select=self.select, ignore=self.ignore)
            facts = facts_of(submission, report) | party_facts(submission)
            shown = report.model_dump_json()
        except ScorerError as error:
            shown = unreadable(readable_name(first), digest_of(first), error).model_dump_json()
        except MemoryError:
            raise
        except Exception as error:
            shown = failed(readable_name(first), digest_of(first), error).model_dump_json()
        return self._record(key, digest, shown, facts, kept)

    def files(self, task: Task) -> tuple[str, ...]:
        """The files that are read for a task: whoever does the work must see the same ones."""
        paths = () if task.submission else task.item.paths
        return tuple((inside(path) or (path,))[0] for path in paths)

    def tools(self, task: Task) -> dict[str, bool]:
        """Of what some formats need beside this program, whether it is installed here."""
        endings = {PurePath(path).suffix.lower() for path in (() if task.submission else task.item.paths)}
        found = {"pdfplumber": find_spec("pdfplumber") is not None} if ".pdf" in endings else {}
        return {**found, "LibreOffice": converter() is not None} if endings & CONVERTED else found

    def lost(self, task: Task, loss: Lost, seconds: float, megabytes: int) -> tuple[Gathered, ...]:
        """The record of a task that gave no result: F610 for a file that asked too much, Z901 for one that ended us."""
        name = readable_name(task.item.paths[0])
        digest = digest_of(task.item.paths[0])
        advice = "；确实需要更久时加 --seconds", "；确实需要更多时加 --memory"
        report = report_of_loss(loss, name, digest, seconds, megabytes, advice)
        record = self._record(
            task.item.key,
            task.digest or digest_of_item(task.item),
            report.model_dump_json(),
            {},
            task.submission,
            limits_words(seconds, megabytes),
        )
        return (record,)

    def _record(
        self, key: str, digest: str, report: str, facts: dict[str, Any], submission: bytes, limits: str = ""
    ) -> Gathered:
        return Gathered(
            key=key,
            digest=digest,
            reading=self.reading,
            options=self.options,
            report=packed(report.encode()),
            facts=packed(json.dumps(facts, ensure_ascii=False).encode("utf-8", "backslashreplace")),
            submission=packed(submission) if submission else b"",
            limits=limits,
        )


def blamed(paths: Sequence[str], said: str) -> tuple[str, str]:
    """Which of the files of a submission could not be read, and what is said of it and of the others."""
    if len(paths) == 1:
        return paths[0], said
    named = [path for path in paths if said.startswith(readable_name(path))]
    return max(named, key=len, default=paths[0]), f"{said}同一份提交件的其余 {len(paths) - 1} 个文件因此没有核对。"


def limits_words(seconds: float, megabytes: int) -> str:
    return f"{seconds:g} s, {megabytes} MB"


def read(item: Item) -> tuple[list[Submission], list[Unread]]:
    """The submissions of an item, from its files or from its row of a table, and the files that could not be read."""
    return ([_of_record(item)], []) if item.record else read_what_can_be(*item.paths)


def _joined(task: Task) -> Submission:
    """The submission of a task that was read before, with the reports that belong to it."""
    reports = [document for report in task.reports for document in decoded(report).documents]
    return with_reports(decoded(task.submission), reports)


def _keys(item: Item, found: Sequence[Submission], unread: Sequence[Unread]) -> list[str]:
    """What names the submissions of an item: its own key when there is one, else file and part."""
    if len(found) == 1 and not found[0].part and item.key not in [each.path for each in unread]:
        return [item.key]
    paths = {readable_name(path): path for path in item.paths}
    keys: list[str] = []
    for submission in found:
        first = next((paths.get(document.path, document.path) for document in submission.documents), item.key)
        # a separator in the name of a sheet would pass for a folder
        part = submission.part.translate(NO_SEPARATOR)
        keys.append(f"{first}#{part}" if part else first)
    return keys


NO_SEPARATOR = str.maketrans({"/": "／", "\\": "＼"})


def party_facts(submission: Submission) -> dict[str, Any]:
    """What pairing knows a form or a report by, as a fact; nothing of what is neither."""
    if not submission.documents or submission.kind:
        return {}
    return {"party": asdict((form_party if submission.has_form else report_party)(submission))}


def _of_record(item: Item) -> Submission:

    row = int(item.key.rpartition("#")[2])
    try:
        record = FormRecord.model_validate(json.loads(item.record, parse_float=Decimal))
    except ValidationError as error:
        faults = "；".join(f"{'.'.join(map(str, fault['loc']))}：{fault['msg']}" for fault in error.errors()[:5])
        raise ReadError(f"{item.key}：这一行不是提交件（{faults}）。列与 TOML 表的键相同。") from None
    return from_record(item.key, record, {(): row}, digest_of_item(item))


def _digest_of(item: Item, found: Sequence[Submission], *, whole: bool) -> str:
    """The digest of the item's files, from those that were read where that is all of them: they are not read twice."""
    digests = {document.path: document.sha256 for submission in found for document in submission.documents}
    paths = [readable_name(path) for path in item.paths]
    if item.record or not whole or not all(path in digests for path in paths):
        return digest_of_item(item)
    return joint_digest([digests[path] for path in paths])


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


@cache
def _adapter() -> Any:
    return TypeAdapter(Submission)


def encoded(submission: Submission) -> bytes:
    data: bytes = _adapter().dump_json(submission, exclude_defaults=True)
    return data


def decoded(data: bytes) -> Submission:
    submission: Submission = _adapter().validate_json(data)
    return submission
