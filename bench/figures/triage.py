# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Triage of messages whose wording neither rules nor model have seen.

The model learns from the templates in `data/triage/seed.txt`. Judged are two corpora, Korean
and English, that teach nothing: templates in `bench/corpora/triage.txt`, and the held-out half of
whole messages that a second author wrote before seeing seed, rules or classifier
(`bench/corpora/triage_second_unseen.txt`; its other half was looked at and now teaches). Run as a
program with `--write` it makes the model that the add-on ships.
"""

import csv
import hashlib
import re
import statistics
import time

from bench.harness import ROOT, Row
from suite.engines import load

TITLE = "issue types: what is decided without asking, and how rightly"
DATA = ROOT / "addons" / "crm_logistics_bridge" / "data"
HELD_OUT = ROOT / "bench" / "corpora" / "triage.txt"
UNSEEN = ROOT / "bench" / "corpora" / "triage_second_unseen.txt"


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


def written(triage, path=UNSEEN):
    """Whole messages of a corpus file: [(text as the add-on reads it, label, language)]."""
    rows = []
    for block in re.split(r"(?m)^## ", path.read_text("utf-8"))[1:]:
        head, _newline, body = block.partition("\n")
        label, language = head.split()
        subject = ""
        if body.startswith("Subject: "):
            subject, _newline, body = body.removeprefix("Subject: ").partition("\n")
        rows.append((triage.message(subject, body.strip()), label, language))
    return rows


def figures(triage, model, rows, rules, name, note):
    """Rows of the report about one corpus, and the milliseconds each message took."""
    import numpy as np

    took, verdicts = [], []
    for text, _label, _language in rows:
        start = time.perf_counter()
        verdicts.append(triage.judge(text, model, rules))
        took.append(1000 * (time.perf_counter() - start))
    other = model.issues.index("other")
    truth = np.array([model.issues.index(label) for _text, label, _language in rows])
    guess = np.array([model.issues.index(verdict.issue) if verdict else other for verdict in verdicts])
    sure = np.array([verdict.confidence if verdict else 0.0 for verdict in verdicts])
    language = np.array([language for _text, _label, language in rows])
    decided = sure >= model.meta["threshold"]
    report = []
    for part_name, part in (("", decided | True), (", ko", language == "ko"), (", en", language == "en")):
        own = decided & part
        own_f1 = triage.macro(triage.f1_table(truth[own], guess[own], model.issues))
        every = triage.macro(triage.f1_table(truth[part], guess[part], model.issues))
        report += [
            Row.of(f"{name}{part_name}: macro-F1 of what is decided", own_f1, None, "F1", f"bar 0.90; {note}"),
            Row.of(f"{name}{part_name}: share decided", own.sum() / part.sum(), None, "share", "bar 0.70"),
            Row.of(f"{name}{part_name}: macro-F1 if all were decided", every, None, "F1"),
        ]
    report.append(
        Row.of(f"{name}: calibration error", triage.calibration_error(sure, truth == guess), None, "ECE", "by tenths")
    )
    all_of = triage.f1_table(truth, guess, model.issues)
    for issue, row in triage.f1_table(truth[decided], guess[decided], model.issues).items():
        told = f"precision {row['precision']:.2f}, recall {row['recall']:.2f}, decided {row['rows']} of"
        report.append(Row.of(f"{name}: {issue}", row["f1"], None, "F1", f"{told} {all_of[issue]['rows']}"))
    return report, took


def run(context):
    """Macro-F1, coverage and calibration of both corpora; time to learn and to judge."""
    triage = load("crm_logistics_bridge").triage
    rules = shipped_rules(triage)
    began = time.perf_counter()
    model, count = learned(triage)
    seconds = time.perf_counter() - began
    model = triage.Model.load(model.dump())
    templates = triage.read_templates(HELD_OUT.read_text("utf-8"))
    texts, labels, groups = triage.messages(templates, each=3, seed=context.seed)
    first = [(text, label, templates[group][1]) for text, label, group in zip(texts, labels, groups, strict=True)]
    whole = written(triage)
    threshold = f"threshold {model.meta['threshold']:.2f}"
    rows, took = figures(triage, model, whole, rules, "whole messages", f"{len(whole)} held out, {threshold}")
    more, took_too = figures(
        triage, model, first, rules, "templates", f"{len(templates)} templates, {len(texts)} messages, {threshold}"
    )
    rows += more
    rows.append(
        Row.of("cross-validated macro-F1, templates apart", model.meta["macro_f1"], None, "F1", f"{count} messages")
    )
    rows.append(Row.of("learn", seconds, None, "s", f"{count} messages, cross-validation included"))
    rows.append(
        Row.of(
            "judge one message", statistics.median(took + took_too), None, "ms", "bar 2; no scikit-learn loaded for it"
        )
    )
    return rows


if __name__ == "__main__":
    import sys

    if sys.argv[1:] != ["--write"]:
        sys.exit("usage: python -m bench.figures.triage --write   (figures: bench/run triage)")
    made, _count = learned(load("crm_logistics_bridge").triage)
    (DATA / "triage" / "seed_model.npz").write_bytes(made.dump())
    print(f"macro-F1 {made.meta['macro_f1']:.3f}, coverage {made.meta['coverage']:.2f}")
