"""Coupled states against close coupling, He + HD: a section of docs/quantum.md.

    make quantum && make quantum QUANTUM=config/quantum/close_coupling.yaml
    python validation/quantum_methods.py
"""

import numpy as np
import pandas as pd
from report import DOCUMENT, table, write_section

PAGE = DOCUMENT.with_name("quantum.md")
RESULTS = DOCUMENT.parents[1] / "results-quantum"
KEY = ["v", "j", "vp", "jp", "T_K"]


def main() -> None:
    """Rewrite the section."""
    small, exact = (pd.read_csv(RESULTS / name / "rates.csv", comment="#").set_index(KEY)["k_cm3_s"]
                    for name in ("small", "close_coupling"))
    both = pd.DataFrame({"ratio": small / exact, "k": exact}).reset_index()
    both["kind"] = np.where(both["v"] == both["vp"],
                            "dv = 0, dj = " + (both["jp"] - both["j"]).astype(str),
                            "dv = " + (both["vp"] - both["v"]).astype(str))
    rows = [
        [kind, f"{t:g}", len(mine), f"{mine['ratio'].median():.2f}",
         f"{mine['ratio'].min():.2f} to {mine['ratio'].max():.2f}"]
        for (kind, t), mine in both.groupby(["kind", "T_K"])
    ]  # fmt: skip
    write_section("methods", table(["transitions", "T / K", "number", "median of CS/CC", "range"], rows), PAGE)


if __name__ == "__main__":
    main()
