# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Preparing the machine: everything the suite needs, fetched once into the cache folder, nothing installed.

Only the standard library is used here, so that every module runs under a bare Python.
"""

from .problem import Problem
from .python_env import ensure_python

__all__ = ["Problem", "ensure_python"]
