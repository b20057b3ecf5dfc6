# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What the engine can forecast with: name, label, kind, description, source."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Model:
    """A forecasting model as shown to people.

    kind: "naive", "average", "smoothing", "seasonal", "intermittent", "combination",
    "drivers" or "library".
    """

    name: str
    label: str
    kind: str
    description: str
    source: str


_ALL = (
    Model(
        "naive", "Naive", "naive", "The last value, for every period.", "folk method"
    ),
    Model(
        "snaive",
        "Seasonal naive",
        "naive",
        "The value of the same period one season ago; naive where there is no season.",
        "folk method",
    ),
    Model(
        "moving_average",
        "Moving average",
        "average",
        "Mean of the last 6 periods (M), 8 (W) or 28 (D).",
        "Brown 1963",
    ),
    Model(
        "weighted_average",
        "Weighted moving average",
        "average",
        "The same window with weights that fall by one step per period.",
        "Brown 1963",
    ),
    Model(
        "seasonal_index",
        "Seasonal index",
        "seasonal",
        "Mean of the last season times the ratio-to-moving-average index.",
        "Macaulay 1931; shrinkage Miller & Williams 2003",
    ),
    Model(
        "ses",
        "Exponential smoothing",
        "smoothing",
        "Exponential smoothing of the seasonally adjusted series, α by fit.",
        "Brown 1959; Hyndman et al. 2008",
    ),
    Model(
        "holt",
        "Holt's trend",
        "smoothing",
        "Linear trend on the seasonally adjusted series.",
        "Holt 1957",
    ),
    Model(
        "damped",
        "Damped trend",
        "smoothing",
        "Trend that fades out, on the seasonally adjusted series.",
        "Gardner & McKenzie 1985",
    ),
    Model(
        "holt_winters",
        "Holt-Winters",
        "seasonal",
        "Level, trend and additive season smoothed together; else Holt.",
        "Winters 1960",
    ),
    Model(
        "theta",
        "Theta",
        "smoothing",
        "Exponential smoothing plus half of the long-run slope.",
        "Assimakopoulos & Nikolopoulos 2000; Hyndman & Billah 2003",
    ),
    Model(
        "dynamic_theta",
        "Dynamic optimised Theta",
        "smoothing",
        "Theta with the weight of the line fitted and the line moving with the data.",
        "Fiorucci et al. 2016",
    ),
    Model(
        "croston",
        "Croston",
        "intermittent",
        "Size of demands over the interval between them.",
        "Croston 1972",
    ),
    Model(
        "sba",
        "Syntetos-Boylan",
        "intermittent",
        "Croston with its bias removed.",
        "Syntetos & Boylan 2005",
    ),
    Model(
        "tsb",
        "Teunter-Syntetos-Babai",
        "intermittent",
        "Size of demands times their probability, which fades when demand stops.",
        "Teunter, Syntetos & Babai 2011",
    ),
    Model(
        "adida",
        "ADIDA",
        "intermittent",
        "Exponential smoothing of demand aggregated to its usual interval.",
        "Nikolopoulos et al. 2011",
    ),
    Model(
        "imapa",
        "IMAPA",
        "intermittent",
        "Mean of exponential smoothings over several aggregation levels.",
        "Petropoulos & Kourentzes 2015",
    ),
    Model(
        "comb",
        "Combination",
        "combination",
        "Mean of exponential smoothing, damped trend and the two Thetas.",
        "Makridakis & Hibon 2000 (Comb); Petropoulos & Svetunkov 2020",
    ),
    Model(
        "sparse_comb",
        "Intermittent combination",
        "combination",
        "Mean of SES, SBA, TSB and IMAPA, less the bias such items had.",
        "Petropoulos & Kourentzes 2015",
    ),
    Model(
        "drivers",
        "Drivers",
        "drivers",
        "Panel regression of demand on price, promotion and other known columns.",
        "pooled fixed-effects regression, Wooldridge 2010",
    ),
)
_LIBRARY = (
    Model(
        "lib_dot",
        "DynamicOptimizedTheta (statsforecast)",
        "library",
        "Fiorucci's model as fitted by statsforecast.",
        "Fiorucci et al. 2016",
    ),
    Model(
        "lib_ces",
        "AutoCES (statsforecast)",
        "library",
        "Complex exponential smoothing.",
        "Svetunkov, Kourentzes & Ord 2022",
    ),
    Model(
        "lib_ets",
        "AutoETS (statsforecast)",
        "library",
        "Error-trend-season state space, chosen by AICc.",
        "Hyndman et al. 2008",
    ),
    Model(
        "lib_theta",
        "AutoTheta (statsforecast)",
        "library",
        "Best of four Theta models.",
        "Fiorucci et al. 2016",
    ),
    Model(
        "lib_arima",
        "AutoARIMA (statsforecast)",
        "library",
        "ARIMA, orders chosen by AICc.",
        "Hyndman & Khandakar 2008",
    ),
    Model(
        "lib_mstl",
        "MSTL (statsforecast)",
        "library",
        "Several seasons by repeated loess, the rest by state space.",
        "Bandara, Hyndman & Bergmeir 2021",
    ),
    Model(
        "lib_adida",
        "ADIDA (statsforecast)",
        "library",
        "Smoothing of demand aggregated to its usual interval, as statsforecast does it.",
        "Nikolopoulos et al. 2011",
    ),
    Model(
        "lib_imapa",
        "IMAPA (statsforecast)",
        "library",
        "Mean of smoothings over aggregation levels, as statsforecast does it.",
        "Petropoulos & Kourentzes 2015",
    ),
    Model(
        "balanced",
        "Balanced",
        "combination",
        "Mean of the library's Theta and the fast combination.",
        "Makridakis & Hibon 2000; Fiorucci et al. 2016",
    ),
    Model(
        "thorough",
        "Thorough",
        "combination",
        "Trimmed mean of four library models, both Thetas and damped trend.",
        "Petropoulos & Svetunkov 2020; Jose & Winkler 2008 (trimming)",
    ),
)
LIBRARY_MODELS = tuple(model.name for model in _LIBRARY)
MODELS = {model.name: model for model in _ALL + _LIBRARY}
