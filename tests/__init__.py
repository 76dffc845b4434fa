"""The tests. No law of theirs may fail because the machine is busy: hypothesis counts no time.

With SAME_EXAMPLES set, as in a run of CI, the examples are the same each time, so that a change is judged and not the
luck of a draw; everywhere else every run looks at new ones.
"""

import os

from hypothesis import settings

settings.register_profile("any machine", deadline=None)
settings.register_profile("same examples", deadline=None, derandomize=True)
settings.load_profile("same examples" if os.environ.get("SAME_EXAMPLES") else "any machine")
