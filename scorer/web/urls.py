"""Every address of the workbench; a test walks each as each role, and fails on one that its list does not know."""

from __future__ import annotations

from django.urls import path

from scorer.web import middle
from scorer.web.screens import administration, criterion, deposit, desk, entrance, exports, listing, oversight, records

urlpatterns = [
    path("", listing.home),
    path("login", entrance.log_in),
    path("logout", entrance.log_out),
    path("link/<str:token>", entrance.link),
    path("alive", entrance.alive),
    path("static/<str:name>", entrance.static),
    path("queue", listing.queue),
    path("queue/hand-out", listing.hand_out),
    path("queue/issues", exports.issues),
    path("next", listing.following),
    path("upload", deposit.upload),
    path("jobs", deposit.jobs),
    path("jobs/<str:public>/retry", deposit.retry),
    path("s/<str:public>", desk.submission),
    path("s/<str:public>/files", deposit.renew),
    path("s/<str:public>/files/<int:number>", exports.original),
    path("s/<str:public>/files/<int:number>/annotated", exports.commented),
    path("s/<str:public>/export/<str:kind>", exports.export),
    path("s/<str:public>/opinion", desk.opinion),
    path("s/<str:public>/points/<str:key>", desk.points),
    path("s/<str:public>/step", desk.step),
    path("s/<str:public>/assign", desk.assign),
    path("s/<str:public>/follow-up", desk.follow_up),
    path("s/<str:public>/v/<int:number>", records.version),
    path("s/<str:public>/compare", records.compare),
    path("s/<str:public>/history", records.history),
    path("f/<int:number>/verdict", desk.verdict),
    path("f/<int:number>/second", desk.seconded),
    path("f/<int:number>/reply", desk.reply),
    path("checks", criterion.criteria),
    path("check/<str:code>", criterion.criterion),
    path("check-card/<int:number>", criterion.judge),
    path("check-card/<int:number>/alike", criterion.alike),
    path("indicator/<path:name>", criterion.indicator),
    path("indicator-card/<int:number>", criterion.mark_indicator),
    path("stats", oversight.stats),
    path("consistency", oversight.consistency),
    path("samples", oversight.samples),
    path("samples/<str:public>", oversight.sample),
    path("samples/<str:public>/list", oversight.sample_list),
    path("recheck", oversight.recheck),
    path("recheck/act", oversight.recheck_act),
    path("ledger", records.whole_ledger),
    path("admin/users", administration.users),
    path("admin/departments", administration.departments),
    path("admin/rounds", administration.rounds),
    path("admin/rounds/<int:number>/deductions", administration.deductions),
    path("admin/rounds/<int:number>/deductions/<int:one>", administration.deduction),
]

handler404 = middle.not_found
handler400 = middle.bad_request
handler403 = middle.form_expired
handler500 = middle.broken
