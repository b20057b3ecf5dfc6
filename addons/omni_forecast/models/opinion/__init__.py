# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from . import forecast_adjustment
from . import forecast_series
from . import forecast_line
from . import forecast_run
from . import forecast_override
from . import forecast_waterfall
from . import forecast_request
from . import forecast_request_participant
from . import forecast_opinion
from . import forecast_opinion_effect
from . import forecast_request_sales
from . import forecast_delphi
from . import forecast_delphi_participant
from . import forecast_delphi_round
from . import forecast_delphi_rounds
from . import forecast_research
from . import ir_http
