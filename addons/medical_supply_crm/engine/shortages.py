# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""When a line runs short, and which booked events that threatens."""

import numpy as np

from .demand import group_moments

_CELLS = 4_000_000  # line × day cells held at once


def shortages(run, terms, term_day, waste):
    """Day from which expected use outruns supply (NaN: none) and booked events at risk."""
    short, at_risk = np.full(run.n, np.nan), np.zeros(run.n, int)
    starts, mean, _v, _t, largest = group_moments(terms)
    owner, when = terms.line[starts], term_day[starts].astype(int)
    order = np.lexsort((when, owner))
    owner, when = owner[order], when[order]
    mean, largest = mean[order], largest[order]
    lines = np.argsort(run.span, kind="stable")
    cells = np.cumsum(run.span[lines])
    for part in np.split(lines, np.flatnonzero(np.diff(cells // _CELLS)) + 1):
        if len(part):
            _shortages_of(
                run, np.sort(part), owner, when, mean, largest, waste, short, at_risk
            )
    return short, at_risk


def _shortages_of(run, part, owner, when, mean, largest, waste, short, at_risk):
    width = int(run.span[part].max())
    row_of = np.full(run.n, -1)
    row_of[part] = np.arange(len(part))

    def grid(line, day, values):
        row = row_of[line]
        keep = (row >= 0) & (day < width)
        cell = row[keep] * width + day[keep].astype(int)
        # astype: bincount of nothing gives integers whatever the weights are
        return (
            np.bincount(cell, values[keep], len(part) * width)
            .astype(float)
            .reshape(len(part), width)
        )

    offsets = np.arange(width)
    daily = run.rate[part, None] * (offsets >= run.first[part, None])
    booked = grid(owner, when, mean)
    gone_day = np.maximum(run.lot_day + 1, 0)
    supply = grid(run.lot_line, np.zeros(len(run.lot_line)), run.lot_quantity)
    supply -= grid(run.lot_line, gone_day, waste)
    supply += grid(run.in_line, run.in_day, run.in_quantity)
    supply = np.cumsum(supply, axis=1)
    gap = np.cumsum(daily + booked, axis=1) - supply
    gap[offsets >= run.span[part, None]] = -np.inf
    missing = gap >= run.options.short_threshold
    short[part] = np.where(missing.any(axis=1), missing.argmax(axis=1), np.nan)
    # an event is at risk when what it may need is not there after expected earlier use
    mine = row_of[owner] >= 0
    if mine.any():
        row, day = row_of[owner[mine]], when[mine]
        before = np.cumsum(mean[mine]) - mean[mine]
        edges = np.r_[True, row[1:] != row[:-1]]
        before -= np.maximum.accumulate(np.where(edges, before, -np.inf))
        quiet = np.cumsum(daily, axis=1) - daily
        lack = before + quiet[row, day] + largest[mine] > supply[row, day] + 1e-9
        at_risk[part] = np.bincount(row, lack & (largest[mine] > 0), len(part)).astype(
            int
        )
