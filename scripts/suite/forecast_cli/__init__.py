# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Command line of the forecast engine: a table of demand in, a table of forecasts out.

Exit code 0: every series has every period, finite. 1: written, but something is missing
(said on stderr). 2: nothing could be forecast.
"""

from .command import main

__all__ = ["main"]
