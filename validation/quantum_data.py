"""Size, cost and rates of the rotationally resolved data of He + HD, as in docs/quantum.md.

python validation/quantum_data.py       from data/quantum_hehd_*.csv
"""

import json

import pandas as pd
from report import ROOT, run_study

from vibrates.scattering import settings
from vibrates.scattering.vibrational import vibrational_rates

RATES, HOURS = "data/quantum_hehd_rates.csv", "data/quantum_hehd_hours.csv"
NEEDS = (RATES, HOURS)
REMEDY = "run: make quantum QUANTUM=config/quantum/hehd.yaml"
SECTIONS = (
    "quantum/data set",
    "quantum/data cost",
    "quantum/data relaxation",
    "evidence/quantum/data rotation",
    "quantum/data final j",
)
# v = 1 -> 0 of HD by He at 300, 500, 1000 K, cm^3/s: Roueff and Zeippen, Astron. Astrophys.
# Suppl. Ser. 142, 475 (2000), seen as an excerpt of the article's web page.
ROUEFF = {300.0: 1.0e-16, 500.0: 9.8e-16, 1000.0: 2.1e-14}
ROTATION_K = (100.0, 300.0, 1000.0)
FAR = 3  # change of j from which a relaxation counts as one into fast rotation


def state_to_state() -> pd.DataFrame:
    """The table of rates: v, j, vp, jp, T_K, k_cm3_s."""
    return pd.read_csv(ROOT / RATES, comment="#")


def averaged(state: pd.DataFrame) -> pd.DataFrame:
    """Rates of vibrational transitions, summed over final j, averaged over a thermal initial j."""
    described = settings.load(ROOT / "config" / "quantum" / "hehd.yaml")
    wanted = described.levels
    levels = settings.rotor(described).energies[: wanted.v_max + 1, : wanted.j_max + 1]
    return vibrational_rates(state, levels, settings.spin_weights(described.molecule))


def measure() -> dict:
    """Counts, core hours, thermal rates of 1 -> 0 and where they end."""
    state = state_to_state()
    with (ROOT / RATES).open(encoding="utf-8") as file:
        head = json.loads(file.readline().lstrip("# "))
    vibrational = averaged(state)
    one = vibrational[(vibrational["v"] == 1) & (vibrational["vp"] == 0)].set_index("T_K")[
        "k_cm3_s"
    ]
    far = state[(state["v"] == 1) & (state["vp"] == 0) & (state["jp"] >= state["j"] + FAR)]
    elsewhere = state[state["v"] != 1]
    far_one = averaged(pd.concat([far, elsewhere]))
    far_one = far_one[(far_one["v"] == 1) & (far_one["vp"] == 0)].set_index("T_K")["k_cm3_s"]
    pure = state[(state["v"] == 0) & (state["j"] == 1) & (state["vp"] == 0) & (state["jp"] == 0)]
    levels = pd.concat(
        [state[["v", "j"]], state[["vp", "jp"]].set_axis(["v", "j"], axis=1)]
    ).drop_duplicates()
    return {
        "pairs": len(state.drop_duplicates(["v", "j", "vp", "jp"])),
        "levels": len(levels),
        "core_hours": float(pd.read_csv(ROOT / HOURS, comment="#")["core_hours"].sum()),
        "core_hours_stated": head["core_hours"],
        "relaxation_cm3_s": {f"{t:g}": float(one[t]) for t in ROUEFF},
        "rotation_cm3_s": {
            f"{t:g}": float(pure.set_index("T_K")["k_cm3_s"][t]) for t in ROTATION_K
        },
        "share_into_rotation": {f"{t:g}": float(far_one[t] / one[t]) for t in ROTATION_K},
    }


def sections(numbers: dict) -> dict[str, str]:
    """Sentences of the page."""
    relaxation = numbers["relaxation_cm3_s"]
    ratios = [k / ROUEFF[float(t)] for t, k in relaxation.items()]
    return {
        "quantum/data set": f"all {numbers['pairs']} pairs of the {numbers['levels']} levels",
        "quantum/data cost": (
            f"{3600 * numbers['core_hours']:.0f} core seconds "
            f"({numbers['core_hours']:.3f} core hours)"
        ),
        "quantum/data relaxation": ", ".join(f"{k:.1e}" for k in relaxation.values())
        + ", that is "
        + ", ".join(f"{r:.2f}" for r in ratios)
        + " of them",
        "evidence/quantum/data rotation": ", ".join(
            f"{k:.1e}" for k in numbers["rotation_cm3_s"].values()
        )
        + f" cm^3/s at {', '.join(numbers['rotation_cm3_s'])} K",
        "quantum/data final j": ", ".join(
            f"{100 * x:.0f}" for x in numbers["share_into_rotation"].values()
        )
        + f" % of the relaxation 1 -> 0 at {', '.join(numbers['share_into_rotation'])} K "
        f"ends at j' >= j + {FAR}",
    }


if __name__ == "__main__":
    run_study("quantum_data")
