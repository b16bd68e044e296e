"""LoKI-B+C: reactions of a .chem file, and the MATLAB functions that evaluate them.

The functions have the signature of LoKI's own, f(time, densities, totalGasDensity, reaction,
rateCoeffParams, chemistry); they belong beside those, in the directory of rate-coefficient
functions of the installation. ``<->`` makes LoKI add the reverse by detailed balance from the
energies and statistical weights of the states, so that exothermic reactions alone are written.
The last column is the energy that a reaction gives to the gas, eV, which LoKI's thermal model adds.
"""

import math
from pathlib import Path

from vibrates.core.units import CM_TO_HARTREE, HARTREE_TO_EV, KELVIN_TO_CM
from vibrates.library import fit
from vibrates.library.exports import species
from vibrates.library.exports.format import Format
from vibrates.library.exports.selection import Selection, commented
from vibrates.library.exports.species import State
from vibrates.library.table import Rate

_CM_TO_EV = CM_TO_HARTREE * HARTREE_TO_EV
_LOG_CM3 = math.log(1e-6)  # cm^3 in m^3

LAW = "vibratesLaw"
SERIES = "vibratesChebyshev"
TABLE = "vibratesTable"
_HEAD = "function [rateCoeff, dependent] = {name}(~, ~, ~, ~, rateCoeffParams, chemistry)"
_DEPENDENT = (
    "  dependent = struct('onTime', false, 'onDensities', false, 'onGasTemperature', true, ...\n"
    "    'onElectronKinetics', false);\n"
    "end\n"
)
FUNCTIONS = {
    LAW: f"""{_HEAD.format(name=LAW)}
% {LAW}: ln k = p3/T + p4 + p5 ln T + p6 T^(-1/3) + p7 T^(-2/3), T in K, k in m^3 s^-1,
%  from p1 to p2 kelvin; below and above, k is that at the end. Written by vibrates.
  p = [rateCoeffParams{{:}}];
  T = min(max(chemistry.workCond.gasTemperature, p(1)), p(2));
  rateCoeff = exp(p(3)/T + p(4) + p(5)*log(T) + p(6)*T^(-1/3) + p(7)*T^(-2/3));
{_DEPENDENT}""",
    SERIES: f"""{_HEAD.format(name=SERIES)}
% {SERIES}: ln k = p3/T + p4 T_0(z) + p5 T_1(z) + ..., T in K, k in m^3 s^-1, Chebyshev
%  polynomials of z, linear in T^(-1/3), from -1 at p1 to 1 at p2 kelvin; below and above, k is
%  that at the end. Written by vibrates.
  p = [rateCoeffParams{{:}}];
  T = min(max(chemistry.workCond.gasTemperature, p(1)), p(2));
  ends = p(1:2).^(-1/3);
  z = min(max((2*T^(-1/3) - sum(ends))/(ends(2) - ends(1)), -1), 1);
  rateCoeff = exp(p(3)/T + sum(p(4:end).*cos((0:numel(p)-4)*acos(z))));
{_DEPENDENT}""",
    TABLE: f"""{_HEAD.format(name=TABLE)}
% {TABLE}: k in m^3 s^-1 from a table p2, p3, ... = T1, k1, T2, k2, ...; ln k - p1/T is
%  interpolated in T^(-1/3) by a monotone cubic, p1 in kelvin being the energy of the Boltzmann
%  factor. Below and above the table k is that at the end. Written by vibrates.
  p = [rateCoeffParams{{:}}];
  nodes = p(2:2:end);
  k = p(3:2:end);
  T = min(max(chemistry.workCond.gasTemperature, nodes(1)), nodes(end));
  x = fliplr(nodes.^(-1/3));
  y = fliplr(log(k) - p(1)./nodes);
  rateCoeff = exp(interp1(x, y, T^(-1/3), 'pchip') + p(1)/T);
{_DEPENDENT}""",
}


def content(chosen: Selection, path: Path) -> dict[Path, str]:
    """The .chem file, and beside it the functions that it names."""
    arrow = "<->" if chosen.directions == "exothermic" else "->"
    lines, used = [], set()
    for rate in chosen.rates:
        found = fit.law_or_chebyshev(rate, chosen.limit, *chosen.range(rate))
        if chosen.within(rate, found, otherwise="written as a table"):
            function, values = _formula(found)
        else:
            function, values = TABLE, _table(chosen, rate)
        used.add(function)
        lines.append(
            f"{_reaction(rate, arrow)} | {function} | "
            f"{', '.join(f'{one:.12g}' for one in values)} | {_released(rate)}"
        )
    notes = (
        "Units: T in K, k in m^3 s^-1, last column the energy given to the gas in eV",
        f"Functions: {', '.join(f'{one}.m' for one in sorted(used))}, to be put beside LoKI's own",
        *_levels(chosen),
    )
    header = commented(chosen.header(FORMAT, *notes), "%")
    files = {path: "\n".join([*header, "", *lines]) + "\n"}
    return files | {path.with_name(f"{one}.m"): FUNCTIONS[one] for one in sorted(used)}


def name(state: State) -> str:
    """``N2(X,v=3)``; the electronic ground state of any molecule is X."""
    return f"{state.species}({','.join(['X', *(f'{a}={value}' for a, value in state.numbers)])})"


def _reaction(rate: Rate, arrow: str) -> str:
    left, right = (" + ".join(map(name, side)) for side in species.sides(rate))
    return f"{left} {arrow} {right}"


def _formula(found: fit.Law | fit.Chebyshev) -> tuple[str, list[float]]:
    """The function of a fit and its parameters, of k in m^3 s^-1."""
    start = [found.low, found.high, found.theta]
    if isinstance(found, fit.Law):
        return LAW, [*start, found.log_A + _LOG_CM3, found.b, found.C, found.D]
    first, *others = found.coefficients
    return SERIES, [*start, first + _LOG_CM3, *others]


def _table(chosen: Selection, rate: Rate) -> list[float]:
    T = chosen.rows(rate)
    defect = rate.energy_defect if math.isfinite(rate.energy_defect) else 0.0
    pairs = zip(T.tolist(), (rate(T).k * 1e-6).tolist(), strict=True)
    return [min(defect, 0.0) / KELVIN_TO_CM, *(value for pair in pairs for value in pair)]


def _released(rate: Rate) -> str:
    defect = rate.energy_defect
    return f"{defect * _CM_TO_EV:.6f}" if math.isfinite(defect) else ""


def _levels(chosen: Selection) -> list[str]:
    """Energies that LoKI needs for the reverse, for its file of state energies."""
    known = [
        (state, energy)
        for state in species.all_states(chosen.rates)
        if state.numbers and (energy := species.energy_cm(chosen.table, state)) is not None
    ]
    if not known:
        return ["Energies of the states: not stated by the product"]
    return [
        "Energies of the states above the lowest one, eV, statistical weights 1:",
        *(f"  {name(state)} {energy * _CM_TO_EV:.6f}" for state, energy in known),
    ]


FORMAT = Format(
    "loki",
    ".chem",
    "LoKI-B+C: .chem file and its MATLAB functions, the reverse by LoKI itself",
    content,
    both=False,
)
