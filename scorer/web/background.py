"""One thread that does what need not be waited for: reading files, looking into the watched folder, noting the ledger's head.

Jobs are rows: what was begun when the process ended is begun again at the next start, and what a job makes is kept in the
transaction that ends it, so that nothing is lost and nothing is there twice.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from scorer.batch.store import Gathered
from scorer.engines import Local, Lost, program_digest
from scorer.model import ScorerError
from scorer.web import ledger
from scorer.web.examining import Dossier, Examine, lost
from scorer.web.filing import file_job
from scorer.web.intake import RECHECK, WAKE, path_of
from scorer.web.models import JobRow
from scorer.web.rechecking import keep_aside
from scorer.web.watching import Watch

WAITING, RUNNING, DONE, FAILED = "等候", "进行中", "完成", "没有办成"
SECONDS, MEGABYTES = 120.0, 1024
POLL = 1.0
HOUSEKEEPING = 3600.0
LOG = logging.getLogger("scorer.web")

Finish = Callable[[JobRow, tuple[Gathered, ...]], None]


@dataclass
class Background:
    """The thread and what it needs; `stop` ends it after the job at hand."""

    watch: Watch | None = None
    ended: threading.Event = field(default_factory=threading.Event)
    thread: threading.Thread | None = None
    kept: float = 0.0

    def start(self) -> None:
        """Take up what was left unfinished, and go on from there in a thread."""
        requeue()
        self.thread = threading.Thread(target=self._run, name="background", daemon=True)
        self.thread.start()

    def stop(self) -> None:
        """End the thread; a job at hand is begun again at the next start."""
        self.ended.set()
        WAKE.set()
        if self.thread is not None:
            self.thread.join(5)

    def _run(self) -> None:
        while not self.ended.is_set():
            try:
                self.turn()
            except (DatabaseError, OSError, ScorerError):
                LOG.exception("background work failed")
            except Exception:
                LOG.exception("background work failed")
            WAKE.wait(POLL)
            WAKE.clear()
        connection.close()

    def turn(self) -> None:
        """One look at all there is to do."""
        if self.watch is not None:
            self.watch.look()
        work_off(self.ended)
        if time.monotonic() - self.kept > HOUSEKEEPING or not self.kept:
            self.kept = time.monotonic()
            ledger.note_head()
            Session.objects.filter(expire_date__lt=timezone.now()).delete()


def requeue() -> int:
    """Jobs that were running when the process ended wait again; gives how many."""
    return int(JobRow.objects.filter(status=RUNNING).update(status=WAITING, started=None))


def work_off(ended: threading.Event | None = None) -> int:
    """Do all jobs that wait; gives how many were done."""
    if not JobRow.objects.filter(status=WAITING).exists():
        return 0
    workers = max(1, int(settings.WORKBENCH.config.get("workers", 1)))
    engine = Local(workers, SECONDS, MEGABYTES)
    done = 0
    for dossier, result in engine.run(Examine(program_digest()), _dossiers(ended or threading.Event())):
        finish(dossier, result)
        done += 1
    return done


def _dossiers(ended: threading.Event) -> Iterator[Dossier]:
    """The jobs that wait, each marked as begun when it is taken."""
    while not ended.is_set():
        with transaction.atomic():
            job = JobRow.objects.filter(status=WAITING).order_by("id").select_related("round").first()
            if job is None:
                return
            JobRow.objects.filter(pk=job.pk).update(status=RUNNING, started=timezone.now())
        files = tuple((name, str(path_of(sha))) for name, sha, _ in job.files)
        yield Dossier(job.pk, files, job.round.set_name if job.round else "")


def finish(dossier: Dossier, result: tuple[Gathered, ...] | Lost) -> None:
    """Keep what a job gave, or why it gave nothing; once, however often it was done."""
    with transaction.atomic():
        job = JobRow.objects.select_for_update(of=("self",)).get(pk=dossier.job)
        if job.status not in (WAITING, RUNNING):
            return
        if isinstance(result, Lost):
            digests = [sha for _, sha, _ in job.files]
            result = (lost(dossier, result, SECONDS, MEGABYTES, digests),)
        outcome: dict[str, Any]
        try:
            with transaction.atomic():
                made = keep_aside(job, result) if job.kind == RECHECK else file_job(job, result)
            outcome = {"status": DONE, "words": job.words, "made": [row.public for row in made]}
        except ScorerError as error:
            outcome = {"status": FAILED, "words": str(error), "made": []}
        except Exception as error:
            LOG.exception("a job's results could not be kept")
            outcome = {"status": FAILED, "words": f"程序内部错误（{type(error).__name__}）：请告诉维护人。", "made": []}
        JobRow.objects.filter(pk=job.pk).update(ended=timezone.now(), **outcome)
