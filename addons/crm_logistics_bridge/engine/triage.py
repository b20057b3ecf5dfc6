# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What is a message about? Rules a person can read, and a model that learns.

The model is a linear support vector classifier (scikit-learn's ``LinearSVC``) on the
features of :mod:`triage_text`, weighted by term frequency and rarity: character n-grams
need no word list and bear Korean endings and typing errors. Learning needs
scikit-learn; judging is a dictionary and a sum, so that a web worker never loads it.

The margins become shares by a softmax with a temperature found in cross-validation
(Guo et al., On Calibration of Modern Neural Networks, 2017). A rule adds its weight to
the logarithm of its issue's share: Bayes' rule with the weight as log likelihood ratio.
Rules and model read the same words, so that together they are less than their sum: a
factor on all rules is found in the same cross-validation. A message is decided only
from the threshold up at which held-out messages were right often enough.
"""

from .triage_learn import (
    TARGET_PRECISION,
    calibration_error,
    confusion,
    f1_table,
    learn,
    macro,
)
from .triage_model import Model, Rule, Rules, Verdict, judge
from .triage_seed import messages, read_templates
from .triage_text import essence, features, message, plain

__all__ = [
    "TARGET_PRECISION",
    "Model",
    "Rule",
    "Rules",
    "Verdict",
    "calibration_error",
    "confusion",
    "essence",
    "f1_table",
    "features",
    "judge",
    "learn",
    "macro",
    "message",
    "messages",
    "plain",
    "read_templates",
]
