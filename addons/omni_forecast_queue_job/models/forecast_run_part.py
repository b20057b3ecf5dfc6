# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from odoo import fields, models

from odoo.addons.omni_forecast.models.run.run_cancel import Cancelled
from odoo.addons.queue_job.exception import RetryableJobError

AGAIN = 30  # seconds until a part that another worker still holds is asked for again


class ForecastRunPart(models.Model):
    _inherit = "forecast.run.part"

    job_uuid = fields.Char(string="Job", readonly=True, copy=False)

    def _job_do(self):
        """Job: this part, whichever worker it is.

        Nothing is done twice: a part that is over, or whose run is, is left alone, and
        within a part only what is not written yet is done.

        :raises RetryableJobError: another worker holds the part at this moment
        """
        part = self.exists()
        if not part or part.run_id.state != "running":
            return self.env._("The run is over.")
        try:
            mine = part._do(commit=True, alone=False)
        except Cancelled:
            return self.env._("The run was cancelled.")
        if not mine:
            raise RetryableJobError(
                self.env._("Another worker is at this part."),
                seconds=AGAIN,
                ignore_retry=True,
            )
        return part.state

    def action_open_run(self):
        """From the job to its run."""
        return self.run_id.get_formview_action()
