"""Whether a Python file has changed, by looking."""

from __future__ import annotations

import os
from typing import Dict, Iterator, List, Optional

_SKIPPED = {"__pycache__", "node_modules", "site-packages"}


def _python_files(folder: str) -> Iterator[str]:
    for parent, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if name not in _SKIPPED and not name.startswith(".")]
        yield from (os.path.join(parent, name) for name in names if name.endswith(".py"))


class FileWatch:
    """Remembers when the ``.py`` files below some folders were written."""

    def __init__(self, folders: List[str]) -> None:
        self._folders = folders
        self._seen = self._look()

    def _look(self) -> Dict[str, int]:
        seen = {}
        for folder in self._folders:
            for path in _python_files(folder):
                try:
                    seen[path] = os.stat(path).st_mtime_ns
                except OSError:
                    continue  # gone since the folder was read
        return seen

    def changed(self) -> Optional[str]:
        """A file that was written, added or removed since the last look; None when none was."""
        before, self._seen = self._seen, self._look()
        for path in {*before, *self._seen}:
            if before.get(path) != self._seen.get(path):
                return path
        return None
