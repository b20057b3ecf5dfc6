# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""One module per subject. Each holds a constant and a function:

TITLE = "what is compared with what"
NEEDS_DATABASE = True            # optional; then context.database is there

def run(context) -> list[Row]    # context: bench.harness.Context, Row: bench.harness.Row

The module's name is the figure's name on the command line.
"""
