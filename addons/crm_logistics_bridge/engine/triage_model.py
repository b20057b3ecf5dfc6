# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Rules, a learned model as plain arrays, and the verdict of both; see :mod:`triage`."""

import io
import json
import math
import re
from dataclasses import dataclass, field

import numpy as np

from .triage_text import essence, features

#: Where fewer of a text's letters are known, the language is another one.
_FAMILIAR = 0.3


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
        counts = features(text)
        found = [
            (self.places[gram], 1.0 + math.log(count))
            for gram, count in counts.items()
            if gram in self.places
        ]
        if not found:
            return self.bias.astype(float)
        places = np.fromiter((place for place, _tf in found), dtype=np.int64)
        values = np.fromiter((tf for _place, tf in found), dtype=np.float64)
        values *= self.idf[places]
        values /= math.sqrt(float(values @ values))
        scores = values @ self.weights[places] + self.bias
        # In a language it never read the model must not be sure.
        return scores * min(1.0, len(found) / len(counts) / _FAMILIAR)

    def dump(self):
        """The model as bytes: arrays and JSON, nothing that runs when it is read."""
        out = io.BytesIO()
        vocabulary = sorted(self.places, key=self.places.get)
        np.savez_compressed(
            out,
            idf=self.idf.astype(np.float32),
            weights=self.weights.astype(np.float16),
            bias=self.bias.astype(np.float32),
            text=np.frombuffer(
                json.dumps(
                    {
                        "format": 2,
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
            told.get("format") != 2
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
    logits = model.logits(text) / model.meta.get("temperature", 1.0)
    # An issue that only rules know starts from the average of the others.
    new = sorted(set(weights) - set(model.issues))
    average = np.log(np.exp(logits - logits.max()).mean()) + logits.max()
    logits = np.append(logits, [average] * len(new))
    issues = model.issues + new
    scale = model.meta.get("rule_scale", 1.0)
    logits = logits + [scale * weights.get(issue, 0.0) for issue in issues]
    return issues, logits, matches


def judge(text, model, rules, among=None):
    """What a message is about.

    :param text: subject and text as written, see :func:`message`
    :param model: :class:`Model` or None before anything was learned
    :param rules: :class:`Rules`
    :param among: the issues there are now; None for all that model and rules know
    :return: :class:`Verdict`, or None where nothing speaks for any issue
    """
    text = essence(text)
    if not re.search(r"[^\W\d_]", text):
        return None
    issues, values, matches = _combined(model, rules, text)
    if among is not None:
        kept = [place for place, issue in enumerate(issues) if issue in among]
        issues, values = [issues[place] for place in kept], values[kept]
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
