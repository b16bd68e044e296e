"""`vibrates oracle [FILE]`: run single trajectories with a known converged outcome.

A file is a list of cases in atomic units: initial conditions, initial levels, sizes of the bases,
the final classical state and the final probabilities. They belong to a surface made for this test.
Without a file, the cases of the package are run (data/README.md says where they come from).
"""

import json
from importlib import resources
from pathlib import Path

import numpy as np

from vibrates.core.errors import UserError
from vibrates.core.units import ANGSTROM_TO_BOHR, BOHR_TO_ANGSTROM, HARTREE_TO_CM
from vibrates.molecules.diatom import Diatom
from vibrates.potential.lennard_jones import ImprovedLennardJonesSurface
from vibrates.potential.settings import TableSettings
from vibrates.trajectories.runner import TrajectoryRunner
from vibrates.trajectories.sampling import Initial
from vibrates.trajectories.settings import Settings

LIMIT = 0.01  # largest relative deviation of a probability
TIME_STEP_FS = 0.1
_VECTORS = ("R", "P", "n_a", "L_a", "n_b", "L_b")
_KEYS = {"v", "w", "n_a", "n_b", "U_cm", "initial", "final", "probabilities"}


def _linear_quadrupole(at_r_e: float, value: float, slope: float, r_0: float, r_e: float) -> dict:
    """at_r_e (value + slope (r - r_0)) / (value + slope (r_e - r_0)); r in bohr, r_e in A."""
    scale = at_r_e / (value + slope * (r_e * ANGSTROM_TO_BOHR - r_0))
    return {
        "coefficients_au": [at_r_e, scale * slope * ANGSTROM_TO_BOHR],
        "range_angstrom": [0.0, 20.0],
    }


MOLECULES = {
    "N2": {
        "masses_u": [14.0030740, 14.0030740],
        "omega_e_cm": 2359.60,
        "x_e": 0.006126,
        "y_e": 0.0000032,
        "r_e_angstrom": 1.098,
        "beta_e_per_angstrom": 2.689,
        "D_e_eV": 9.905,
        "effective_electrons": 7.6,
        "quadrupole": _linear_quadrupole(-1.1, -1.11, 0.95, 2.07, 1.098),
    },
    "H2": {
        "masses_u": [1.00782503, 1.00782503],
        "omega_e_cm": 4401.20,
        "x_e": 0.027600,
        "y_e": 0.0,
        "r_e_angstrom": 0.740,
        "beta_e_per_angstrom": 1.946,
        "D_e_eV": 4.750,
        "effective_electrons": 2,
        "quadrupole": _linear_quadrupole(0.4835, 0.457, 0.62, 1.4, 0.740),
    },
}
_ROWS = {  # R_m (angstrom), eps (meV), beta, dR_m/dr_N2, dR_m/dr_H2
    "H": (3.792, 5.98, 5.15, 0.20, 0.32),
    "X": (3.774, 5.98, 5.08, 0.15, 0.32),
    "Ta": (3.759, 7.02, 5.37, 0.00, 0.75),
    "Tb": (4.427, 4.30, 6.77, 0.72, 0.25),
    "I": (4.458, 4.83, 6.79, 0.82, 0.40),
}
SURFACE = {
    "type": "table",
    "deformation": "fitted",
    "configurations": {
        name: {"R_m_angstrom": row[0], "eps_meV": row[1], "beta": row[2]}
        for name, row in _ROWS.items()
    },
    "slopes": {
        name: {"dR_m_dr": row[3:], "deps_dr": (0.0, 0.0), "dbeta_dr": (0.0, 0.0)}
        for name, row in _ROWS.items()
    },
}


def molecules_and_surface() -> tuple[Diatom, Diatom, ImprovedLennardJonesSurface]:
    """N2, H2 and the test surface of the oracle file."""
    n2, h2 = (Diatom.from_config(name, MOLECULES[name]) for name in ("N2", "H2"))
    settings = TableSettings.from_mapping(SURFACE, "oracle", "surface")
    return n2, h2, ImprovedLennardJonesSurface.from_settings(settings, n2, h2)


def run_case(case: dict, time_step_fs: float = TIME_STEP_FS):
    """Outcome of one case of the file."""
    n2, h2, surface = molecules_and_surface()
    settings = Settings.from_config(
        {
            "time_step_fs": time_step_fs,
            "accuracy": np.inf,
            "interaction_range_angstrom": np.inf,
            "switching_from": 1.0,
            "relative_energy_error_limit": 1e-3,
            "norm_error_limit": 1e-9,
            "maximum_steps": 10**7,
            "repetitions": 0,
        }
    )
    collision = TrajectoryRunner(
        surface, n2, h2, case["n_a"], case["n_b"], case["v"], case["w"], settings
    )
    position, momentum, n_a, l_a, n_b, l_b = (np.array([case["initial"][k]]) for k in _VECTORS)
    nan = np.full(1, np.nan)  # energies and weight belong to sampling, not to propagation
    initial = Initial(position, momentum, n_a, l_a, n_b, l_b, nan, nan, nan, nan, nan)
    return collision.run(initial)


def deviations(case: dict, outcome) -> dict[str, float]:
    """Largest relative deviations of probabilities and of the final classical state from a case."""
    probability = max(
        abs(outcome.probability[0, entry["v"], entry["w"]] / entry["P"] - 1.0)
        for entry in case["probabilities"]
    )
    final = np.concatenate([case["final"][k] for k in _VECTORS])
    ours = outcome.classical[0]
    # Vectors, not components, are compared: a component may pass through zero.
    difference = np.linalg.norm((ours - final).reshape(6, 3), axis=1)
    length = np.linalg.norm(final.reshape(6, 3), axis=1)
    return {"probability": probability, "classical": float((difference / length).max())}


def read_cases(path: Path | None = None) -> list[dict]:
    """The cases of a file, or those that are part of the package.

    Raises
    ------
    UserError
        The file cannot be read, is not JSON, or is not a list of cases.
    """
    source = resources.files("vibrates") / "data" / "oracle.json" if path is None else Path(path)
    try:
        cases = json.loads(source.read_text(encoding="utf-8"))
    except OSError as error:
        raise UserError(f"{path}: cannot be read ({error.strerror}); give an oracle file") from None
    except ValueError as error:
        raise UserError(f"{path}: not JSON ({error}); give an oracle file") from None
    if not isinstance(cases, list) or not cases:
        raise UserError(f"{path}: no list of cases; give an oracle file")
    for number, case in enumerate(cases):
        missing = _KEYS - set(case) if isinstance(case, dict) else _KEYS
        if missing:
            raise UserError(
                f"{path}: case {number}: {', '.join(sorted(missing))} is missing; "
                "give an oracle file"
            )
        if fault := _fault(case):
            raise UserError(f"{path}: case {number}: {fault}; give an oracle file")
    return cases


def _fault(case: dict) -> str | None:
    """The first value of a case that is no such value; None if there is none."""
    for name, least in (("v", 0), ("w", 0), ("n_a", 1), ("n_b", 1)):
        if type(case[name]) is not int or case[name] < least:
            return f"{name}: {case[name]!r} is no whole number of at least {least}"
    if not _is_number(case["U_cm"]):
        return f"U_cm: {case['U_cm']!r} is no number"
    for state in ("initial", "final"):
        for name in _VECTORS:
            vector = case[state].get(name) if isinstance(case[state], dict) else None
            if not (isinstance(vector, list) and len(vector) == 3 and all(map(_is_number, vector))):
                return f"{state}.{name}: {vector!r} is no list of three numbers"
    entries = case["probabilities"]
    if not isinstance(entries, list) or not entries:
        return "probabilities: no list of final states"
    for entry in entries:
        good = isinstance(entry, dict) and {"v", "w", "P"} <= set(entry)
        if not good or not (
            entry["v"] in range(case["n_a"]) and entry["w"] in range(case["n_b"])
            and _is_number(entry["P"]) and entry["P"] > 0
        ):  # fmt: skip
            return f"probabilities: {entry!r} has no v, w of the basis and no P above 0"
    return None


def _is_number(value: object) -> bool:
    return type(value) in (int, float) and bool(np.isfinite(value))  # type: ignore[call-overload]


def main(path: Path | None = None) -> int:
    """Print the deviation of every case of a file, or of the package; 1 if one exceeds 1 %."""
    cases = read_cases(path)
    print(f"{len(cases)} trajectories, dt = {TIME_STEP_FS} fs, all probabilities of the file")
    print(
        f"{'v':>3} {'w':>3} {'basis':>7} {'U/cm-1':>8} {'b/A':>5} {'max dP/P':>10} "
        f"{'classical':>10} {'dE/cm-1':>10}"
    )
    worst = 0.0
    for case in cases:
        outcome = run_case(case)
        deviation = deviations(case, outcome)
        worst = max(worst, *deviation.values())
        b = abs(case["initial"]["R"][0]) * BOHR_TO_ANGSTROM
        print(
            f"{case['v']:3d} {case['w']:3d} {case['n_a']:3d}x{case['n_b']:<3d} "
            f"{case['U_cm']:8g} {b:5.2f} {deviation['probability']:10.2e} "
            f"{deviation['classical']:10.2e} {outcome.energy_error[0] * HARTREE_TO_CM:10.2e}"
        )
    verdict = "within" if worst <= LIMIT else "exceeds"
    print(f"largest deviation {worst:.2e}: {verdict} the limit of {LIMIT:g}")
    return 0 if worst <= LIMIT else 1
