# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from . import res_partner
from . import logistics_kpi
from . import logistics_kpi_source
from . import logistics_kpi_stock
from . import logistics_kpi_records
from . import logistics_kpi_day
from . import logistics_kpi_refresh
from . import stock_picking
