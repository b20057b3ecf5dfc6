# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""How far the work is."""

import sys
import time


class Progress:
    """A line on stderr: redrawn on a terminal, every few seconds elsewhere."""

    def __init__(self, quiet):
        self.quiet = quiet
        self.start = time.monotonic()
        self.last = 0.0
        self.drawn = False
        self.live = sys.stderr.isatty()

    def seconds(self):
        return time.monotonic() - self.start

    def say(self, *words):
        if not self.quiet:
            print("forecast:", *words, file=sys.stderr)

    def __call__(self, done, total):
        now = time.monotonic()
        pause = 0.2 if self.live else 5.0
        if self.quiet or (now - self.last < pause and not (self.live and done >= total)):
            return
        self.last = now
        self.drawn = self.live
        text = f"forecast: {done / max(total, 1):4.0%} of {total} fits"
        print(text, end="\r" if self.live else "\n", file=sys.stderr, flush=True)

    def end(self):
        if self.drawn:
            print(file=sys.stderr)
