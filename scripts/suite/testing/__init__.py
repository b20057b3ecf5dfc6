# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Everything behind `scripts/test` and `scripts/test_core`.

environment.py  the Odoo, PostgreSQL and folders the tests use (prepared by suite.prepare)
addons.py       what the manifests below addons/ say
databases.py    template databases, keyed by what they are made of, and their clones
odoolog.py      reading Odoo's log: a warning of ours fails the run
selection.py    which test file runs in which phase
phases.py       running pytest once per phase and adding up the results
cli.py          the command itself
core.py         Odoo's and OCA's own suites with our add-ons installed
"""
