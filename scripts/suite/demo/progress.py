# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""One line of progress per step: a moving bar on a terminal, plain lines in a log."""

import sys
import time


class Progress:
    """Progress of one step.

    :param label: what is being done
    :param total: number of things to do
    """

    WIDTH = 24
    EVERY = 3.0  # seconds between lines of a log

    def __init__(self, label, total, stream=None):
        self.label = label
        self.total = total
        self.done = 0
        self.stream = stream or sys.stderr
        self.moving = self.stream.isatty()
        self.start = self.told = time.monotonic()
        if self.moving:
            self._draw()

    def advance(self, count=1):
        """Tell that *count* more things are done."""
        self.done = min(self.total, self.done + count)
        if self.moving:
            self._draw()
        elif time.monotonic() - self.told > self.EVERY and self.done < self.total:
            self.told = time.monotonic()
            self.stream.write(f"  {self.label}: {self.done}/{self.total}\n")
            self.stream.flush()

    def close(self, note=""):
        """End the line; *note* is added to it."""
        seconds = time.monotonic() - self.start
        if self.moving:
            self._draw()
        else:
            self.stream.write(f"  {self.label}: {self.done}/{self.total}")
        self.stream.write(f" {seconds:.1f} s{'  ' + note if note else ''}\n")
        self.stream.flush()

    def _draw(self):
        share = self.done / self.total if self.total else 1
        full = int(share * self.WIDTH)
        bar = "#" * full + "." * (self.WIDTH - full)
        self.stream.write(f"\r  {self.label:<28} [{bar}] {self.done}/{self.total}")
        self.stream.flush()
