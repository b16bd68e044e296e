"""The description of a calculation, `config/quantum/*.yaml`, and the collision it specifies."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vibrates.config.surface_block import read_surface
from vibrates.core import tables
from vibrates.core.errors import UserError
from vibrates.core.units import AMU_TO_ME, ANGSTROM_TO_BOHR, CM_TO_HARTREE
from vibrates.core.yaml_files import read_layers
from vibrates.molecules.diatom import reduced_mass
from vibrates.potential.function_source import check_symmetry
from vibrates.potential.function_surface import user_function
from vibrates.potential.settings import FunctionSettings
from vibrates.potential.sites import SiteSurface
from vibrates.scattering import nuclear_spin
from vibrates.scattering.atom_problem import ScatteringProblem
from vibrates.scattering.curve import Curve
from vibrates.scattering.models import CoupledLevels, Scattering, ScatteringDiatom
from vibrates.scattering.pair_models import PairScattering
from vibrates.scattering.rotor import Rotor


def load(path: str | Path) -> Scattering | PairScattering:
    """Read a description: of a diatom and an atom, or of two diatoms if it has the key ``pair``.

    Raises UserError, one line, if it is missing or breaks a rule.
    """
    mapping = read_layers(path)
    model = PairScattering if "pair" in mapping else Scattering
    return model.from_mapping(mapping, str(path))


def like_nuclei(molecule: ScatteringDiatom) -> bool:
    """Whether the diatom is homonuclear; its model sees to it that it then has a nuclear spin."""
    return molecule.nuclear_spin is not None


def spin_weights(molecule: ScatteringDiatom) -> tuple[float, float]:
    """Statistical weights of even and odd j."""
    if molecule.nuclear_spin is None:
        return nuclear_spin.UNLIKE
    return nuclear_spin.weights(molecule.nuclear_spin)


def reduced_masses(settings: Scattering) -> tuple[float, float]:
    """Of the diatom, and of diatom and atom; electron masses."""
    m_1, m_2 = settings.molecule.masses_u
    atom = settings.atom.mass_u
    return reduced_mass(m_1, m_2) * AMU_TO_ME, reduced_mass(m_1 + m_2, atom) * AMU_TO_ME


def read_curve(path: str | Path) -> Curve:
    """A potential curve; raises UserError if the file is missing or no such table."""
    table, _ = tables.read(path, ["r_bohr", "E_hartree"], "a potential curve")
    return Curve(table["r_bohr"].to_numpy(), table["E_hartree"].to_numpy())


def sector_edges(pairs: Sequence[tuple[float, float]]) -> NDArray:
    """Bounds (m + 1,) of the sectors, bohr, at least as fine as asked for.

    ``pairs``: as `Scattering.sectors_bohr`.
    """
    edges = [
        np.linspace(low, high, max(1, round((high - low) / width)) + 1)[:-1]
        for (low, width), (high, _) in zip(pairs[:-1], pairs[1:], strict=True)
    ]
    return np.append(np.concatenate(edges), pairs[-1][0])


def rotor(settings: Scattering) -> Rotor:
    """All levels up to the highest v and j of the basis. Raises UserError as `read_curve`."""
    molecule, tops = settings.molecule, settings.basis.j_max
    mass, _ = reduced_masses(settings)
    basis = read_curve(molecule.curve).basis(mass, molecule.vibrations)
    return Rotor.from_basis(basis, mass, len(tops), max(tops))


def read_sites(path: str | Path) -> dict[str, Any]:
    """``surface.sites`` of a configuration, as `SiteSurface.from_mapping` takes it.

    Raises UserError if the file is missing or its surface is of another kind.
    """
    surface = read_layers(path)["surface"]
    if surface.get("type") != "sites":
        raise UserError(
            f"{path}: surface.type: '{surface.get('type')}' is "
            "not 'sites' or 'function'; name a surface of a diatom and an atom"
        )
    return surface["sites"]


def read_function(path: str | Path) -> FunctionSettings | None:
    """The ``surface`` block of a configuration if its type is `function`; None for another one.

    Raises UserError if the file is missing or the block is invalid.
    """
    surface = read_layers(path)["surface"]
    if surface.get("type") != "function":
        return None
    found = read_surface(surface, str(path))
    assert isinstance(found, FunctionSettings)  # the model of its type
    return found


def physics(settings: Scattering) -> dict[str, Any]:
    """All that S matrices depend on but energies and partial waves, for a fingerprint.

    Files count by their content. Raises UserError if one is missing.
    """
    stated = settings.to_mapping()
    molecule = stated["molecule"]
    curve = read_curve(settings.molecule.curve)
    own = {name: stated[name] for name in ("method", "legendre_terms", "sectors_bohr", "basis")}
    function = read_function(settings.surface)
    interaction = (
        {"sites": read_sites(settings.surface)} if function is None else {"function": function}
    )
    return own | interaction | {
        "masses_u": [molecule["masses_u"], stated["atom"]["mass_u"]],
        "curve": [curve.r, curve.energies], "vibrations": molecule["vibrations"],
        "nuclear_spin": molecule.get("nuclear_spin"),
    }  # fmt: skip


def collision(settings: Scattering) -> ScatteringProblem:
    """The problem to solve; raises UserError if a file is missing or of another kind."""
    return ScatteringProblem(
        rotor(settings), reduced_masses(settings)[1], _potential(settings),
        settings.legendre_terms, sector_edges(settings.sectors_bohr),
        like_nuclei(settings.molecule),
    )  # fmt: skip


def _potential(settings: Scattering) -> Callable[[NDArray, NDArray, NDArray], NDArray]:
    """V(R, r, cos theta) of the surface."""
    chosen = read_function(settings.surface)
    if chosen is None:
        sites = SiteSurface.from_mapping(read_sites(settings.surface), settings.molecule.masses_u)
        return lambda distance, r, cosine: sites.potential(distance, cosine, r_a=r)
    function = user_function(chosen, atom=True)
    if like_nuclei(settings.molecule):
        distance = np.linspace(5.0, 12.0, 24)
        bond = np.full(24, np.mean(chosen.bonds_angstrom[0]) * ANGSTROM_TO_BOHR)
        check_symmetry(function, (True, False), distance, np.array([bond, bond]))
    return lambda distance, r, cosine: function(distance, cosine, 0.0, 0.0, r, 1.0)


def in_basis(basis: CoupledLevels, levels: NDArray, energy: float) -> NDArray:
    """Which of ``levels`` (n_v, n_j) take part at a total energy, hartree: a mask of that shape."""
    tops = np.array(basis.j_max)
    margin = basis.closed_cm * CM_TO_HARTREE
    return (np.arange(levels.shape[1]) <= tops[:, None]) & (levels <= energy + margin)
