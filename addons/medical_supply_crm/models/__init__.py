# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from . import partner
from . import storeroom
from . import expiry
from . import procedure
from . import feed
from . import event
from . import replenishment
from . import proposal
from . import consumption
from . import recall
from . import learning
from . import report
from . import portal
