"""N2(v = 10) relaxes in H2: computed rates beside those of SSH scaling.

    python examples/relaxation.py results [--temperature 1000] [--output relaxation.png]

The populations n_v of N2 follow the master equation

    dn_v/dt = n(H2) sum_v' [k(v' -> v) n_v' - k(v -> v') n_v],

H2 staying in its lowest level at 1 atm. On the left k is that of the table, every jump that it
holds. On the right only k(1 -> 0) is: k(v -> v-1) = v k(1 -> 0), as harmonic oscillators have it in
the theory of Schwartz, Slawsky and Herzfeld, and the way up by detailed balance. Both lead to the
same Boltzmann distribution, in different times.
"""

import argparse
import sys
from pathlib import Path

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np
from scipy.constants import Boltzmann, atm
from scipy.linalg import expm

from vibrates import open_rates
from vibrates.core.errors import UserError

LEVELS = 11
SHOWN = (10, 9, 8, 6, 4, 2, 1, 0)


def jumps_of_table(rates, temperature):
    """k[v', v] of v -> v' (cm^3/s) from the table, 0 where it has none.

    Columns are initial levels.
    """
    k = np.zeros((LEVELS, LEVELS))
    for rate in rates:
        v, w, vp, wp = rate.numbers
        if w == wp == 0 and max(v, vp) < LEVELS:
            k[vp, v] = float(rate(temperature))
    return k


def jumps_of_scaling(rates, temperature):
    """k[v', v] with k(v -> v-1) = v k(1 -> 0), the way up by detailed balance."""
    k = np.zeros((LEVELS, LEVELS))
    fundamental = float(rates.k(v=1, dv=-1, T=temperature))
    for v in range(1, LEVELS):
        balance = rates.k(v=v - 1, dv=1, T=temperature).k / rates.k(v=v, dv=-1, T=temperature).k
        k[v - 1, v] = v * fundamental
        k[v, v - 1] = v * fundamental * balance
    return k


def relax(k, times, density):
    """Populations (times, levels) of N2 that starts in its highest level, in H2 of ``density``."""
    matrix = density * (k - np.diag(k.sum(axis=0)))
    start = np.zeros(LEVELS)
    start[-1] = 1.0
    return np.array([expm(matrix * t) @ start for t in times])


def mean_level(populations):
    """Mean number of quanta."""
    return populations @ np.arange(LEVELS)


def time_to_half(times, populations):
    """Time at which the mean level has gone half of its way down, s."""
    mean = mean_level(populations)
    return float(np.interp(0.5, (mean[0] - mean) / (mean[0] - mean[-1]), times))


def draw(times, both, temperature):
    """Populations side by side, the mean level below, as a figure."""
    figure, axes = plt.subplots(
        2, 2, figsize=(9.0, 6.0), sharex=True, sharey="row", layout="constrained",
        height_ratios=(2, 1),
    )  # fmt: skip
    colours = plt.colormaps["viridis"](np.linspace(0.0, 0.9, len(SHOWN)))
    halves = {title: time_to_half(times, populations) for title, populations in both.items()}
    for column, (title, populations) in enumerate(both.items()):
        upper, lower = axes[:, column]
        for v, colour in zip(SHOWN, colours, strict=True):
            upper.plot(times, populations[:, v], color=colour, label=f"v = {v}")
        upper.set(title=title, xscale="log", ylim=(0.0, 1.02))
        for other in both:
            own = other == title
            style = {"color": "black"} if own else {"color": "grey", "ls": "--", "lw": 1.0}
            name = "this panel" if own else "the other"
            lower.plot(times, mean_level(both[other]), label=name, **style)
        lower.axvline(halves[title], color="crimson", lw=0.8, ls=":")
        lower.annotate(
            f"half way: {1e6 * halves[title]:.3g} µs", (halves[title], 1.0), xytext=(-6, 0),
            textcoords="offset points", color="crimson", ha="right",
        )  # fmt: skip
        lower.set(xlabel="time / s", ylim=(0.0, LEVELS - 0.5))
    axes[0, 0].set_ylabel("population of N$_2$(v)")
    axes[1, 0].set_ylabel("mean level")
    axes[0, 0].legend(fontsize="small", loc="center left")
    axes[1, 1].legend(fontsize="small", loc="center left")
    figure.suptitle(f"N$_2$(v = 10) in H$_2$ at {temperature:g} K and 1 atm")
    return figure


def main(arguments=None):
    """Computes both relaxations, draws them and says how long they take."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("results", help="results of a campaign, or the name of a packaged data set")
    parser.add_argument("--temperature", type=float, default=1000.0, help="K (default: 1000)")
    parser.add_argument("--output", type=Path, default=Path("relaxation.png"))
    options = parser.parse_args(arguments)
    rates, temperature = open_rates(options.results), options.temperature

    density = atm / (Boltzmann * temperature) * 1e-6  # H2 per cm^3 at 1 atm
    jumps = {
        "computed rates": jumps_of_table(rates, temperature),
        "SSH scaling of k(1 → 0)": jumps_of_scaling(rates, temperature),
    }
    fastest = density * max(k.max() for k in jumps.values())
    slowest = density * float(rates.k(v=1, dv=-1, T=temperature))
    times = np.geomspace(0.01 / fastest, 20.0 / slowest, 300)
    both = {title: relax(k, times, density) for title, k in jumps.items()}
    draw(times, both, temperature).savefig(options.output, dpi=150)
    for title, populations in both.items():
        print(f"{title}: half way after {time_to_half(times, populations):.3g} s")
    print(options.output)


if __name__ == "__main__":
    try:
        main()
    except UserError as error:
        sys.exit(f"error: {error}")
