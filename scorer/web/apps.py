"""The name under which Django knows the workbench."""

from __future__ import annotations

from django.apps import AppConfig


class Workbench(AppConfig):
    """The application that holds all tables."""

    name = "scorer.web"
    label = "web"
