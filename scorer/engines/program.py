"""Which program this is: computers that work together must run the same one."""

from __future__ import annotations

import contextlib
import hashlib
from functools import cache
from pathlib import Path

import scorer
from scorer.sets.own import own_files


def digest_on_disk() -> str:
    """SHA-256 of this program and its library of sets as they are installed now.

    A checkout and an installed package of the same version give the same: the library stands beside the package in the
    one and inside it in the other.
    """
    package = Path(scorer.__file__).parent
    library = next(
        (path for path in (package / "indicator_sets", package.parent / "indicator_sets") if path.is_dir()), package
    )
    whole = hashlib.sha256()
    for folder, pattern in ((package, "*.py"), (library, "*.toml")):
        for path in sorted(folder.rglob(pattern), key=lambda path: path.relative_to(folder).as_posix()):
            whole.update(path.read_bytes())
    for name, path in sorted(own_files().items()):  # with other sets of one's own other sets are recognised
        with contextlib.suppress(OSError):  # one that cannot be read is no set either
            whole.update(name.encode("utf-8", "surrogatepass") + path.read_bytes())
    return whole.hexdigest()


@cache
def program_digest() -> str:
    """The same as this process found it when it first asked: what another version read is read again."""
    return digest_on_disk()
