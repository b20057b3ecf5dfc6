# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Steps and progress on the terminal."""

from __future__ import annotations

import os
import sys
import time


def korean() -> bool:
    """Tell whether the person's locale is Korean (LC_ALL, LC_MESSAGES, LANG in the usual order)."""
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        value = os.environ.get(name)
        if value:
            return value.lower().startswith("ko")
    return False


def say(english: str, in_korean: str) -> str:
    """Return the text in the person's language."""
    return in_korean if korean() else english


def human(size: float) -> str:
    """Return a number of bytes as a person reads it, in decimal units: 123 MB."""
    for unit in ("B", "kB", "MB"):
        if size < 1000:
            return f"{size:.0f} {unit}"
        size /= 1000
    return f"{size:.1f} GB"


class Steps:
    """Numbered steps, one line each: `[2/6] Odoo 19 … 34 MB / 123 MB`, then `done in 4 s`.

    On a terminal the line is rewritten as the step advances; elsewhere (a log, a pipe) a line is added now and then.
    A step that had nothing to do says so. Use as `with steps.step("Odoo 19"): …`; `note` inside shows progress.
    """

    quiet_seconds = 10  # between progress lines where lines cannot be rewritten

    def __init__(self, total: int, stream=None):
        self.total = total
        self.number = 0
        self.stream = stream or sys.stdout
        self.rewrites = self.stream.isatty()
        self.title = ""
        self.last_width = 0
        self.last_time = 0.0
        self.last_text = ""
        self.outcome = ""

    def step(self, title: str) -> _Step:
        """Begin the next step; the result is a context manager."""
        return _Step(self, title)

    def note(self, text: str) -> None:
        """Show how far the present step is."""
        now = time.monotonic()
        if text == self.last_text:
            return
        if not self.rewrites and now - self.last_time < self.quiet_seconds:
            return
        if self.rewrites and now - self.last_time < 0.1:
            return
        self.last_time, self.last_text = now, text
        self._line(f"{self._head()} … {text}", end=False)

    def already(self, text: str = "") -> None:
        """Say that the step had nothing left to do."""
        self.outcome = text or say("already there", "이미 준비됨")

    def line(self, text: str) -> None:
        """Write a whole line of its own within a step, for what a person should read later."""
        self._line(f"      {text}", end=True)

    def _head(self) -> str:
        return f"[{self.number}/{self.total}] {self.title}"

    def _line(self, text: str, end: bool) -> None:
        if self.rewrites:
            self.stream.write("\r" + text + " " * max(0, self.last_width - len(text)))
            self.last_width = 0 if end else len(text)
            if end:
                self.stream.write("\n")
        else:
            self.stream.write(text + "\n")
        self.stream.flush()


class _Step:
    def __init__(self, steps: Steps, title: str):
        self.steps = steps
        self.title = title

    def __enter__(self) -> Steps:
        steps = self.steps
        steps.number += 1
        steps.title, steps.outcome, steps.last_text = self.title, "", ""
        self.began = steps.last_time = time.monotonic()
        if steps.rewrites:
            steps._line(f"{steps._head()} …", end=False)
        return steps

    def __exit__(self, kind, value, trace) -> None:
        steps = self.steps
        took = time.monotonic() - self.began
        if kind is None:
            outcome = steps.outcome or say(f"done in {took:.0f} s", f"{took:.0f}초 만에 완료")
            steps._line(f"{steps._head()} … {outcome}", end=True)
        elif steps.rewrites:
            steps._line(f"{steps._head()} … {say('stopped', '중단됨')}", end=True)
