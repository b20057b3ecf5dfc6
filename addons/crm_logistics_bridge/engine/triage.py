# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What is a message about? Rules a person can read, and a model that learns.

The model is a linear support vector classifier on character n-grams (scikit-learn's
``TfidfVectorizer(analyzer="char_wb", sublinear_tf=True)`` and ``LinearSVC``): n-grams
need no word list and bear Korean endings and typing errors. Learning needs
scikit-learn; judging is a dictionary and a sum, so that a web worker never loads it.

The margins become shares by a softmax with a temperature found in cross-validation
(Guo et al., On Calibration of Modern Neural Networks, 2017). A rule adds its weight to
the logarithm of its issue's share: Bayes' rule with the weight as log likelihood ratio.
A message is decided only from the threshold up at which held-out messages were right
often enough.
"""

import io
import json
import math
import re
import unicodedata
from dataclasses import dataclass, field

import numpy as np

from .triage_seed import messages, read_templates  # noqa: F401 - part of this module

#: Of what it decides itself, this share must have been right in cross-validation.
TARGET_PRECISION = 0.95
NGRAMS = (1, 5)
MAX_FEATURES = 60_000
#: Longest text judged, in characters: what a mail is about stands at its start.
LIMIT = 1_500
_SPACE = re.compile(r"\s+")
_NUMBER = re.compile(r"\d+")
_REFERENCE = re.compile(r"\b[a-z]{1,4}[/\-]?(?:[a-z]{2,4}[/\-])?0+\b|\b[a-z]{2,}0+\b")
_GREETING = re.compile(
    r"^(?:안녕하세요|안녕하십니까|수고하십니다|수고 많으십니다|hello|hi|dear \w+|hey)[,.! ]*",
)


def plain(text):
    """A text as rules and model read it: NFKC, lower case, digits as 0.

    Numbers say which order it is, never what is wrong with it.
    """
    text = unicodedata.normalize("NFKC", text or "")[:LIMIT].lower()
    text = _NUMBER.sub("0", text)
    text = _REFERENCE.sub("0", text)
    return _SPACE.sub(" ", text).strip()


@dataclass(frozen=True)
class Rule:
    """A reason to think of an issue.

    :param key: what the caller knows the rule by
    :param issue: code of the issue
    :param pattern: regular expression over :func:`plain` text, or words separated by "|"
    :param weight: log likelihood ratio; 2 makes the issue seven times as likely,
        negative ones make it less likely
    """

    key: int
    issue: str
    pattern: str
    weight: float = 2.0

    def compiled(self):
        """The pattern, ready to search; raises ``re.error`` when it is none."""
        return re.compile(self.pattern, re.IGNORECASE)


@dataclass(frozen=True)
class Verdict:
    """What a message is about, how sure, and why.

    ``scores`` maps issues to shares that sum to 1; ``matches`` lists
    (rule key, matched words).
    """

    issue: str
    confidence: float
    scores: dict
    matches: tuple = ()
    sources: tuple = field(default=())


class Rules:
    """Rules compiled once."""

    def __init__(self, rules):
        self.rules = [(rule, rule.compiled()) for rule in rules]

    def judge(self, text):
        """Weights per issue and the matches, for a :func:`plain` text."""
        weights, matches = {}, []
        for rule, pattern in self.rules:
            found = pattern.search(text)
            if found:
                weights[rule.issue] = weights.get(rule.issue, 0.0) + rule.weight
                matches.append((rule.key, found.group().strip()[:80]))
        return weights, tuple(matches)


def _grams(text, low, high):
    """Character n-grams inside words, padded with blanks, as ``char_wb`` makes them."""
    counts = {}
    for word in text.split():
        padded = f" {word} "
        size = len(padded)
        for length in range(low, high + 1):
            if length >= size:
                counts[padded] = counts.get(padded, 0) + 1
                break
            for place in range(size - length + 1):
                gram = padded[place : place + length]
                counts[gram] = counts.get(gram, 0) + 1
    return counts


class Model:
    """A learned model as plain arrays. Made by :func:`learn` or :meth:`load`."""

    def __init__(self, issues, vocabulary, idf, weights, bias, meta):
        self.issues = list(issues)
        self.places = {gram: place for place, gram in enumerate(vocabulary)}
        self.idf = idf
        self.weights = weights  # features × issues
        self.bias = bias
        self.meta = meta

    def logits(self, text):
        """Log-odds per issue of a :func:`plain` text, an array."""
        found = [
            (self.places[gram], 1.0 + math.log(count))
            for gram, count in _grams(text, *NGRAMS).items()
            if gram in self.places
        ]
        if not found:
            return self.bias.astype(float)
        places = np.fromiter((place for place, _tf in found), dtype=np.int64)
        values = np.fromiter((tf for _place, tf in found), dtype=np.float64)
        values *= self.idf[places]
        values /= math.sqrt(float(values @ values))
        return values @ self.weights[places] + self.bias

    def dump(self):
        """The model as bytes: arrays and JSON, nothing that runs when it is read."""
        out = io.BytesIO()
        vocabulary = sorted(self.places, key=self.places.get)
        np.savez_compressed(
            out,
            idf=self.idf.astype(np.float32),
            weights=self.weights.astype(np.float32),
            bias=self.bias.astype(np.float32),
            text=np.frombuffer(
                json.dumps(
                    {
                        "format": 1,
                        "issues": self.issues,
                        "vocabulary": vocabulary,
                        "meta": self.meta,
                    }
                ).encode(),
                dtype=np.uint8,
            ),
        )
        return out.getvalue()

    @classmethod
    def load(cls, content):
        """Read what :meth:`dump` wrote.

        :raises ValueError: the content is something else
        """
        try:
            with np.load(io.BytesIO(content), allow_pickle=False) as arrays:
                told = json.loads(arrays["text"].tobytes())
                idf, weights, bias = (
                    arrays[name].astype(np.float64)
                    for name in ("idf", "weights", "bias")
                )
            issues, vocabulary = told["issues"], told["vocabulary"]
        except Exception as error:
            raise ValueError("this is no triage model") from error
        shape = (len(vocabulary), len(issues))
        if (
            told.get("format") != 1
            or weights.shape != shape
            or idf.shape != shape[:1]
            or bias.shape != shape[1:]
        ):
            raise ValueError("this is no triage model of the present format")
        return cls(issues, vocabulary, idf, weights, bias, told["meta"])


def _softmax(values):
    values = np.exp(values - values.max())
    return values / values.sum()


def _combined(model, rules, text):
    """Log shares per issue of model and rules, with the rules' matches."""
    weights, matches = rules.judge(text)
    if model is None:
        issues = sorted(weights)
        return issues, np.array([weights[issue] for issue in issues]), matches
    logits = model.logits(text)
    logits = logits / model.meta.get("temperature", 1.0)
    logits = logits + np.array([weights.get(issue, 0.0) for issue in model.issues])
    return model.issues, logits, matches


def judge(text, model, rules):
    """What a message is about.

    :param text: subject and text as written
    :param model: :class:`Model` or None before anything was learned
    :param rules: :class:`Rules`
    :return: :class:`Verdict`, or None where nothing speaks for any issue
    """
    text = plain(text)
    text = _GREETING.sub("", text) or text
    if not re.search(r"[^\W\d_]", text):
        return None
    issues, values, matches = _combined(model, rules, text)
    if not len(issues):
        return None
    if model is None:
        # Rules alone: an unknown issue with weight 0 stands beside them.
        shares = _softmax(np.append(values, 0.0))[:-1]
    else:
        shares = _softmax(values)
    best = int(np.argmax(shares))
    sources = (("model",) if model is not None else ()) + (("rule",) if matches else ())
    return Verdict(
        issues[best],
        float(shares[best]),
        {issue: float(share) for issue, share in zip(issues, shares, strict=True)},
        matches,
        sources,
    )


# -- learning ---------------------------------------------------------------
def learn(texts, labels, rules, groups=None, weights=None, folds=5, seed=7):
    """Learn a model and find in cross-validation how far it may be trusted.

    :param texts: messages as written
    :param labels: their issues
    :param rules: :class:`Rules`, judged together with the model
    :param groups: messages of one group (same template, same ticket) stay in one fold
    :param weights: how much each message counts; None for 1 each
    :return: :class:`Model`; ``meta`` holds rows, accuracy, macro_f1, temperature,
        threshold, coverage, decided_precision, decided_macro_f1 and the table per issue
    :raises ValueError: fewer than two issues, or lists of different length
    """
    from sklearn.model_selection import StratifiedGroupKFold

    if not len(texts) == len(labels):
        raise ValueError(f"{len(texts)} texts but {len(labels)} labels")
    issues = sorted(set(labels))
    if len(issues) < 2:
        raise ValueError(f"at least two issues are needed, got {issues}")
    texts = [plain(text) for text in texts]
    texts = [_GREETING.sub("", text) or text for text in texts]
    labels = np.array([issues.index(label) for label in labels])
    groups = np.arange(len(texts)) if groups is None else np.asarray(groups)
    weights = np.ones(len(texts)) if weights is None else np.asarray(weights, float)
    smallest = min(
        len(set(groups[labels == issue].tolist())) for issue in range(len(issues))
    )
    held_out = np.zeros((len(texts), len(issues)))
    rule_part = np.array(
        [[rules.judge(text)[0].get(issue, 0.0) for issue in issues] for text in texts]
    )
    folds = min(folds, smallest)
    if folds >= 2:
        splitter = StratifiedGroupKFold(folds, shuffle=True, random_state=seed)
        for known, new in splitter.split(texts, labels, groups):
            fitted = _fit([texts[row] for row in known], labels[known], weights[known])
            held_out[new] = _scores(fitted, [texts[row] for row in new], len(issues))
        meta = _trust(held_out, rule_part, labels, issues)
        meta["model_only_accuracy"] = float((held_out.argmax(1) == labels).mean())
    else:
        meta = {"temperature": 1.0, "threshold": 1.01, "folds": 0}
    vectorizer, classifier = _fit(texts, labels, weights)
    vocabulary = sorted(vectorizer.vocabulary_, key=vectorizer.vocabulary_.get)
    coefficients, bias = classifier.coef_.T, classifier.intercept_
    if len(issues) == 2:  # scikit-learn keeps one column for two classes
        coefficients = np.hstack([-coefficients / 2, coefficients / 2])
        bias = np.array([-bias[0] / 2, bias[0] / 2])
    meta |= {"rows": len(texts), "folds": folds if folds >= 2 else 0, "seed": seed}
    return Model(issues, vocabulary, vectorizer.idf_, coefficients, bias, meta)


def _fit(texts, labels, weights):
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.svm import LinearSVC

    vectorizer = TfidfVectorizer(
        analyzer="char_wb",
        ngram_range=NGRAMS,
        sublinear_tf=True,
        lowercase=False,
        min_df=2,
        max_features=MAX_FEATURES,
    )
    classifier = LinearSVC(C=1.0, class_weight="balanced", random_state=7)
    classifier.fit(vectorizer.fit_transform(texts), labels, sample_weight=weights)
    return vectorizer, classifier


def _scores(fitted, texts, size):
    vectorizer, classifier = fitted
    values = classifier.decision_function(vectorizer.transform(texts))
    if values.ndim == 1:
        values = np.column_stack([-values / 2, values / 2])
    out = np.full((len(texts), size), -20.0)
    out[:, classifier.classes_] = values
    return out


def _trust(scores, rule_part, labels, issues):
    """Temperature, threshold and accuracy from held-out scores."""
    best = min(
        np.geomspace(0.05, 5.0, 60),
        key=lambda heat: _log_loss(scores / heat + rule_part, labels),
    )
    shares = np.apply_along_axis(_softmax, 1, scores / best + rule_part)
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
        "temperature": float(best),
        "threshold": threshold,
        "accuracy": float(right.mean()),
        "macro_f1": macro(every),
        "coverage": float(decided.mean()),
        "decided_precision": float(right[decided].mean()) if decided.any() else 0.0,
        "decided_macro_f1": macro(own),
        "table": every,
    }


def _log_loss(scores, labels):
    scores = scores - scores.max(axis=1, keepdims=True)
    logs = scores - np.log(np.exp(scores).sum(axis=1, keepdims=True))
    return -logs[np.arange(len(labels)), labels].mean()


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
