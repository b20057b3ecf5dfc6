# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from . import product_product
from . import product_template
from . import res_company
from . import res_config_settings
