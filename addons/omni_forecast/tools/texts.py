# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What the engine reports, in the reader's language.

The engine names each problem by a code and its figures, and each choice by a fixed sentence;
a run is done by a background job, so the words are made when somebody reads them.
"""

import re


def problem_text(env, code, figures, message):
    """The problem in the language of `env`; `message` where the code has no words here.

    :param figures: dict of the numbers and names that belong to the code
    """
    build = _PROBLEMS.get(code)
    try:
        return build(env, figures or {}) if build else message
    except KeyError:
        return message


_PROBLEMS = {
    "one_point": lambda env, f: env._("Only one period of history."),
    "short": lambda env, f: env._(
        "Only %(count)s periods of history: their mean is the forecast.",
        count=f["count"],
    ),
    "empty": lambda env, f: env._("No demand in the whole history."),
    "constant": lambda env, f: env._(
        "Every period of the history has the same demand: %(value)g.", value=f["value"]
    ),
    "nan": lambda env, f: env._(
        "%(count)s value(s) missing; taken as unknown.", count=f["count"]
    ),
    "infinite": lambda env, f: env._(
        "%(count)s value(s) infinite; taken as unknown.", count=f["count"]
    ),
    "negative": lambda env, f: env._(
        "%(count)s value(s) negative; kept as they are.", count=f["count"]
    ),
    "duplicate": lambda env, f: env._(
        "%(count)s further value(s) in a period that has one; summed.", count=f["count"]
    ),
    "model_failed": lambda env, f: env._(
        "Model %(model)s failed (%(reason)s); the other models speak for it.",
        model=f["model"],
        reason=f["reason"],
    ),
    "not_computed": lambda env, f: env._(
        "Could not be forecast in the newest run; what was known before stays. %(reason)s",
        reason=f["reason"],
    ),
    "driver_missing": lambda env, f: env._(
        "%(count)s period(s) ahead without %(column)s: forecast without drivers there.",
        count=f["count"],
        column=f["column"],
    ),
    "not_finite": lambda env, f: env._("The model gave no finite forecast."),
    "unit_unrelated": lambda env, f: env._(
        "%(count)s move(s) in a unit that cannot be converted into the product's unit; "
        "left out. The product's unit was changed after they were done.",
        count=f["count"],
    ),
    "returns_exceed_deliveries": lambda env, f: env._(
        "Returns exceed deliveries in %(count)s period(s); demand counts as zero there.",
        count=f["count"],
    ),
    "no_history": lambda env, f: env._(
        "%(product)s has a reordering rule in %(warehouse)s but no customer demand in the "
        "last %(count)s complete periods: no forecast, the rule stays as it is.",
        product=f["product"],
        warehouse=f["warehouse"],
        count=f["count"],
    ),
}


def reason_text(env, model, reason):
    """Why the engine took this model, in the language of `env`."""
    for pattern, build in _MEASURED:
        found = pattern.match(reason or "")
        if found:
            return build(env, found[1])
    build = _REASONS.get(reason) or _POLICIES.get(model)
    return build(env) if build else reason


# reasons that carry a percentage which the engine measured
_MEASURED = (
    (
        re.compile(r"Known drivers cut the backtest error of such series by (\d+)%\."),
        lambda env, share: env._(
            "Known drivers (price, promotion and the like) cut the backtest error of such "
            "series by %s %%.",
            share,
        ),
    ),
    (
        re.compile(r"Champion of its class: (\d+)% less error than the combination\."),
        lambda env, share: env._(
            "Champion of its demand class: in the backtest %s %% less error than the "
            "combination.",
            share,
        ),
    ),
)


_REASONS = {
    "Many periods without demand: combination of intermittent methods.": lambda env: (
        env._("Many periods without demand: combination of intermittent methods.")
    ),
    "Many periods without demand, but the combination for regular demand erred less in "
    "the backtest of such series.": lambda env: env._(
        "Many periods without demand, but the combination for regular demand erred less in "
        "the backtest of such series."
    ),
    "Demand has stopped: TSB lets the forecast fade out.": lambda env: env._(
        "Demand has stopped: TSB lets the forecast fade out."
    ),
    "Combination by default: it loses to no single method over many series.": lambda env: (
        env._("Combination by default: it loses to no single method over many series.")
    ),
    "Demand has stopped: the combination erred less than TSB where it had stopped "
    "before.": lambda env: env._(
        "Demand has stopped: the combination erred less than TSB where it had stopped before."
    ),
    "No demand in the whole history: zero.": lambda env: env._(
        "No demand in the whole history: zero."
    ),
    "Fewer than 5 periods of history: their mean.": lambda env: env._(
        "Fewer than 5 periods of history: their mean."
    ),
}
_POLICIES = {
    "balanced": lambda env: env._(
        "Balanced policy: mean of the library's optimised Theta and the fast combination."
    ),
    "thorough": lambda env: env._(
        "Thorough policy: trimmed mean of four library models, both Thetas and damped trend."
    ),
    "drivers": lambda env: env._(
        "Known drivers cut the backtest error of such series."
    ),
}
