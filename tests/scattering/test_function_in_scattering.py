"""The quantum engines take a function of the user: the same V gives the same S matrices."""

from pathlib import Path

import numpy as np
import pytest
import yaml

from vibrates.core.errors import UserError
from vibrates.scattering import settings
from vibrates.scattering.pair_calculation import PairCalculation
from vibrates.scattering.pair_models import PairScattering
from vibrates.scattering.partial_waves import opacity

ROOT = Path(__file__).parents[2]
BLOCK = {
    "type": "function",
    "units": {"length": "bohr", "angle": "radian", "energy": "hartree"},
    "highest_energy_cm": 20000,
    "order": 4,
    "error_limit": 0.1,
}


@pytest.fixture(autouse=True)
def in_the_repository(monkeypatch):
    """Descriptions name their files relative to it."""
    monkeypatch.chdir(ROOT)


def test_two_diatoms(tmp_path):
    """N2 + H2 on the surface of the description, and on the same passed as a function."""
    small = ROOT / "config" / "quantum" / "n2h2_small.yaml"
    tiny = {
        "modifications": {"N2": ["even"], "H2": ["even"]},
        "basis": {"j_max": [4, 3], "points": [5, 5]},
        "expansion_orders": [2, 2, 2],
        "sectors_bohr": [[4.6, 0.2], [9.0, 0.2]],
        "levels": {"j_max": [2, 0]},
        "energies": {"collision_cm": [100, 200, 350]},
        "waves": {"reach_bohr": 2.0, "extra": 1, "step": 1, "every": 100},
        "jobs": {"energies": 10, "chunks": 1},
    }
    described = settings.load(small).changed(tiny)
    (tmp_path / "v.py").write_text(
        "from vibrates.potential.orientation import cosines\n"
        "from vibrates.scattering import settings\n"
        "from vibrates.scattering.pair_calculation import PairCalculation\n\n"
        f"_surface = PairCalculation(settings.load({str(small)!r})).potential\n\n"
        "def potential(R, theta_a, theta_b, phi, r_a, r_b):\n"
        "    return _surface(R, *cosines(theta_a, theta_b, phi), r_a, r_b)\n"
    )
    block = BLOCK | {
        "source": f"{tmp_path / 'v.py'}:potential", "bonds_angstrom": [[0.9, 1.4], [0.5, 1.3]],
    }  # fmt: skip
    of_function = PairScattering.from_mapping(described.to_mapping() | {"surface": block}, "c")
    ours, exact = (
        opacity(one.problem(one.blocks()[0]), np.array([0, 3]), one.blocks()[0].energies,
                "coupled_states")
        for one in map(PairCalculation, (of_function, described))
    )  # fmt: skip
    assert exact.max() > 0.01
    assert ours == pytest.approx(exact, rel=1e-6, abs=1e-12)


def test_a_diatom_and_an_atom(tmp_path):
    """H2 + He on the fit of sites of the description, and on the same passed as a function."""
    small = settings.load(ROOT / "config" / "quantum" / "small.yaml")
    (tmp_path / "v.py").write_text(
        "import numpy as np\n"
        "from vibrates.scattering import settings\n\n"
        f"_small = settings.load({str(ROOT / 'config' / 'quantum' / 'small.yaml')!r})\n"
        "_potential = settings.collision(_small).potential\n\n"
        "def potential(R, theta, r):\n"
        "    return _potential(R, r, np.cos(theta))\n\n"
        "def unlike(R, theta, r):\n"
        "    return potential(R, theta, r) * (1 + 0.01 * np.cos(theta))\n"
    )

    def described(name):
        block = BLOCK | {
            "source": f"{tmp_path / 'v.py'}:{name}", "bonds_angstrom": [[0.5, 1.4]],
        }  # fmt: skip
        (tmp_path / "surface.yaml").write_text(yaml.safe_dump({"surface": block}))
        return small.changed({"surface": str(tmp_path / "surface.yaml")})

    ours = described("potential")
    distance, r = np.full((1, 1), 5.0), np.linspace(1.0, 2.0, 5)[:, None]
    cosine = np.linspace(-1.0, 1.0, 7)
    one, other = (settings.collision(x).potential(distance, r, cosine) for x in (ours, small))
    assert one == pytest.approx(other, rel=1e-10)
    assert "function" in settings.physics(ours)
    assert "sites" not in settings.physics(ours)
    assert "sites" in settings.physics(small)
    # H2 has like ends, the function has not.
    like = {"molecule": {"masses_u": [1.00782503, 1.00782503], "nuclear_spin": 0.5}}
    with pytest.raises(UserError, match="ends of molecule a exchanged"):
        settings.collision(described("unlike").changed(like))
