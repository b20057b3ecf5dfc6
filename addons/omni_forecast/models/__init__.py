# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from . import plan
from . import run
from . import series
from . import action
from . import settings
from . import opinion
from . import event
from . import scenario
from . import exception
from . import judgement
from . import hierarchy
