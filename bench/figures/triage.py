# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Triage of messages whose wording neither rules nor model have seen.

The model learns from the templates in `data/triage/seed.txt`; judged are messages of the
templates in `bench/corpora/triage.txt`, written apart from it, Korean and English. Run as a
program with `--write` it makes the model that the add-on ships.
"""

import csv
import hashlib
import statistics
import time

from bench.harness import ROOT, Row
from suite.engines import load

TITLE = "issue types: what is decided without asking, and how rightly"
DATA = ROOT / "addons" / "crm_logistics_bridge" / "data"
HELD_OUT = ROOT / "bench" / "corpora" / "triage.txt"


def shipped_rules(triage):
    """The rules the add-on installs, as the engine takes them."""
    with (DATA / "logistics.triage.rule.csv").open(encoding="utf-8", newline="") as lines:
        return triage.Rules(
            triage.Rule(number, row["issue_type_id/id"].removeprefix("issue_"), row["pattern"], float(row["weight"]))
            for number, row in enumerate(csv.DictReader(lines), 1)
        )


def source_hash():
    """What the shipped model was made of."""
    parts = (DATA / "triage" / "seed.txt", DATA / "logistics.triage.rule.csv")
    return hashlib.sha256(b"\n".join(part.read_bytes() for part in parts)).hexdigest()


def learned(triage):
    """A model of the shipped messages, learned now."""
    templates = triage.read_templates((DATA / "triage" / "seed.txt").read_text("utf-8"))
    texts, labels, groups = triage.messages(templates)
    model = triage.learn(texts, labels, shipped_rules(triage), groups)
    model.meta["source"] = source_hash()
    return model, len(texts)


def run(context):
    """Macro-F1 and coverage, together and by language; time to learn and to judge."""
    import numpy as np

    triage = load("crm_logistics_bridge").triage
    rules = shipped_rules(triage)
    began = time.perf_counter()
    model, count = learned(triage)
    seconds = time.perf_counter() - began
    model = triage.Model.load(model.dump())
    templates = triage.read_templates(HELD_OUT.read_text("utf-8"))
    texts, labels, groups = triage.messages(templates, each=3, seed=context.seed)
    took, verdicts = [], []
    for text in texts:
        start = time.perf_counter()
        verdicts.append(triage.judge(text, model, rules))
        took.append(time.perf_counter() - start)
    truth = np.array([model.issues.index(label) for label in labels])
    guess = np.array([model.issues.index(verdict.issue) for verdict in verdicts])
    sure = np.array([verdict.confidence for verdict in verdicts])
    language = np.array([templates[group][1] for group in groups])
    decided = sure >= model.meta["threshold"]
    rows = []
    note = f"{len(templates)} unseen templates, {len(texts)} messages, threshold {model.meta['threshold']:.2f}"
    for name, part in (("all", decided | True), ("ko", language == "ko"), ("en", language == "en")):
        own = decided & part
        own_f1 = triage.macro(triage.f1_table(truth[own], guess[own], model.issues))
        every = triage.macro(triage.f1_table(truth[part], guess[part], model.issues))
        rows.append(Row.of(f"macro-F1 of what is decided, {name}", own_f1, None, "F1", f"bar 0.90; {note}"))
        rows.append(Row.of(f"share decided, {name}", own.sum() / part.sum(), None, "share", "bar 0.70"))
        rows.append(Row.of(f"macro-F1 if all were decided, {name}", every, None, "F1"))
    rows.append(
        Row.of("cross-validated macro-F1, templates apart", model.meta["macro_f1"], None, "F1", f"{count} messages")
    )
    rows.append(Row.of("learn", seconds, None, "s", f"{count} messages, cross-validation included"))
    rows.append(
        Row.of("judge one message", 1000 * statistics.median(took), None, "ms", "no scikit-learn loaded for it")
    )
    return rows


if __name__ == "__main__":
    import sys

    if sys.argv[1:] != ["--write"]:
        sys.exit("usage: python -m bench.figures.triage --write   (figures: bench/run triage)")
    made, _count = learned(load("crm_logistics_bridge").triage)
    (DATA / "triage" / "seed_model.npz").write_bytes(made.dump())
    print(f"macro-F1 {made.meta['macro_f1']:.3f}, coverage {made.meta['coverage']:.2f}")
