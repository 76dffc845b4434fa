"""The tests. No law of theirs may fail because the machine is busy: hypothesis counts no time.

A run of CI takes the same examples each time, so that a change is judged and not the luck of a draw; everywhere else
every run looks at new ones.
"""

import os

from hypothesis import settings

settings.register_profile("any machine", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True)
settings.load_profile("ci" if os.environ.get("CI") == "true" else "any machine")
