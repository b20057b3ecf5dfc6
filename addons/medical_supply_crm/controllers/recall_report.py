# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import csv
import io

from odoo import http
from odoo.http import content_disposition, request

# a cell that starts so would be run as a formula by a spreadsheet
FORMULA = ("=", "+", "-", "@", "\t", "\r")


class RecallReport(http.Controller):
    """The closing report as CSV."""

    @http.route("/medical/recall/<int:recall_id>/report.csv", type="http", auth="user")
    def recall_csv(self, recall_id, **_kwargs):
        """CSV of places, answers and reconciliation; 404 for whoever may not read it."""
        recall = request.env["medical.recall"].search([("id", "=", recall_id)])
        if not recall:
            return request.not_found()
        out = io.StringIO()
        writer = csv.writer(out)
        for row in recall.report_rows():
            writer.writerow(
                [f"'{cell}" if cell.startswith(FORMULA) else cell for cell in row]
            )
        name = f"{recall.name.replace('/', '-')}.csv"
        return request.make_response(
            # the mark tells spreadsheets that it is UTF-8
            ("\ufeff" + out.getvalue()).encode(),
            [
                ("Content-Type", "text/csv; charset=utf-8"),
                ("Content-Disposition", content_disposition(name)),
            ],
        )
