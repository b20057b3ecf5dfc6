# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import json

from odoo.tests import TransactionCase, new_test_user, tagged


@tagged("post_install", "-at_install")
class TestDashboard(TransactionCase):
    """Every pivot and chart of the dashboard can be read by a viewer."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.dashboard = cls.env.ref(
            "crm_logistics_bridge_dashboard.dashboard_logistics"
        )
        cls.data = json.loads(cls.dashboard.spreadsheet_data)
        cls.viewer = new_test_user(
            cls.env,
            "dashboard_viewer",
            groups="crm_logistics_bridge.group_logistics_viewer",
        )

    def test_pivots_and_charts(self):
        Fact = self.env["logistics.kpi.day"].with_user(self.viewer)
        known = set(self.env["logistics.kpi"].search([]).mapped("code"))
        for pivot in self.data["pivots"].values():
            groups = [part["fieldName"] for part in pivot["rows"] + pivot["columns"]]
            measures = [
                f"{part['fieldName']}:{part['aggregator']}"
                for part in pivot["measures"]
            ]
            Fact._read_group(pivot["domain"], groups, measures)
            self.env.ref(pivot["actionXmlId"])
            self.assertLessEqual(self.codes(pivot["domain"]), known)
        charts = [
            figure["data"]
            for sheet in self.data["sheets"]
            for figure in sheet["figures"]
            if figure["data"]["type"].startswith("odoo_")
        ]
        self.assertEqual(len(charts), 5)
        for chart in charts:
            meta = chart["metaData"]
            Fact._read_group(
                chart["searchParams"]["domain"],
                meta["groupBy"],
                [f"{meta['measure']}:avg"],
            )
            self.assertLessEqual(self.codes(chart["searchParams"]["domain"]), known)
        for menu in self.data["chartOdooMenusReferences"].values():
            self.env.ref(menu)

    def codes(self, domain):
        value = domain[0][2]
        return {value} if isinstance(value, str) else set(value)

    def test_filters_match_fields(self):
        fields = self.env["logistics.kpi.day"]._fields
        filters = {item["id"] for item in self.data["globalFilters"]}
        for source in [
            *self.data["pivots"].values(),
            *(
                figure["data"]
                for sheet in self.data["sheets"]
                for figure in sheet["figures"]
                if "fieldMatching" in figure["data"]
            ),
        ]:
            self.assertEqual(set(source["fieldMatching"]), filters)
            for match in source["fieldMatching"].values():
                self.assertEqual(fields[match["chain"]].type, match["type"])

    def test_who_sees_it(self):
        dashboards = self.env["spreadsheet.dashboard"]
        self.assertIn(self.dashboard, dashboards.with_user(self.viewer).search([]))
        stranger = new_test_user(self.env, "dashboard_none", groups="base.group_user")
        self.assertNotIn(self.dashboard, dashboards.with_user(stranger).search([]))
