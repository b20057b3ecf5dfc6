# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Learning a triage model, and how far it may be trusted; see :mod:`triage`."""

import numpy as np

from .triage_model import Model
from .triage_text import essence, features

#: Of what it decides itself, this share must have been right in cross-validation.
TARGET_PRECISION = 0.92
MAX_FEATURES = 60_000
#: Factors tried on the weights of the rules.
RULE_SCALES = (0.3, 0.5, 0.7, 0.85, 1.0)
#: From so many of its own messages on a company's figures are made of these alone.
MIN_JUDGED = 100


def learn(texts, labels, rules, groups=None, weights=None, own=None, folds=5, seed=7):
    """Learn a model and find in cross-validation how far it may be trusted.

    :param texts: messages as written
    :param labels: their issues
    :param rules: :class:`Rules`, judged together with the model
    :param groups: messages of one group (same template, same ticket) stay in one fold
    :param weights: how much each message counts; None for 1 each
    :param own: which messages are the company's own; when there are 100 or more,
        temperature, threshold and every figure come from these alone, each judged by
        a model that had not read it. The others only teach. None: all alike
    :return: :class:`Model`; ``meta`` holds rows, judged, accuracy, macro_f1,
        temperature, rule_scale, threshold, coverage, decided_precision,
        decided_macro_f1, calibration_error, the table per issue and the confusions
    :raises ValueError: fewer than two issues, or lists of different length
    """
    from sklearn.model_selection import StratifiedGroupKFold

    if not len(texts) == len(labels):
        raise ValueError(f"{len(texts)} texts but {len(labels)} labels")
    issues = sorted(set(labels))
    if len(issues) < 2:
        raise ValueError(f"at least two issues are needed, got {issues}")
    texts = [essence(text) for text in texts]
    rows, names = _matrix([features(text) for text in texts])
    labels = np.array([issues.index(label) for label in labels])
    groups = np.arange(len(texts)) if groups is None else np.asarray(groups)
    weights = np.ones(len(texts)) if weights is None else np.asarray(weights, float)
    smallest = min(
        len(set(groups[labels == issue].tolist())) for issue in range(len(issues))
    )
    folds = min(folds, smallest)
    if folds >= 2:
        held_out = np.zeros((len(texts), len(issues)))
        rule_part = np.array(
            [[rules.judge(t)[0].get(issue, 0.0) for issue in issues] for t in texts]
        )
        splitter = StratifiedGroupKFold(folds, shuffle=True, random_state=seed)
        for known, new in splitter.split(texts, labels, groups):
            fitted = _fit(rows[known], labels[known], weights[known])
            held_out[new] = _scores(fitted, rows[new], len(issues))
        own = np.zeros(len(texts), bool) if own is None else np.asarray(own, bool)
        judged = own if own.sum() >= MIN_JUDGED else np.ones(len(texts), bool)
        meta = _trust(held_out[judged], rule_part[judged], labels[judged], issues)
        meta["model_only_accuracy"] = float((held_out.argmax(1) == labels).mean())
        meta["judged"] = int(judged.sum())
        meta["judged_own"] = bool(judged is own)
    else:
        meta = {"temperature": 1.0, "threshold": 1.01, "judged": 0}
    kept, transformer, classifier = _fit(rows, labels, weights)
    coefficients, bias = classifier.coef_.T, classifier.intercept_
    if len(issues) == 2:  # scikit-learn keeps one column for two classes
        coefficients = np.hstack([-coefficients / 2, coefficients / 2])
        bias = np.array([-bias[0] / 2, bias[0] / 2])
    meta |= {"rows": len(texts), "folds": folds if folds >= 2 else 0, "seed": seed}
    return Model(issues, names[kept], transformer.idf_, coefficients, bias, meta)


def _matrix(counts):
    """Sublinear term frequencies, messages × features, with the features' names."""
    from scipy.sparse import csr_matrix

    places, columns, values, ends = {}, [], [], [0]
    for row in counts:
        for feature, count in row.items():
            columns.append(places.setdefault(feature, len(places)))
            values.append(count)
        ends.append(len(columns))
    values = 1.0 + np.log(np.array(values, dtype=float))
    matrix = csr_matrix((values, columns, ends), shape=(len(counts), len(places)))
    return matrix, np.array(list(places), dtype=object)


def _fit(rows, labels, weights):
    """(kept columns, their rarity, classifier) of a part of the messages."""
    from sklearn.feature_extraction.text import TfidfTransformer
    from sklearn.svm import LinearSVC

    # Only what at least two messages have can be learned; the most frequent first.
    seen = np.asarray((rows > 0).sum(axis=0)).ravel()
    kept = np.nonzero(seen >= 2)[0]
    if not len(kept):
        raise ValueError("no word occurs in two messages: nothing can be learned")
    if len(kept) > MAX_FEATURES:
        often = np.argsort(-seen[kept], kind="stable")[:MAX_FEATURES]
        kept = np.sort(kept[often])
    transformer = TfidfTransformer()
    classifier = LinearSVC(C=1.0, class_weight="balanced", random_state=7)
    classifier.fit(
        transformer.fit_transform(rows[:, kept]), labels, sample_weight=weights
    )
    return kept, transformer, classifier


def _scores(fitted, rows, size):
    kept, transformer, classifier = fitted
    values = classifier.decision_function(transformer.transform(rows[:, kept]))
    if values.ndim == 1:
        values = np.column_stack([-values / 2, values / 2])
    out = np.full((rows.shape[0], size), -20.0)
    out[:, classifier.classes_] = values
    return out


def _softmax(values):
    values = np.exp(values - values.max(axis=1, keepdims=True))
    return values / values.sum(axis=1, keepdims=True)


def _trust(scores, rule_part, labels, issues):
    """Temperature, weight of the rules, threshold and accuracy from held-out scores."""
    heat, scale = min(
        (
            (heat, scale)
            for heat in np.geomspace(0.05, 5.0, 60)
            for scale in (RULE_SCALES if rule_part.any() else (1.0,))
        ),
        key=lambda pair: _log_loss(scores / pair[0] + pair[1] * rule_part, labels),
    )
    shares = _softmax(scores / heat + scale * rule_part)
    guess, sure = shares.argmax(1), shares.max(1)
    right = guess == labels
    order = np.argsort(-sure)
    precision = np.cumsum(right[order]) / np.arange(1, len(order) + 1)
    reached = np.nonzero(precision >= TARGET_PRECISION)[0]
    threshold = float(sure[order[reached[-1]]]) if len(reached) else 1.01
    # Never decide on less than a clear majority, however easy the history was.
    threshold = max(threshold, 0.5)
    decided = sure >= threshold
    every = f1_table(labels, guess, issues)
    own = f1_table(labels[decided], guess[decided], issues)
    return {
        "temperature": float(heat),
        "rule_scale": float(scale),
        "threshold": threshold,
        "accuracy": float(right.mean()),
        "macro_f1": macro(every),
        "coverage": float(decided.mean()),
        "decided_precision": float(right[decided].mean()) if decided.any() else 0.0,
        "decided_macro_f1": macro(own),
        "calibration_error": calibration_error(sure, right),
        "table": every,
        "confusion": confusion(labels, guess, issues),
    }


def _log_loss(scores, labels):
    scores = scores - scores.max(axis=1, keepdims=True)
    logs = scores - np.log(np.exp(scores).sum(axis=1, keepdims=True))
    return -logs[np.arange(len(labels)), labels].mean()


def calibration_error(sure, right, bins=10):
    """Expected calibration error: mean gap between confidence and accuracy, by tenths.

    Naeini, Cooper, Hauskrecht, Obtaining Well Calibrated Probabilities Using Bayesian
    Binning, 2015.
    """
    sure, right = np.asarray(sure, float), np.asarray(right, float)
    if not len(sure):
        return 0.0
    place = np.minimum((sure * bins).astype(int), bins - 1)
    gaps = [
        (place == tenth).sum()
        * abs(sure[place == tenth].mean() - right[place == tenth].mean())
        for tenth in np.unique(place)
    ]
    return float(sum(gaps) / len(sure))


def confusion(truth, guess, issues):
    """What was taken for what: {issue: {guessed issue: rows}}, right ones included."""
    table = {}
    for true, said in zip(np.asarray(truth), np.asarray(guess), strict=True):
        row = table.setdefault(issues[true], {})
        row[issues[said]] = row.get(issues[said], 0) + 1
    return table


def f1_table(truth, guess, issues):
    """{issue: {precision, recall, f1, rows}} of numbered truths and guesses."""
    table = {}
    for place, issue in enumerate(issues):
        said, is_ = guess == place, truth == place
        hit = int((said & is_).sum())
        precision = hit / int(said.sum()) if said.any() else 0.0
        recall = hit / int(is_.sum()) if is_.any() else 0.0
        both = precision + recall
        table[issue] = {
            "precision": precision,
            "recall": recall,
            "f1": 2 * precision * recall / both if both else 0.0,
            "rows": int(is_.sum()),
        }
    return table


def macro(table):
    """Mean F1 of the issues that occur."""
    values = [row["f1"] for row in table.values() if row["rows"]]
    return float(np.mean(values)) if values else 0.0
