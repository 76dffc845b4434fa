"""The tables of the workbench. Points and money are decimals; every row has `created`; rows that people edit have `lock`.

What a run gave (`VersionRow`, `FileRow`, `RunRow`) is never changed, what people did (`EntryRow`) never changed nor removed.
"""

from __future__ import annotations

import secrets
import string

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models

from scorer.web.states import Role, State

PUBLIC_LETTERS = 22
POINTS = {"max_digits": 12, "decimal_places": 4, "null": True}


def public_id() -> str:
    """A name that nobody can guess: 22 random letters."""
    return "".join(secrets.choice(string.ascii_letters) for _ in range(PUBLIC_LETTERS))


def shuffle_number() -> int:
    """A place in an order that is the same for all and tells nothing."""
    return secrets.randbelow(2**31)


class _Row(models.Model):
    created = models.DateTimeField(auto_now_add=True)

    class Meta:
        abstract = True


class DepartmentRow(_Row):
    """A department (主管部门): forms belong to one, users have a scope of some."""

    name = models.CharField(max_length=200, unique=True)

    class Meta:
        db_table = "department"


class UserRow(AbstractBaseUser):
    """Somebody who logs in: role and scope."""

    created = models.DateTimeField(auto_now_add=True)
    login = models.CharField(max_length=60, unique=True)
    name = models.CharField(max_length=60)
    role = models.CharField(max_length=10, default=Role.REVIEWER)
    leads = models.BooleanField(default=False)
    alone = models.BooleanField(default=False)
    sees_all = models.BooleanField(default=False)
    active = models.BooleanField(default=True)
    failures = models.IntegerField(default=0)
    locked_until = models.DateTimeField(null=True)
    keys = models.JSONField(default=dict)
    departments = models.ManyToManyField(DepartmentRow, through="MembershipRow")
    lock = models.IntegerField(default=0)

    objects = BaseUserManager()
    USERNAME_FIELD = "login"

    class Meta:
        db_table = "user"

    @property
    def is_active(self) -> bool:
        return bool(self.active)


class MembershipRow(_Row):
    """A department that a user works for (经办人) or is assigned to (复核人)."""

    user = models.ForeignKey(UserRow, models.CASCADE)
    department = models.ForeignKey(DepartmentRow, models.PROTECT)

    class Meta:
        db_table = "membership"
        constraints = (models.UniqueConstraint(fields=("user", "department"), name="membership_once"),)


class RoundRow(_Row):
    """A year's review: its set, its gate, its deadline."""

    title = models.CharField(max_length=100, unique=True)
    year = models.IntegerField(null=True)
    set_name = models.CharField(max_length=200, blank=True, default="")
    gate = models.CharField(max_length=10, default="reply")
    deadline = models.DateField(null=True)
    blind = models.BooleanField(default=True)
    second_person = models.BooleanField(default=False)
    beyond_weight = models.BooleanField(default=False)
    open = models.BooleanField(default=True)
    lock = models.IntegerField(default=0)

    class Meta:
        db_table = "round"


class SubmissionRow(_Row):
    """A form with its reports, as it goes from hand to hand."""

    public = models.CharField(max_length=PUBLIC_LETTERS, unique=True, default=public_id)
    round = models.ForeignKey(RoundRow, models.PROTECT)
    department = models.ForeignKey(DepartmentRow, models.PROTECT, null=True)
    unit = models.CharField(max_length=300, blank=True, default="")
    project = models.CharField(max_length=500, blank=True, default="")
    part = models.CharField(max_length=200, blank=True, default="")
    state = models.CharField(max_length=10, default=State.SENT)
    afterwards = models.CharField(max_length=10, blank=True, default="")
    version = models.ForeignKey("VersionRow", models.PROTECT, null=True, related_name="+")
    assignee = models.ForeignKey(UserRow, models.PROTECT, null=True, related_name="+")
    due = models.DateField(null=True)
    risk = models.DecimalField(max_digits=12, decimal_places=2, default=0)
    risk_words = models.CharField(max_length=300, blank=True, default="")
    claimed = models.DecimalField(**POINTS)
    recomputed = models.DecimalField(**POINTS)
    reviewed = models.DecimalField(**POINTS)
    full = models.DecimalField(**POINTS)
    claimed_grade = models.CharField(max_length=20, blank=True, default="")
    grade = models.CharField(max_length=20, blank=True, default="")
    grade_moves = models.BooleanField(default=False)
    errors = models.IntegerField(default=0)
    warnings = models.IntegerField(default=0)
    notes = models.IntegerField(default=0)
    undecided = models.IntegerField(default=0)
    unread = models.BooleanField(default=False)
    first = models.CharField(max_length=300, blank=True, default="")
    shuffle = models.IntegerField(default=shuffle_number)
    lock = models.IntegerField(default=0)

    class Meta:
        db_table = "submission"
        indexes = (
            models.Index(fields=("round", "state", "-risk", "id"), name="submission_state_risk"),
            models.Index(fields=("round", "-risk", "id"), name="submission_risk"),
            models.Index(fields=("-risk", "id"), name="submission_any_risk"),
            models.Index(fields=("round", "department", "-risk", "id"), name="submission_department_risk"),
            models.Index(fields=("assignee", "state", "-risk", "id"), name="submission_assignee_risk"),
        )


class VersionRow(_Row):
    """What was handed in at one time. Never changed."""

    submission = models.ForeignKey(SubmissionRow, models.CASCADE, related_name="versions")
    number = models.IntegerField()
    by = models.ForeignKey(UserRow, models.PROTECT, null=True, related_name="+")
    note = models.CharField(max_length=300, blank=True, default="")

    class Meta:
        db_table = "version"
        constraints = (models.UniqueConstraint(fields=("submission", "number"), name="version_once"),)


class FileRow(_Row):
    """A file of a version; its bytes stand once under their digest."""

    version = models.ForeignKey(VersionRow, models.CASCADE, related_name="files")
    name = models.CharField(max_length=255)
    sha256 = models.CharField(max_length=64, db_index=True)
    size = models.BigIntegerField()

    class Meta:
        db_table = "file"


class RunRow(_Row):
    """What one program found with one set in one version. Never changed. `aside` runs wait to be applied."""

    version = models.ForeignKey(VersionRow, models.CASCADE, related_name="runs")
    program = models.CharField(max_length=64)
    set_id = models.CharField(max_length=200, blank=True, default="")
    set_digest = models.CharField(max_length=64, blank=True, default="")
    options = models.CharField(max_length=64, blank=True, default="")
    report = models.BinaryField()
    facts = models.BinaryField()
    submission = models.BinaryField()
    why = models.CharField(max_length=100, blank=True, default="")
    aside = models.BooleanField(default=False)

    class Meta:
        db_table = "run"


class FindingRow(_Row):
    """A finding as long as its submission lives, whatever run found it last."""

    submission = models.ForeignKey(SubmissionRow, models.CASCADE, related_name="findings")
    department = models.ForeignKey(DepartmentRow, models.PROTECT, null=True, related_name="+")
    round = models.ForeignKey(RoundRow, models.PROTECT, related_name="+")
    code = models.CharField(max_length=10)
    name = models.CharField(max_length=60)
    level = models.CharField(max_length=10)
    content = models.CharField(max_length=40)
    subject = models.CharField(max_length=40)
    ordinal = models.IntegerField(default=0)
    position = models.IntegerField(default=0)
    first_run = models.ForeignKey(RunRow, models.PROTECT, related_name="+")
    last_run = models.ForeignKey(RunRow, models.PROTECT, related_name="+")
    gone = models.CharField(max_length=20, blank=True, default="")
    is_new = models.BooleanField(default=False)
    verdict = models.CharField(max_length=10, blank=True, default="")
    reason = models.CharField(max_length=20, blank=True, default="")
    text = models.TextField(blank=True, default="")
    by = models.ForeignKey(UserRow, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField(null=True)
    seconded = models.ForeignKey(UserRow, models.PROTECT, null=True, related_name="+")
    stale = models.BooleanField(default=False)
    waits = models.BooleanField(default=True)  # no verdict, or a stale one: what the next card is looked up by
    group = models.CharField(max_length=40, blank=True, default="")
    message = models.TextField()
    path = models.JSONField(default=list)
    places = models.JSONField(default=list)
    numbers = models.JSONField(default=dict)
    shuffle = models.IntegerField(default=shuffle_number)
    lock = models.IntegerField(default=0)

    class Meta:
        db_table = "finding"
        indexes = (
            models.Index(
                # SQLite takes a yes-no column for itself, never as "= 1": it must be a condition, not a column, of the index
                fields=("round", "code", "shuffle", "id"), condition=models.Q(gone="", waits=True), name="finding_next"
            ),
            models.Index(
                # with the column of its condition the index alone answers: SQLite looks at the row for that one otherwise
                fields=("round", "code", "verdict", "stale", "gone"), condition=models.Q(gone=""), name="finding_verdicts"
            ),
            models.Index(fields=("submission", "code"), condition=models.Q(gone=""), name="finding_submission_code"),
            models.Index(
                fields=("round", "department", "code", "verdict"), condition=models.Q(gone=""), name="finding_department_code"
            ),
        )


class ReplyRow(_Row):
    """What a department answered to a finding."""

    finding = models.ForeignKey(FindingRow, models.CASCADE, related_name="replies")
    kind = models.CharField(max_length=10)
    text = models.TextField(blank=True, default="")
    by = models.ForeignKey(UserRow, models.PROTECT, related_name="+")

    class Meta:
        db_table = "reply"


class DeductionRow(_Row):
    """A standard deduction: the same fault costs the same everywhere. Key 1 to 9; points, or per cent of the weight."""

    round = models.ForeignKey(RoundRow, models.CASCADE, related_name="deductions")
    target = models.CharField(max_length=200)  # a check's code, or the last name of an indicator
    key = models.IntegerField()
    label = models.CharField(max_length=100)
    points = models.DecimalField(**POINTS)
    percent = models.DecimalField(**POINTS)
    basis = models.CharField(max_length=300, blank=True, default="")
    lock = models.IntegerField(default=0)

    class Meta:
        db_table = "deduction"
        constraints = (models.UniqueConstraint(fields=("round", "target", "key"), name="deduction_key_once"),)


class ScoreRow(_Row):
    """One indicator of a submission, and its reviewed points where somebody gave any, with the reason or the deductions
    that they come from. `name` is the last of its path: by it one indicator is found across all forms."""

    submission = models.ForeignKey(SubmissionRow, models.CASCADE, related_name="scores")
    path = models.JSONField(default=list)
    path_key = models.CharField(max_length=64)
    round = models.ForeignKey(RoundRow, models.PROTECT, related_name="+")
    name = models.CharField(max_length=200)
    shuffle = models.IntegerField(default=shuffle_number)
    points = models.DecimalField(**POINTS)
    why = models.CharField(max_length=300, blank=True, default="")
    deductions = models.ManyToManyField(DeductionRow)
    by = models.ForeignKey(UserRow, models.PROTECT, null=True, related_name="+")
    lock = models.IntegerField(default=0)

    class Meta:
        db_table = "score"
        constraints = (models.UniqueConstraint(fields=("submission", "path_key"), name="score_once"),)
        indexes = (models.Index(fields=("round", "name", "shuffle"), name="score_name_shuffle"),)


class OpinionRow(_Row):
    """The words of the review, each version kept; `draft` ones were saved while typing."""

    submission = models.ForeignKey(SubmissionRow, models.CASCADE, related_name="opinions")
    text = models.TextField(blank=True, default="")
    by = models.ForeignKey(UserRow, models.PROTECT, related_name="+")
    draft = models.BooleanField(default=False)

    class Meta:
        db_table = "opinion"


class TransitionRow(_Row):
    """One step of a submission from state to state. `bundle` is the digest of what was made public."""

    submission = models.ForeignKey(SubmissionRow, models.CASCADE, related_name="transitions")
    act = models.CharField(max_length=10)
    before = models.CharField(max_length=10)
    after = models.CharField(max_length=10)
    by = models.ForeignKey(UserRow, models.PROTECT, related_name="+")
    reason = models.TextField(blank=True, default="")
    deadline = models.DateField(null=True)
    asked = models.JSONField(default=list)
    version = models.ForeignKey(VersionRow, models.PROTECT, null=True, related_name="+")
    bundle = models.CharField(max_length=64, blank=True, default="")

    class Meta:
        db_table = "transition"


class AssignmentRow(_Row):
    """Who was given a submission, by whom."""

    submission = models.ForeignKey(SubmissionRow, models.CASCADE, related_name="assignments")
    to = models.ForeignKey(UserRow, models.PROTECT, null=True, related_name="+")
    by = models.ForeignKey(UserRow, models.PROTECT, related_name="+")

    class Meta:
        db_table = "assignment"


class RectificationRow(_Row):
    """What follows a review: 整改通知, 反馈, 销号."""

    submission = models.ForeignKey(SubmissionRow, models.CASCADE, related_name="rectifications")
    step = models.CharField(max_length=10)
    text = models.TextField(blank=True, default="")
    deadline = models.DateField(null=True)
    by = models.ForeignKey(UserRow, models.PROTECT, related_name="+")

    class Meta:
        db_table = "rectification"


class SampleRow(_Row):
    """A sample that anyone can draw again: the plan, what it was drawn from, and the seed."""

    public = models.CharField(max_length=PUBLIC_LETTERS, unique=True, default=public_id)
    round = models.ForeignKey(RoundRow, models.PROTECT, related_name="samples")
    plan = models.JSONField(default=dict)
    population = models.CharField(max_length=64)
    seed = models.CharField(max_length=64)
    head = models.CharField(max_length=64)
    algorithm = models.CharField(max_length=40)
    listed = models.JSONField(default=list)
    by = models.ForeignKey(UserRow, models.PROTECT, related_name="+")

    class Meta:
        db_table = "sample"


class SampleItemRow(_Row):
    """One submission of a sample; by hand with a reason."""

    sample = models.ForeignKey(SampleRow, models.CASCADE, related_name="items")
    submission = models.ForeignKey(SubmissionRow, models.PROTECT, related_name="+")
    stratum = models.CharField(max_length=300, blank=True, default="")
    reason = models.CharField(max_length=300, blank=True, default="")

    class Meta:
        db_table = "sample_item"


class JobRow(_Row):
    """Work in the background: files to be read, or a version to be checked again."""

    public = models.CharField(max_length=PUBLIC_LETTERS, unique=True, default=public_id)
    kind = models.CharField(max_length=20)
    round = models.ForeignKey(RoundRow, models.PROTECT, null=True, related_name="+")
    department = models.ForeignKey(DepartmentRow, models.PROTECT, null=True, related_name="+")
    submission = models.ForeignKey(SubmissionRow, models.CASCADE, null=True, related_name="jobs")
    by = models.ForeignKey(UserRow, models.PROTECT, null=True, related_name="+")
    files = models.JSONField(default=list)
    preview = models.BooleanField(default=False)
    status = models.CharField(max_length=10, default="等候", db_index=True)
    words = models.TextField(blank=True, default="")
    made = models.JSONField(default=list)
    started = models.DateTimeField(null=True)
    ended = models.DateTimeField(null=True)
    lock = models.IntegerField(default=0)

    class Meta:
        db_table = "job"


class SettingRow(models.Model):
    """One remembered value of the workbench itself."""

    created = models.DateTimeField(auto_now_add=True)
    name = models.CharField(max_length=60, primary_key=True)
    value = models.TextField(blank=True, default="")

    class Meta:
        db_table = "setting"


class EntryRow(models.Model):
    """One line of the ledger; triggers refuse to change or remove it."""

    id = models.BigAutoField(primary_key=True)
    at = models.CharField(max_length=40)
    actor = models.CharField(max_length=60)
    kind = models.CharField(max_length=30, db_index=True)
    submission = models.CharField(max_length=PUBLIC_LETTERS, blank=True, default="", db_index=True)
    detail = models.TextField(blank=True, default="{}")
    previous = models.CharField(max_length=64)
    mac = models.CharField(max_length=64)

    class Meta:
        db_table = "entry"
