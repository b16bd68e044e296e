"""How well rates are predicted: docs/learning.md, its tables; from the scores of `make learn`.

    make learn && python validation/learning_page.py

Of the groups of data (published rates, the campaign's own) those are written that were run.
"""

from pathlib import Path

import pandas as pd
from report import ROOT, run_study, table

from vibrates.core.errors import UserError
from vibrates.learning.verdict import SHARE, medians, verdict

RESULTS = "results"
NEEDS = (f"{RESULTS}/learning/campaign_scenarios.csv",)
REMEDY = "run: make learn"
GROUPS = ("published", "campaign")
SECTIONS = (
    "evidence/learning/published sets",
    "evidence/learning/published temperatures",
    "evidence/learning/published judged",
    "learning/published coverage",
    "learning/campaign levels",
    "evidence/learning/campaign judged",
    "evidence/learning/campaign coverage",
)
MODELS = {
    "GP": "GP",
    "NN": "NN",
    "NN2": "NN2",
    "GP_residual": "GP, matrix element out",
    "NN_residual": "NN, matrix element out",
    "q4": "q4",
    "l3": "l3",
    "spline": "spline",
    "trend": "trend",
    "ladder": "ours",
}
KINDS = {
    "sets": "sets",
    "level": "single levels",
    "random": "random",
    "temperature": "temperatures",
}


def measure(results: Path = ROOT / RESULTS) -> dict:
    """Of every group that was run: medians over starts, what is kept, shares within the errors."""
    found = {}
    for group in GROUPS:
        path = results / "learning" / f"{group}_scenarios.csv"
        if not path.is_file():
            continue
        scores = pd.read_csv(path)
        found[group] = {
            "medians": medians(scores).to_dict("records"),
            "verdict": verdict(scores).to_dict("records"),
            "coverage": _coverage(scores).to_dict("records"),
        }
    if not found:
        raise UserError(f"{results / 'learning'}: no table of scores; {REMEDY}")
    return found


def sections(numbers: dict) -> dict[str, str]:
    """The tables, by section."""
    texts = {}
    for group, found in numbers.items():
        each = pd.DataFrame(found["medians"])
        if group == "published":
            texts["evidence/learning/published sets"] = _sets(each)
            texts["evidence/learning/published temperatures"] = _temperatures(each)
        else:
            texts["learning/campaign levels"] = _levels(each)
        judged = _judged(pd.DataFrame(found["verdict"]))
        texts[f"evidence/learning/{group} judged"] = judged
        page = "learning" if group == "published" else "evidence/learning"
        texts[f"{page}/{group} coverage"] = _covered(pd.DataFrame(found["coverage"]))
    return texts


def _coverage(scores: pd.DataFrame) -> pd.DataFrame:
    """Share of all predicted values within one and two standard deviations."""
    rows = []
    for (model, scenario), part in scores.dropna(subset="coverage_1").groupby(
        ["model", "scenario"]
    ):
        weight = part["n_test"] / part["n_test"].sum()
        rows.append(
            {"model": model, "scenario": scenario}
            | {name: float((part[name] * weight).sum()) for name in ("coverage_1", "coverage_2")}
        )
    return pd.DataFrame(rows)


def _wide(each: pd.DataFrame, column: str = "mse_normalised") -> pd.DataFrame:
    """One row per test set, one column per model (nan where it did not run)."""
    wide = each.pivot(index=["family", "scenario", "label"], columns="model", values=column)
    return wide.reindex(columns=list(MODELS)).reset_index()


def _ends(each: pd.DataFrame, scenario: str) -> pd.DataFrame:
    """The rows of the lowest and highest label of every family."""
    own = each[each["scenario"] == scenario]
    labels = own.groupby("family")["label"]
    return own[
        (own["label"] == labels.transform("min")) | (own["label"] == labels.transform("max"))
    ]


def _sets(each: pd.DataFrame) -> str:
    wide = _wide(pd.concat([each[each["scenario"] == "sets"], _ends(each, "level")]))
    rows = []
    for family, part in wide.groupby("family"):
        for order, own in enumerate(part.sort_values("scenario", ascending=False).itertuples()):
            what = (
                f"set {own.label:.0f}" if own.scenario == "sets" else f"v = {own.label:.0f} removed"
            )
            name = f"dv = {family[2:]}, {what}" if order == 0 else what
            better = min(x for x in (own.GP, own.NN) if x == x)
            rows.append(
                [
                    name,
                    *(_small(getattr(own, m)) for m in MODELS),
                    f"{own.ladder / better:.1g}",
                    _small(SHARE * better),
                ]
            )
    return table(["", *MODELS.values(), "ours / better", "limit"], rows)


def _temperatures(each: pd.DataFrame) -> str:
    ends = _ends(each, "temperature")
    interpolated = ("line", "spline_T")
    rows = []
    for (label, family), part in ends.groupby(["label", "family"]):
        own = part.set_index("model")
        ours, shown = own.loc["ladder"], []
        for model in ("GP", "NN"):
            if model not in own.index:
                shown.append("")
                continue
            one = own.loc[model]
            spread = f" ({_small(one.lowest)}, {_small(one.highest)})" if one.repeats > 1 else ""
            shown.append(_small(one.mse_normalised) + spread)
        shown += [_small(own["mse_normalised"].get(name, float("nan"))) for name in interpolated]
        better = own["mse_normalised"].reindex(["GP", "NN"]).min()
        rows.append(
            [
                f"{label:g} K, dv = {family[2:]}",
                *shown,
                _small(ours.mse_normalised),
                f"{ours.mse_normalised / better:.2f}",
                f"{ours.coverage_1:.2f}, {ours.coverage_2:.2f}",
            ]
        )
    return table(
        [
            "left out (MSE of log10 k scaled to [0, 1])",
            "GP",
            "NN, median (lowest, highest)",
            *interpolated,
            "ours",
            "ours / better",
            "within one, two std",
        ],
        rows,
    )


def _levels(each: pd.DataFrame) -> str:
    own = each[(each["scenario"] == "level") & (each["model"] == "ladder")]
    rows = [
        [
            f"dv = {family[2:]}",
            len(part),
            f"{part['mse_dex2'].mean() ** 0.5:.3f} dex",
            f"{part['worst_dex'].max():.3f} dex",
        ]
        for family, part in own.groupby("family")
    ]
    return table(["", "levels left out", "rms", "worst value"], rows)


def _judged(judged: pd.DataFrame) -> str:
    rows = []
    for scenario, part in judged.groupby("scenario", sort=False):
        lost = part[~part["kept"].astype(bool)]
        names = "; ".join(
            f"dv = {one.family[2:]}, {one.label:g}: {one.ratio:.2g}" for one in lost.itertuples()
        )
        rows.append(
            [
                KINDS[scenario],
                len(part),
                len(part) - len(lost),
                f"{part['ratio'].min():.2g}-{part['ratio'].max():.2g}",
                names,
            ]
        )
    return table(
        ["left out", "test sets", "within the limit", "ours / better", "not within: ours / better"],
        rows,
    )


def _covered(coverage: pd.DataFrame) -> str:
    rows = []
    for model in (name for name in MODELS if name in set(coverage["model"])):
        own = coverage[coverage["model"] == model].set_index("scenario")
        rows.append(
            [
                MODELS[model],
                *(
                    f"{100 * own.coverage_1[s]:.0f}, {100 * own.coverage_2[s]:.0f} %"
                    if s in own.index
                    else ""
                    for s in KINDS
                ),
            ]
        )
    return table(["", *KINDS.values()], rows)


def _small(value: float) -> str:
    return "" if value != value else f"{value:.1e}".replace("e-0", "e-")


if __name__ == "__main__":
    run_study("learning_page")
