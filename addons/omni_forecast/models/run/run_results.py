# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What the engine answered, by series; not a model."""

import json


def number(value):
    """A float that PostgreSQL and a reader understand: no NaN, no infinity."""
    if value is None or not abs(value) < float("inf"):
        return None
    return value


def as_json(value):
    """JSON that PostgreSQL takes: what is not finite becomes null."""
    try:
        return json.dumps(value, allow_nan=False)
    except ValueError:
        return json.dumps(_finite(value))


def _finite(value):
    if isinstance(value, dict):
        return {key: _finite(one) for key, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [_finite(one) for one in value]
    return number(value) if isinstance(value, float) else value


class Results:
    """The engine's DataFrames, by series."""

    BANDS = ("mean", "lo80", "hi80", "lo95", "hi95")
    SCORES = (
        "mase",
        "rmsse",
        "wape",
        "smape",
        "bias",
        "pinball",
        "coverage80",
        "coverage95",
        "n",
    )

    def __init__(self, result):
        forecasts = result.forecasts
        self.dates = forecasts["ds"].dt.date.tolist()
        self.bands = {name: forecasts[name].tolist() for name in self.BANDS}
        # means as the engine gave them, and bands of the rows that `shift` has moved
        self.baseline = list(self.bands["mean"])
        self.base_bands = {}
        self.adjusted = set()
        self._blocks = self._find_blocks(forecasts["unique_id"].tolist())
        self.choice = {
            row["unique_id"]: row for row in result.choice.to_dict("records")
        }
        # without a forecast there is nothing to store; its problem says why
        self.choice = {
            uid: row for uid, row in self.choice.items() if uid in self._blocks
        }
        self.scores = {}
        for row in result.scores.to_dict("records"):
            self.scores.setdefault(row["unique_id"], {})[str(row["model"])] = row
        self.by_model = {}
        means = zip(
            result.by_model["unique_id"].tolist(),
            result.by_model["model"].astype(str).tolist(),
            result.by_model["mean"].tolist(),
            strict=True,
        )
        for uid, model, mean in means:
            self.by_model.setdefault(uid, {}).setdefault(model, []).append(number(mean))
        self.quantile = dict(
            zip(
                result.lead_time["unique_id"].tolist(),
                result.lead_time["quantile"].tolist(),
                strict=True,
            )
        )
        self.promise = {
            row["unique_id"]: row for row in result.promise.to_dict("records")
        }
        self._problems = {}
        self.problems = []
        for row in result.problems.to_dict("records"):
            self._note(row["unique_id"], row["code"], row["figures"], row["message"])
        for uid, block in list(self._blocks.items()):
            if any(number(value) is None for value in self.bands["mean"][block]):
                # nothing a person could act on: no line, and the reason is visible
                self._note(uid, "not_finite", {}, "The model gave no finite forecast.")
                del self._blocks[uid], self.choice[uid]
                self.quantile.pop(uid, None)

    def _note(self, uid, code, figures, message):
        self._problems.setdefault(uid, []).append((code, figures, message))
        product, _dash, warehouse = str(uid).partition("-")
        self.problems.append((int(product), int(warehouse), code, figures, message))

    @staticmethod
    def _find_blocks(uids):
        blocks, start = {}, 0
        for position in range(1, len(uids) + 1):
            if position == len(uids) or uids[position] != uids[start]:
                blocks[uids[start]] = slice(start, position)
                start = position
        return blocks

    def block(self, uid):
        """Slice of the forecast's rows."""
        return self._blocks[uid]

    def shift(self, rows, means):
        """Give rows of the forecast another mean; their bands move along, to zero at most.

        :param rows: indexes; :param means: final means in the same order
        """
        names = self.BANDS[1:]
        for row, mean in zip(rows, means, strict=True):
            move = mean - self.baseline[row]
            bands = self.base_bands.get(row) or [self.bands[n][row] for n in names]
            self.bands["mean"][row] = mean
            self.base_bands[row] = bands if move else None
            for name, value in zip(names, bands, strict=True):
                # a band that reaches below zero by itself (returns) keeps its end
                self.bands[name][row] = max(min(0.0, value), value + move)

    def means(self, uid):
        return self.bands["mean"][self.block(uid)]

    def total(self, uid, periods):
        """Mean forecast of the next `periods`; beyond the horizon its average goes on."""
        means = self.means(uid)
        if periods <= len(means):
            return sum(means[:periods])
        return sum(means) * periods / len(means)

    def problems_of(self, uids):
        """The problems of these series."""
        return [
            problem for problem in self.problems if f"{problem[0]}-{problem[1]}" in uids
        ]

    def problem(self, uid):
        """[(code, figures, message)] of one series."""
        return self._problems.get(uid, [])
