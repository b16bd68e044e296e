"""All kinds of task: their settings, each changed in turn, and what then has to be computed.

Fingerprints and keys are those of the stages. What a task computes is replaced by a number that
follows from both at no cost: the real results are tested where the stages are.

``python task_kinds.py KIND PRODUCT`` computes one kind slowly, to be killed.
"""

import copy
import dataclasses
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from vibrates.core.checkpoint import Checkpoint
from vibrates.core.tasks import Task, run

ROOT = Path(__file__).parents[2]

ALL = "all of them"
NONE = "none of them"
NEW = "those that were not there before"


@dataclasses.dataclass(frozen=True)
class Change:
    """A change of settings, and what has to be computed after it.

    ``to``: new values by dotted key, or a function of the settings; ``computed``: ALL, NONE, NEW,
    or the beginning of the keys that are computed anew.
    """

    name: str
    to: Mapping[str, Any] | Callable[[dict], None]
    computed: str

    def __call__(self, settings: dict) -> dict:
        changed = copy.deepcopy(settings)
        if callable(self.to):
            self.to(changed)
            return changed
        for key, value in self.to.items():
            *path, last = key.split(".")
            place = changed
            for name in path:
                place = place[name]
            assert last in place and place[last] != value, f"{key} is not changed by {value}"
            place[last] = value
        return changed


@dataclasses.dataclass(frozen=True)
class Kind:
    """``module``: one that results depend on; ``latest``: as of `Checkpoint`."""

    settings: Callable[[], dict]
    tasks: Callable[[dict], list[Task]]
    module: str
    changes: list[Change]
    latest: bool = False

    def cheap(self, settings: dict, computed: list[str], delay: float = 0.0) -> list[Task]:
        """The tasks, which note that they were computed."""

        def replaced(task: Task) -> Task:
            def compute() -> dict[str, Any]:
                time.sleep(delay)
                computed.append(task.key)
                generator = np.random.default_rng(list(f"{task.key} {task.fingerprint}".encode()))
                return {"x": generator.standard_normal(40), "seconds": generator.random()}

            return dataclasses.replace(task, compute=compute)

        return [replaced(task) for task in self.tasks(settings)]


def same(**values: Any) -> list[Change]:
    """Changes of single settings, dots as double underscores, that concern every task."""
    return [Change(k, {k.replace("__", "."): v}, ALL) for k, v in values.items()]


def unconcerned(**values: Any) -> list[Change]:
    """Changes of single settings that concern no task."""
    return [Change(k, {k.replace("__", "."): v}, NONE) for k, v in values.items()]


# Points of two molecules: two sets of them, each at its level.
def _points_settings() -> dict:
    from vibrates.abinitio import settings

    described = settings.load(ROOT / "config" / "abinitio" / "n2h2.yaml")
    found = described.settings.to_mapping()
    found["molecules"] = {name: one.to_mapping() for name, one in described.molecules.items()}
    found["geometries"]["groups"] = {"skew_wall": found["geometries"]["groups"]["skew_wall"]}
    found["larger_basis"]["groups"].pop("stretched_a")
    return found


def _described(settings: dict):
    from vibrates.abinitio.models import PairPoints
    from vibrates.abinitio.settings import PairDescription
    from vibrates.molecules.settings import Molecule

    molecules = settings["molecules"]
    return PairDescription(
        PairPoints.from_mapping(settings | {"molecules": "molecules.yaml"}, "test"),
        {name: Molecule.from_mapping(one, "test") for name, one in molecules.items()},
    )


def _points(settings: dict) -> list[Task]:
    from vibrates.abinitio import blocks
    from vibrates.abinitio import settings as descriptions

    described = _described(settings)
    sets = {"points": described.points, "larger": described.larger_basis}
    return [
        dataclasses.replace(task, key=f"{name}: {task.key}")
        for name, one in sets.items()
        for task in blocks.STAGE.tasks(
            descriptions.geometry_table(one), descriptions.level(one), lambda row, level: None
        )
    ]


POINTS = Kind(
    _points_settings, _points, "vibrates.abinitio.energies",
    [
        Change("basis", {"basis": "aug-cc-pvqz"}, "points:"),
        Change("larger basis", {"larger_basis.basis": "aug-cc-pvqz"}, "larger:"),
        Change("geometries", {"geometries.groups.skew_wall.offsets_angstrom": [-0.3, 0.5]}, NEW),
        *same(midbond={"s": [0.9]}, elements=[["N", "N"], ["H", "F"]],
              molecules__N2__masses_u=[14.0, 15.0]),
        *unconcerned(name="other", results="elsewhere", python="python3", geometries__block_size=3,
                     larger_basis__points="other.csv", fit__folds=3, properties={}),
    ],
)  # fmt: skip


# Further sets of points of two molecules, each by a method of its own.
def _further_settings() -> dict:
    found = _points_settings()
    group = {"configurations": ["H"], "orientations_deg": {}, "bonds_angstrom": [[1.3, 0.74]],
             "offsets_angstrom": [0.0, 0.4, 0.8]}  # fmt: skip
    one = {"basis": "aug-cc-pvdz", "points": "x.csv", "block_size": 2, "seconds": 10,
           "groups": {"bonds": group}}  # fmt: skip
    methods = {"single": "ccsd(t)", "second": "mp2", "multi": "nevpt2"}
    found["further"] = {name: one | {"method": method} for name, method in methods.items()}
    return copy.deepcopy(found)


def _further(settings: dict) -> list[Task]:
    from vibrates.abinitio import settings as descriptions

    return [
        dataclasses.replace(task, key=f"{name}: {task.key}")
        for name, one in _described(settings).further.items()
        for task in descriptions.stage(one).tasks(
            descriptions.geometry_table(one), descriptions.level(one), lambda row, level: None
        )
    ]


FURTHER = Kind(
    _further_settings, _further, "vibrates.abinitio.energies",
    [
        Change("basis", {"further.multi.basis": "aug-cc-pvtz"}, "multi:"),
        Change("method", {"further.single.method": "nevpt2"}, "single:"),
        Change("bonds", {"further.single.groups.bonds.bonds_angstrom": [[1.3, 0.74], [1.6, 0.74]]},
               NEW),
        *same(midbond={"s": [0.9]}, molecules__N2__masses_u=[14.0, 15.0]),
        *unconcerned(basis="aug-cc-pvqz", further__multi__block_size=3, further__multi__seconds=20,
                     further__multi__points="other.csv", larger_basis__basis="aug-cc-pvqz"),
    ],
)  # fmt: skip


# Points of an atom and a diatom.
def _atom_settings() -> dict:
    from vibrates.longrange import description

    found = description.load(ROOT / "config" / "longrange" / "h3.yaml").to_mapping()
    found["source"]["geometries"] |= {"count": 8, "block_size": 5}
    return found


def _atom(settings: dict) -> list[Task]:
    from vibrates.abinitio.atom_diatom import STAGE
    from vibrates.longrange import sources
    from vibrates.longrange.geometries import geometries
    from vibrates.longrange.models import LongRangeTraining

    source = LongRangeTraining.from_mapping(settings, "test").source
    table = geometries(source.geometries)
    return STAGE.tasks(table, sources.level(source), lambda row, level: None)


ATOM = Kind(
    _atom_settings, _atom, "vibrates.abinitio.open_shell",
    [
        *same(source__element="Li", source__core_orbitals=1, source__basis="aug-cc-pvqz",
              source__leave_out={"d": [0.2]}, source__diffuse="", source__tolerance_hartree=1e-9),
        Change("seed", {"source.geometries.seed": 2}, NEW),
        Change("count", {"source.geometries.count": 16}, NEW),
        *unconcerned(source__start="other.csv", source__python="python3",
                     source__dispersion={"r_bohr": [2], "bases": [{}]}, training__hidden=[7],
                     ensemble=2, source__geometries__block_size=4),
    ],
)  # fmt: skip


# Properties of molecules.
def _monomer(settings: dict) -> list[Task]:
    from vibrates.abinitio import properties
    from vibrates.abinitio import settings as descriptions

    return properties.tasks(descriptions.monomer(_described(settings), "N2"))


MONOMER = Kind(
    _points_settings, _monomer, "vibrates.abinitio.molecule",
    [
        *same(properties__N2__basis="aug-cc-pvqz", elements=[["P", "P"], ["H", "H"]],
              molecules__N2__masses_u=[14.0, 15.0]),
        Change("bond lengths", {"properties.N2.methods.ccsd(t)": [0.85, 0.9]}, NEW),
        Change("method", lambda s: s["properties"]["N2"]["methods"].pop("casscf"), NONE),
        *unconcerned(basis="aug-cc-pvqz", properties__H2__basis="cc-pvdz", name="other",
                     midbond={}),
    ],
)  # fmt: skip


def _polar_settings() -> dict:
    from vibrates.longrange import description

    return description.load(ROOT / "config" / "longrange" / "krb2.yaml").to_mapping()


def _polar(settings: dict) -> list[Task]:
    from vibrates.abinitio import polar
    from vibrates.longrange import sources
    from vibrates.longrange.models import LongRangeTraining

    source = LongRangeTraining.from_mapping(settings, "test").source
    return polar.tasks(sources.molecule(source.molecule))


POLAR = Kind(
    _polar_settings, _polar, "vibrates.abinitio.weak_fields",
    [
        *same(source__molecule__basis="def2-qzvppd", source__molecule__ecp={},
              source__molecule__frozen_orbitals=4, source__molecule__symbols=["K", "Cs"],
              source__molecule__masses_u=[39.0, 85.0]),
        Change("bond lengths", {"source.molecule.r_bohr": [5.67, 6.0, 6.1]}, NEW),
        *unconcerned(source__molecule__python="python3", source__excitation_hartree=0.1,
                     source__count=7, name="other"),
    ],
)  # fmt: skip


# Pieces of a quantum calculation.
@cache
def _elsewhere() -> Path:
    """A directory with copies of a surface, one of them changed, and of a curve."""
    directory = Path(tempfile.mkdtemp())
    text = (ROOT / "config" / "surfaces" / "heh2.yaml").read_text(encoding="utf-8")
    text = text.replace("../molecules.yaml", str(ROOT / "config" / "molecules.yaml"))
    (directory / "same.yaml").write_text(text)
    (directory / "other.yaml").write_text(text.replace("damping: ", "damping: 1"))
    shutil.copy(ROOT / "data" / "quantum_h2_curve.csv", directory / "same.csv")
    lines = text_of_curve().splitlines(keepends=True)
    (directory / "other.csv").write_text("".join(["# {}\n", *lines[1:-1]]))
    return directory


def text_of_curve() -> str:
    return (ROOT / "data" / "quantum_h2_curve.csv").read_text(encoding="utf-8")


def _scattering_settings() -> dict:
    from vibrates.scattering import settings

    found = settings.load(ROOT / "config" / "quantum" / "small.yaml").to_mapping()
    found |= {"levels": {"v_max": 1, "j_max": 2}, "basis": {"j_max": [5, 4], "closed_cm": 3000}}
    found["surface"] = str(ROOT / found["surface"])
    found["molecule"]["curve"] = str(ROOT / found["molecule"]["curve"])
    return found


def _scattering(settings: dict) -> list[Task]:
    from vibrates.scattering.models import Scattering
    from vibrates.scattering.work import Work

    return Work(Scattering.from_mapping(settings, "test"), 0, 0).tasks()


SCATTERING = Kind(
    _scattering_settings, _scattering, "vibrates.scattering.propagator",
    [
        *same(method="close_coupling", levels__v_max=0, levels__j_max=3, basis__j_max=[5, 5],
              basis__closed_cm=2000, legendre_terms=5, sectors_bohr=[[2.0, 0.2], [30.0, 0.2]],
              atom__mass_u=3.0, molecule__masses_u=[1.0, 2.0], molecule__vibrations=11,
              energies__near_cm=[5], energies__spacing_cm=500, energies__highest_cm=2000,
              waves__reach_bohr=5.0, waves__extra=5, waves__every=4, jobs__energies=10,
              jobs__chunks=2),
        Change("like nuclei", lambda s: s["molecule"].update(masses_u=[1, 1], nuclear_spin=0), ALL),
        Change("surface", lambda s: s.update(surface=str(_elsewhere() / "other.yaml")), ALL),
        Change("curve", lambda s: s["molecule"].update(curve=str(_elsewhere() / "other.csv")), ALL),
        Change("place of files", lambda s: (
            s.update(surface=str(_elsewhere() / "same.yaml")),
            s["molecule"].update(curve=str(_elsewhere() / "same.csv")),
        ), NONE),
        *unconcerned(name="other", results="elsewhere", temperatures_K=[50, 60], jobs__ranks=2,
                     molecule__name="other", atom__name="other"),
    ],
)  # fmt: skip


# Learning: kernel candidates, and trainings of the comparison of models.
def _rates(factor: float):
    from vibrates.learning.data import rate_data

    v, j, jp = np.array([(0, j, jp) for j in range(1, 6) for jp in range(j)]).T
    temperatures = np.array([100.0, 200.0, 300.0, 500.0])
    k = 1e-11 * np.exp(-0.4 * (j - jp))[:, None] * (temperatures / 300.0) ** 0.3
    k[0, 0] *= factor
    return rate_data({"v": v, "j": j, "vp": v, "jp": jp}, temperatures, k, "made up")


def _candidates(settings: dict) -> list[Task]:
    from vibrates.learning.search.candidate import Trainer

    trainer = Trainer(_rates(settings["factor"]), "nowhere", settings["optimiser"],
                      settings["iterations"])  # fmt: skip
    return [
        trainer.task(kernel, trained, settings["sizes"], settings["whole"])
        for kernel in settings["kernels"]
        for trained in settings["trained"]
    ]


CANDIDATES = Kind(
    lambda: {"factor": 1.0, "optimiser": "lbfgs", "iterations": 8, "sizes": [5, 8], "whole": False,
             "kernels": ["RBF", "LIN"], "trained": [[1, 3], [2, 4]], "growth": 2},
    _candidates, "vibrates.learning.likelihood",
    [
        *same(factor=1.01, optimiser="rmsprop", iterations=9, sizes=[5], whole=True),
        Change("kernels", {"kernels": ["RBF", "LIN", "M52"]}, NEW),
        Change("training sets", {"trained": [[1, 3], [1, 5]]}, NEW),
        *unconcerned(growth=3),
    ],
)  # fmt: skip


def _scenarios(settings: dict) -> list[Task]:
    from vibrates.learning.data import rate_data
    from vibrates.learning.scenario_run import tasks
    from vibrates.learning.scenarios import splits

    v = np.arange(1, 7)
    temperatures = np.array([100.0, 200.0, 300.0, 500.0])
    k = 1e-14 * v[:, None] * (temperatures / 300.0) * settings["factor"]
    data = rate_data({"v": v, "vp": v - 1}, temperatures, k, "made up")
    found = splits(settings["scenario"], data, settings["seeds"], settings["every"])
    return tasks(data, settings["model"], [(split, 0) for split in found])


SCENARIOS = Kind(
    lambda: {"factor": 1.0, "scenario": "random", "model": "GP", "seeds": 1, "every": 1},
    _scenarios, "vibrates.learning.published_gp",
    [
        *same(factor=2.0, model="ladder", scenario="level"),
        Change("seeds", {"seeds": 2}, NEW),
        *unconcerned(every=2),
    ],
)  # fmt: skip


# Trainings of long-range networks.
def _training(settings: dict) -> list[Task]:
    from vibrates.core.units import CM_TO_HARTREE
    from vibrates.longrange import Coordinate, Problem, Training
    from vibrates.longrange.training import Residuals, starts

    draw = np.random.default_rng(0)
    distance, x = draw.uniform(10.0, 20.0, 200), draw.uniform(1.0, 4.0, (200, 1))
    problem = Problem(
        distance, x, -settings["factor"] * (5.0 + x[:, 0] ** 2) / distance**6,
        tuple(settings["powers"]), (Coordinate("r", 1.0, settings["upper"]),),
    )  # fmt: skip
    floor = settings["floor_cm"] * CM_TO_HARTREE
    chosen = Training(**settings["training"], relative_floor=floor)
    generator = np.random.default_rng(chosen.seed)
    return starts(Residuals.build(problem, chosen, generator), chosen, generator)


TRAINING = Kind(
    lambda: {"factor": 1.0, "powers": [6, 8], "upper": 4.0, "floor_cm": 0.05,
             "training": {"hidden": (4,), "iterations": 10, "patience": 5, "restarts": 3,
                          "test_share": 0.2, "seed": 1, "single": False}},
    _training, "vibrates.longrange.levenberg_marquardt",
    [
        *same(factor=1.01, powers=[6, 8, 10], upper=5.0, floor_cm=0.1, training__hidden=(5,),
              training__iterations=11, training__patience=6, training__test_share=0.1,
              training__seed=2, training__single=True),
        Change("restarts", {"training.restarts": 4}, NEW),
    ],
    latest=True,
)  # fmt: skip


# Pieces of batches of trajectories: two batches, one for each state.
def _trajectories_settings() -> dict:
    from vibrates.config import load

    found = load(ROOT / "config" / "tiny.yaml").to_mapping()
    found["grid"] |= {"states": [[1, 0], [2, 0]], "energies_cm": [2000, 6000, 18000]}
    found["sampling"]["pilot"] = 8
    return found


def _trajectories(settings: dict) -> list[Task]:
    from vibrates.config import Campaign
    from vibrates.trajectories import plan
    from vibrates.trajectories.work import BatchWork

    config = Campaign.from_mapping(settings, "tiny.yaml")
    rows = plan.into_batches(plan.pilot(config), config.jobs.trajectories_per_batch)
    return [
        dataclasses.replace(task, key=f"batch {number}: {task.key}")
        for number, own in rows.groupby("batch")
        for task in BatchWork(config, own).tasks()
    ]


TRAJECTORIES = Kind(
    _trajectories_settings, _trajectories, "vibrates.trajectories.propagation",
    [
        *same(seed=2, pair=["H2", "N2"], molecules__N2__omega_e_cm=2360.0,
              molecules__H2__masses_u=[1.0, 1.0], surface__stretch_length_angstrom=[0.5, 0.5],
              grid__energies_cm=[2000, 6000, 20000], grid__start_distance_angstrom=13,
              grid__impact_parameter_edges_angstrom=[0, 2, 4], basis__N2__above=3,
              basis__H2__minimum=4, dynamics__time_step_fs=1.0, dynamics__accuracy=0.01,
              dynamics__interaction_range_angstrom=11, dynamics__switching_from=0.8,
              dynamics__relative_energy_error_limit=0.01, sampling__replicates=2,
              sampling__importance_fraction=0.0, sampling__pilot=16,
              sampling__target_transitions=[[-1, 0], [-2, 0]], jobs__trajectories_per_batch=24),
        # Only the state whose lowest level this moves.
        Change("levels below", {"basis.N2.below": 1}, "batch 1:"),
        Change("states", {"grid.states": [[1, 0], [2, 0], [3, 0]]}, NEW),
        *unconcerned(name="other", results="elsewhere", molecules__CO__omega_e_cm=2170.0,
                     sampling__budget=2000, sampling__rounds=2,
                     sampling__target_relative_error=0.2,
                     sampling__target_temperatures_K=[1000], jobs__ranks=1, jobs__minutes=9,
                     jobs__memory_mb=2000, rates__temperatures_K=[500, 1000], rates__bootstrap=60,
                     rates__symmetrisation="total", learning__initial_w=[0, 1],
                     figures__opacity_energies_cm=[6000]),
    ],
)  # fmt: skip


# As these with H2's rotation quantised: a batch for each initial j of the one state.
def _rotor_settings() -> dict:
    found = _trajectories_settings()
    found["grid"]["states"] = [[1, 0]]
    found["basis"]["H2"] = {"below": 0, "above": 0, "minimum": 1}
    found["molecules"]["H2"]["spin_weights"] = [1, 3]
    found["rotors"]["H2"] = {
        "treatment": "quantum", "mixture": "normal", "population_limit": 0.02,
        "initial_j": [0, 1], "largest_j": 7, "orders": [16, 6, 4], "degree": 15, "heavy": True,
    }  # fmt: skip
    return found


ROTOR = Kind(
    _rotor_settings, _trajectories, "vibrates.trajectories.quantum_rotor.sampling",
    [
        *same(rotors__H2__largest_j=8, rotors__H2__orders=[16, 4, 4], rotors__H2__degree=17,
              grid__energies_cm=[2000, 6000, 20000], basis__N2__above=3, dynamics__accuracy=0.01),
        Change("initial_j", {"rotors.H2.initial_j": [0, 1, 2]}, NEW),
        *unconcerned(rotors__H2__mixture="para", rotors__H2__population_limit=0.1,
                     rotors__H2__heavy=False, molecules__H2__spin_weights=[1, 2],
                     rates__temperatures_K=[500, 1000], name="other"),
    ],
)  # fmt: skip


# Surfaces of one state drawn from the covariance of the fit.
def _surface_draws_settings() -> dict:
    from vibrates.potential import drawn

    file = "data/n2h2_surface_sum.nc"
    found = _trajectories_settings()
    found["rates"]["surface_draws"] = {
        "covariance": {"file": file, "digest": drawn.read(ROOT / file).digest()},
        "count": 2, "seed": 1, "trajectories": 8, "every": 1, "states": [[1, 0]],
    }  # fmt: skip
    return found


def _surface_draws(settings: dict) -> list[Task]:
    from vibrates.config import Campaign
    from vibrates.rates import surface_draws

    return surface_draws.tasks(Campaign.from_mapping(settings, "tiny.yaml"), (1, 0))


SURFACE_DRAWS = Kind(
    _surface_draws_settings, _surface_draws, "vibrates.rates.coefficients",
    [
        *same(seed=2, molecules__N2__omega_e_cm=2360.0, grid__energies_cm=[2000, 6000, 20000],
              dynamics__accuracy=0.01, sampling__replicates=2,
              rates__surface_draws__trajectories=16, rates__surface_draws__every=2,
              rates__temperatures_K=[500, 1000], rates__symmetrisation="total",
              rates__transitions__max_dv=2, sampling__target_temperatures_K=[1000]),
        # The surface of the campaign stays.
        Change("other draws", {"rates.surface_draws.seed": 2}, "draw"),
        Change("more draws", {"rates.surface_draws.count": 3}, NEW),
        *unconcerned(name="other", results="elsewhere", sampling__pilot=16, sampling__rounds=2,
                     sampling__budget=2000, rates__bootstrap=60,
                     rates__surface_draws__states=[[1, 0], [2, 0]],
                     grid__states=[[1, 0], [3, 0]], figures__opacity_energies_cm=[6000]),
    ],
)  # fmt: skip

KINDS = {
    "trajectories": TRAJECTORIES,
    "quantised rotor": ROTOR,
    "drawn surfaces": SURFACE_DRAWS,
    "points": POINTS,
    "further points": FURTHER,
    "atom and diatom": ATOM,
    "molecular properties": MONOMER,
    "polar molecule": POLAR,
    "scattering": SCATTERING,
    "candidates": CANDIDATES,
    "scenarios": SCENARIOS,
    "training": TRAINING,
}


if __name__ == "__main__":
    kind = KINDS[sys.argv[1]]
    run(kind.cheap(kind.settings(), [], delay=0.2), Checkpoint(sys.argv[2], kind.latest))
