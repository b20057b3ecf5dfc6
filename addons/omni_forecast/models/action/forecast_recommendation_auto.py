# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from odoo import api, models


class ForecastRecommendation(models.Model):
    """Automatic mode: what lies inside the plan's limits is applied after a run."""

    _inherit = "forecast.recommendation"

    @api.model
    def _auto_apply(self, run, plan):
        """Apply the open proposals of a plan that lie inside its limits; write on the
        others which limit keeps them. With the rights of whoever the run acts as.

        :returns: forecast.batch, empty when there was nothing to do
        """
        proposals = self.search([("plan_id", "=", plan.id), ("state", "=", "proposed")])
        kinds, classes = plan._auto_kinds(), plan._auto_classes()
        left = plan.auto_max_total
        chosen, notes = [], {}
        for one in proposals:
            note = one._beyond(plan, kinds, classes)
            value = abs(one.money_effect)
            if not note and value > left:
                note = ["total", {"value": value, "left": left}]
            if note:
                notes.setdefault(str(note), (note, []))[1].append(one.id)
                continue
            left -= value
            chosen.append(one.id)
        # sudo: a note of the system on its own proposals
        for note, ids in notes.values():
            self.browse(ids).sudo().auto_note = note
        chosen = self.browse(chosen)
        if not chosen:
            return self.env["forecast.batch"]
        done, failed = chosen._decide_now("apply")
        return self.env["forecast.batch"]._note(
            done, failed, "apply", origin="auto", run_id=run.id
        )

    def _beyond(self, plan, kinds, classes):
        """Which limit the proposal is beyond: [code, figures], or None."""
        self.ensure_one()
        if self.kind not in kinds:
            return ["kind", {}]
        if self.abc not in classes:
            return ["class", {"abc": self.abc or ""}]
        if self.kind == "rule":
            if self.rule_change != "change":
                if not plan.auto_new_rules:
                    return ["new", {}]
            else:
                pairs = (
                    (self.min_before, self.min_after),
                    (self.max_before, self.max_after),
                )
                change = max(
                    abs(after - before) / before if before > 0 else float(after > 0)
                    for before, after in pairs
                )
                if change > plan.auto_max_change + 1e-9:
                    return ["change", {"change": change, "limit": plan.auto_max_change}]
        value = abs(self.money_effect)
        if self.currency_id.compare_amounts(value, plan.auto_max_value) > 0:
            return ["value", {"value": value, "limit": plan.auto_max_value}]
        return None

    def _auto_text(self, note):
        """The reason in the reader's language."""
        code, figures = note

        def money(name):
            return self.currency_id.format(figures.get(name, 0.0))

        texts = {
            "kind": lambda: self.env._("This kind is left to people."),
            "class": lambda: self.env._(
                "Class %s is left to people.", figures.get("abc")
            ),
            "new": lambda: self.env._("New rules are left to people."),
            "change": lambda: self.env._(
                "Changes by %(change).0f %%, more than %(limit).0f %%.",
                change=100 * figures["change"],
                limit=100 * figures["limit"],
            ),
            "value": lambda: self.env._(
                "Worth %(value)s, more than %(limit)s.",
                value=money("value"),
                limit=money("limit"),
            ),
            "total": lambda: self.env._(
                "Worth %(value)s; of the run's limit only %(left)s were left.",
                value=money("value"),
                left=money("left"),
            ),
        }
        return texts[code]() if code in texts else code
