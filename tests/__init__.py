"""The tests. No law of theirs may fail because the machine is busy: hypothesis counts no time."""

from hypothesis import settings

settings.register_profile("any machine", deadline=None)
settings.load_profile("any machine")
