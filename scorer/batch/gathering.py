"""Gathering a batch: what is not in the store yet is read and scored, then forms are joined with their reports."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from scorer.batch.paired import Pairs
from scorer.batch.progress import Progress
from scorer.batch.results import PAGES_MOST
from scorer.batch.sources.files import Item, digest_of_item, joint_digest
from scorer.batch.store import HEAD, JOINED, Store
from scorer.batch.tasks.gather import Gather, Task, limits_words
from scorer.engines import Engine, Local, Lost, program_digest

ONE_PROCESS = 40  # fewer files than this are done before a second process has started


@dataclass(frozen=True, slots=True)
class Settings:
    """How a batch is run. `workers` None: as many as there are processors, one for a few files.

    `pages` is how many of the riskiest reports are written as pages that the summary links to.
    """

    one_per: str = "auto"
    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    workers: int | None = None
    seconds: float = 120
    megabytes: int = 1024
    pages: int = PAGES_MOST


@dataclass(slots=True)
class Gathering:
    """The work of one run with the store that it fills."""

    work: Gather
    store: Store
    settings: Settings
    engine: Engine | None
    progress: Progress

    def gather(self, items: Sequence[Item], earlier: Store | None) -> list[str]:
        """Read and score what the store does not hold; gives the keys of all submissions, in the order of the items."""
        found: dict[str, list[str]] = {}
        missing: list[Item] = []
        for item in items:
            keys = self._done(item, earlier)
            if keys is None:
                missing.append(item)
            else:
                found[item.key] = keys
        if earlier is not None:
            unread = [item for item in missing if not earlier.entry(item.key).sizes[2]]
            for item in unread:
                self.store.add(replace(earlier.record(item.key), key=item.key, reading=program_digest(), options=self.work.options))
                found[item.key] = [item.key]
            missing = [item for item in missing if item.key not in found]
        self.progress.begin(len(missing), len(items) - len(missing))
        for task, keys in self._run(self._tasks(missing, earlier), len(missing)):
            found[task.item.key] = keys
        return [key for item in items for key in found[item.key]]

    def join(self, pairs: Pairs) -> None:
        """Score every form that has reports together with them; what was read is not read again."""
        tasks = []
        for form, reports in pairs.of_form.items():
            entries = [self.store.entries[key] for key in (form, *reports)]
            digest = joint_digest([entry.digest for entry in entries])
            known = self.store.entries.get(JOINED + form)
            if known is None or (known.digest, known.reading, known.options) != (digest, program_digest(), self.work.options):
                submission, *others = [self.store.submission(key) for key in (form, *reports)]
                tasks.append(Task(Item(JOINED + form, (form,)), submission, digest, tuple(others)))
        if tasks:
            self.progress.stage("连同报告核对", len(tasks))
        for _ in self._run(iter(tasks), len(tasks)):
            pass
        self.store.joined = frozenset(pairs.of_form)

    def _run(self, tasks: Iterable[Task], count: int) -> Iterator[tuple[Task, list[str]]]:
        """Have tasks done and their records kept; gives each with the keys of its submissions."""
        if not count:  # no process, and no cluster, has to start for that
            return
        workers = self.settings.workers or (1 if count < ONE_PROCESS else processors())
        engine = self.engine or Local(min(workers, count), self.settings.seconds, self.settings.megabytes)
        for task, result in engine.run(self.work, tasks):
            if isinstance(result, Lost):
                result = self.work.lost(task, result, self.settings.seconds, self.settings.megabytes)
            for record in result:
                self.store.add(record)
            self.progress.step(task.item.key.removeprefix(JOINED))
            yield task, [record.key for record in result if not record.key.startswith(HEAD)]
        self.progress.end()

    def _done(self, item: Item, earlier: Store | None) -> list[str] | None:
        """The keys of the item's submissions where what the store holds is what reading it now would give."""
        head, alone = self.store.entries.get(HEAD + item.key), self.store.entries.get(item.key)
        if not (head and head.reading == program_digest()) and not (alone and alone.reading == program_digest()):
            return None
        digest = earlier.entry(item.key).digest if earlier else digest_of_item(item)
        if head and head.digest == digest:
            keys = self.store.parts(item.key)
            return keys if all(self._fresh(key, digest) for key in keys) else None
        return [item.key] if self._fresh(item.key, digest) else None

    def _fresh(self, key: str, digest: str) -> bool:
        entry = self.store.entries.get(key)
        if entry is None or entry.reading != program_digest() or entry.digest != digest:
            return False
        same = entry.options == self.work.options or not entry.sizes[2]  # what could not be read does not depend on the set
        return same and entry.limits in ("", limits_words(self.settings.seconds, self.settings.megabytes))

    def _tasks(self, items: Sequence[Item], earlier: Store | None) -> Iterator[Task]:
        """Items to be read; those whose submission is known, as it was read, with its JSON instead."""
        for item in items:
            if earlier is not None:
                yield Task(item, earlier.submission(item.key), earlier.entry(item.key).digest)
                continue
            known, head = self.store.entries.get(item.key), self.store.entries.get(HEAD + item.key)
            fresh = known is not None and known.reading == program_digest() and not known.limits
            several = head is not None and known is not None and head.digest == known.digest
            if known and fresh and not several and known.sizes[2] and known.digest == digest_of_item(item):
                yield Task(item, self.store.submission(item.key), known.digest)
            else:
                yield Task(item)


def processors() -> int:
    available = getattr(os, "sched_getaffinity", None)
    return len(available(0)) if available else os.cpu_count() or 1
