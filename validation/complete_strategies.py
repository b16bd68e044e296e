"""The loop of the complete table against evenly spread and random states, at equal cost.

    python validation/complete_strategies.py CONFIG --output DIRECTORY [--repeats 3]

Runs the loop of a campaign's block `complete` on simulated rates (`campaign.completion.synthetic`),
with the campaign's own regression and costs, for each strategy and repetition. Writes curves.csv
(error against core hours) and prints core hours and true error where each strategy stopped. A
repetition has its own table, errors and, for random states, order.
"""

import argparse
from pathlib import Path

import pandas as pd

from vibrates.campaign.completion import choice, simulation
from vibrates.campaign.completion.synthetic import SyntheticTable
from vibrates.config import completion, load
from vibrates.core.files import write_text


def strategies(seed: int) -> dict[str, choice.Strategy | None]:
    """Strategies by name; None is that of the loop."""
    return {"loop": None, "even": choice.evenly, "random": choice.at_random(seed)}


def curve(config, name: str, seed: int, structure_dex: float, pilot_error: float) -> pd.DataFrame:
    """The rounds of one strategy on one table."""
    table = SyntheticTable(config, seed, structure_dex, pilot_error)
    source = simulation.Source(table.truth, table.observed, seed)
    free = set(completion.candidates(config))
    start = [state for state in config.grid.states if state in free] + completion.pilot(config)
    rounds, _, _ = simulation.run(
        source,
        table.regress(),
        start,
        table.new,
        config.to_complete,
        strategies(seed)[name],
        table.truth_of,
    )
    return rounds.assign(strategy=name, repeat=seed)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("config", help="campaign with the block complete")
    parser.add_argument("--output", required=True, help="directory of curves.csv")
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--structure", type=float, default=0.1, help="of the true table, dex")
    parser.add_argument("--pilot-error", type=float, default=0.1, help="relative, of k")
    asked = parser.parse_args()
    config = load(asked.config)
    parts = []
    for seed in range(asked.repeats):
        for name in strategies(seed):
            parts.append(curve(config, name, seed, asked.structure, asked.pilot_error))
            last = parts[-1].iloc[-1]
            print(
                f"{name:<7} repetition {seed}: stopped at the {last.stopped} after "
                f"{last.core_hours:.4g} core hours, {last.states:.0f} states, true rms "
                f"{last.true_rms_dex:.4f} dex, largest stated error "
                f"{last.reached_largest_error:.3g}",
                flush=True,
            )
            write_text(Path(asked.output) / "curves.csv", pd.concat(parts).to_csv(index=False))
    every = pd.concat(parts)
    ends = every.groupby(["strategy", "repeat"]).last()["core_hours"].groupby("strategy").mean()
    for name, hours in ends.items():
        print(f"{name:<7} {hours:.4g} core hours on average, {hours / ends['even']:.2f} of even")


if __name__ == "__main__":
    main()
