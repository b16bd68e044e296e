"""Hong, Huang, Zhang 2024: errors of the networks and cuts to 1000 bohr (Figures 2-4)."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from paper_items import Facts, Maker
from vibrates.figures import longrange

SHOWN = 3000  # points of a figure at most, for a small file


def _measure(
    root: Path, kept: pd.DataFrame | None, system: str, title: str, points: int
) -> pd.DataFrame | None:
    results = root / "results-longrange" / system
    files = [results / "member_0.csv", results / "figures" / "cut.csv", results / "report.json"]
    if not all(path.is_file() for path in files):
        return None
    errors, cut = (pd.read_csv(path) for path in files[:2])
    errors = errors[["u_cm", "fitted_cm", "test"]]
    if len(errors) > SHOWN:
        errors = errors.sample(SHOWN, random_state=1).sort_index()
    report = json.loads(files[2].read_text(encoding="utf-8"))
    own, paper = report["first member"], report["published"]
    rows = [
        {"kind": "quality", "source": f"{name}, {where}", "u_cm": found.get(name)}
        for where, found in (("here", own), ("paper", paper))
        for name in ("points", "rmse_cm", "within_1_percent", "within_10_percent")
        if found.get(name) is not None
    ]
    rows.append({"kind": "quality", "source": "weights, here", "u_cm": report["weights"]})
    return pd.concat(
        [pd.DataFrame(rows), errors.assign(kind="error"), cut.assign(kind="cut")],
        ignore_index=True,
    )[["kind", "source", "R_bohr", "u_cm", "fitted_cm", "test"]]


def _parts(table: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame, dict[str, float]]:
    errors = table[table["kind"] == "error"][["u_cm", "fitted_cm", "test"]]
    errors = errors.assign(test=errors["test"].astype(str) == "True")
    cut = table[table["kind"] == "cut"][["source", "R_bohr", "u_cm"]]
    quality = table[table["kind"] == "quality"].set_index("source")["u_cm"]
    return errors, cut, quality.to_dict()


def _facts(table: pd.DataFrame, system: str, title: str, points: int) -> Facts:
    facts = Facts()
    _, cut, quality = _parts(table)
    rmse, paper = quality["rmse_cm, here"], quality["rmse_cm, paper"]
    text = (
        f"RMSE {rmse:.4f} cm^-1 at {quality['points, here']:.0f} points with "
        f"{quality['weights, here']:.0f} weights; paper {paper:g} cm^-1 at {points} points."
    )
    (facts.agrees if rmse <= paper else facts.differs).append(text)
    for name, label in (("within_1_percent", "1 %"), ("within_10_percent", "10 %")):
        own = quality[f"{name}, here"]
        if (printed := quality.get(f"{name}, paper")) is None:
            continue
        text = f"Relative error below {label}: {own:.1f} % of the points, paper {printed:g} %."
        (facts.agrees if own >= printed else facts.differs).append(text)
    fit = cut[cut["source"] == "fit"].sort_values("R_bohr")
    far = fit[fit["R_bohr"] > 100.0]
    slope = np.diff(np.log(np.abs(far["u_cm"]))) / np.diff(np.log(far["R_bohr"]))
    signs = np.sign(far["u_cm"]).nunique() == 1
    text = f"Beyond 100 bohr the cut falls as R^{slope[-1]:.2f} at its end (1000 bohr)"
    facts.agrees.append(f"{text}, without a change of sign.") if signs else facts.differs.append(
        f"{text}, and changes its sign on the way."
    )
    known = cut[cut["source"] == "surface of the points"]
    if len(known):
        exact = known.set_index("R_bohr")["u_cm"]
        ratio = (fit.set_index("R_bohr")["u_cm"] / exact).dropna()
        at = [
            (r, float(ratio.iloc[np.argmin(np.abs(ratio.index - r))]))
            for r in (64.0, 200.0, 1000.0)
        ]
        text = "Fit over the surface of the points along the cut: " + ", ".join(
            f"{q:.2f} at {r:g} bohr" for r, q in at
        )
        good = all(abs(q - 1.0) < 0.1 for _, q in at)
        (facts.agrees if good else facts.differs).append(f"{text}.")
    return facts


def _draw(table: pd.DataFrame, system: str, title: str, points: int) -> Figure:
    errors, cut, _ = _parts(table)
    return longrange.draw_fit(errors, cut, title)


fit = Maker(_measure, _facts, _draw)
