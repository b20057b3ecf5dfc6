# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

import json

from odoo import fields
from odoo.tests import HttpCase, new_test_user, tagged
from odoo.tools import mute_logger

CODES = ["A" * 26, "B" * 26, "C" * 26]


@tagged("post_install", "-at_install")
class TestDelphiPortal(HttpCase):
    """The pages as a browser sees them: own panels only, nothing of the others."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # the words looked for are English, whatever the database speaks
        cls.env["res.lang"]._activate_lang("en_US")
        cls.members = cls.env["res.users"]
        for login, groups, lang in (
            ("panel_member", "base.group_portal", "en_US"),
            ("panel_second", "base.group_portal", "en_US"),
            (
                "panel_inside",
                "base.group_user,omni_forecast.group_forecast_contributor",
                "en_US",
            ),
        ):
            cls.members |= new_test_user(
                cls.env, login=login, password=login, groups=groups, lang=lang
            )
        cls.outsider = new_test_user(
            cls.env,
            login="panel_outsider",
            password="panel_outsider",
            groups="base.group_portal",
        )
        cls.plan = cls.env["forecast.plan"].create({"name": "Panel plan"})
        cls.panel = cls.make_panel("How many in spring?", cls.members)
        cls.elsewhere = cls.make_panel(
            "Another panel's question",
            cls.members[1:] | cls.outsider,
        )

    @classmethod
    def make_panel(cls, name, users):
        panel = cls.env["forecast.delphi"].create(
            {
                "name": name,
                "plan_id": cls.plan.id,
                "unit": "boxes",
                "period_count": 2,
                "date_from": fields.Date.today(),
                "participant_ids": [(0, 0, {"user_id": user.id}) for user in users],
            }
        )
        panel.action_open()
        return panel

    def rpc(self, panel, what, **params):
        answer = self.url_open(
            f"/my/forecast-panels/{panel.id}/{what}",
            data=json.dumps({"jsonrpc": "2.0", "method": "call", "params": params}),
            headers={"Content-Type": "application/json"},
        ).json()
        return answer.get("result", answer)

    def test_own_pages(self):
        self.authenticate("panel_member", "panel_member")
        page = self.url_open("/my/forecast-panels").text
        self.assertIn("How many in spring?", page)
        self.assertNotIn("Another panel", page)
        counters = self.url_open(
            "/my/counters",
            data=json.dumps(
                {
                    "jsonrpc": "2.0",
                    "method": "call",
                    "params": {"counters": ["forecast_panel_count"]},
                }
            ),
            headers={"Content-Type": "application/json"},
        ).json()["result"]
        self.assertEqual(counters["forecast_panel_count"], 1)
        response = self.url_open(f"/my/forecast-panels/{self.panel.id}")
        self.assertIn("Who can see what", response.text)
        self.assertEqual(response.headers["Cache-Control"], "no-store")
        for user in self.members[1:]:
            self.assertNotIn(user.name, response.text)

    def test_other_panels_and_strangers(self):
        self.authenticate("panel_member", "panel_member")
        response = self.url_open(f"/my/forecast-panels/{self.elsewhere.id}")
        self.assertTrue(response.url.endswith("/my"))
        for what, extra in (("mine", {}), ("answer", {"quantities": [1, 2]})):
            answer = self.rpc(self.elsewhere, what, code=CODES[0], **extra)
            self.assertEqual(answer, {"error": "There is no such panel."})
        self.assertFalse(any(self.elsewhere.participant_ids.mapped("answered")))
        self.authenticate(None, None)
        response = self.url_open(f"/my/forecast-panels/{self.panel.id}")
        self.assertIn("/web/login", response.url)
        self.assertIn("error", self.rpc(self.panel, "mine", code=CODES[0]))

    def test_answer_and_own_answer(self):
        self.authenticate("panel_member", "panel_member")
        answer = self.rpc(
            self.panel, "answer", code=CODES[0], quantities=[7, 8], argument="Because"
        )
        self.assertEqual(answer, {"done": True})
        mine = self.rpc(self.panel, "mine", code=CODES[0])
        self.assertEqual(mine["current"]["quantities"], [7, 8])
        self.assertTrue(mine["answered"])
        answer = self.rpc(self.panel, "answer", code=CODES[1], quantities=[1, 1])
        self.assertIn("another code", answer["error"])
        answer = self.rpc(self.panel, "answer", code=CODES[0], quantities=["x", 1])
        self.assertIn("not a quantity", answer["error"])
        # another member, with a code of his own, sees nothing of it
        self.authenticate("panel_second", "panel_second")
        mine = self.rpc(self.panel, "mine", code=CODES[1])
        self.assertFalse(mine["current"])
        self.assertFalse(mine["answered"])
        page = self.url_open(f"/my/forecast-panels/{self.panel.id}").text
        self.assertNotIn("Because", page)

    @mute_logger("odoo.http")
    def test_portal_user_by_raw_rpc(self):
        """The panel's public methods and models, called as a portal user may call them."""
        self.authenticate("panel_outsider", "panel_outsider")
        for model, method, args in (
            ("forecast.delphi", "read", [[self.panel.id], ["name"]]),
            ("forecast.delphi", "own_answers", [[self.panel.id], CODES[0]]),
            ("forecast.delphi", "submit_answer", [[self.panel.id], CODES[0], [1, 2]]),
            ("forecast.delphi", "_participant", [[self.panel.id]]),
            ("forecast.delphi", "_close_round", [[self.panel.id]]),
            ("forecast.delphi.round", "read", [self.panel.round_ids.ids, ["feedback"]]),
            ("forecast.delphi.participant", "search_read", [[]]),
            ("forecast.opinion", "search_read", [[]]),
            ("forecast.adjustment", "search_read", [[]]),
            ("forecast.series", "search_read", [[]]),
            ("forecast.delphi.answer", "search_read", [[]]),
        ):
            answer = self.url_open(
                f"/web/dataset/call_kw/{model}/{method}",
                data=json.dumps(
                    {
                        "jsonrpc": "2.0",
                        "method": "call",
                        "params": {
                            "model": model,
                            "method": method,
                            "args": args,
                            "kwargs": {},
                        },
                    }
                ),
                headers={"Content-Type": "application/json"},
            ).json()
            self.assertIn("error", answer, (model, method))

    def test_tour_desktop(self):
        self.start_tour(
            f"/my/forecast-panels/{self.panel.id}",
            "omni_forecast_panel",
            login="panel_member",
            timeout=300,
        )
        self.assertEqual(self.panel.answered_count, 1)

    def test_tour_internal_member(self):
        self.start_tour(
            f"/my/forecast-panels/{self.panel.id}",
            "omni_forecast_panel",
            login="panel_inside",
            timeout=300,
        )
        self.assertEqual(self.panel.answered_count, 1)


@tagged("post_install", "-at_install")
class TestDelphiPortalPhone(HttpCase):
    browser_size = "390x844"
    touch_enabled = True

    def test_tour_phone(self):
        self.env["res.lang"]._activate_lang("en_US")
        users = self.env["res.users"]
        for index in range(3):
            users |= new_test_user(
                self.env,
                login=f"panel_phone{index}",
                password=f"panel_phone{index}",
                groups="base.group_portal",
                lang="en_US",
            )
        panel = self.env["forecast.delphi"].create(
            {
                "name": "On the phone",
                "plan_id": self.env["forecast.plan"].create({"name": "Phone plan"}).id,
                "unit": "boxes",
                "period_count": 2,
                "date_from": fields.Date.today(),
                "participant_ids": [(0, 0, {"user_id": user.id}) for user in users],
            }
        )
        panel.action_open()
        self.start_tour(
            f"/my/forecast-panels/{panel.id}",
            "omni_forecast_panel",
            login="panel_phone0",
            timeout=300,
        )
        self.assertEqual(panel.answered_count, 1)
