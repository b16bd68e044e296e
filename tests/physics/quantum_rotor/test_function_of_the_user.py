"""A quantised rotor on a function of the user: the fitted surface, passed as one."""

import numpy as np
import pytest

from vibrates.config.surface_block import read_surface
from vibrates.potential.registry import build_surface

BLOCK = {
    "type": "function",
    "source": "fitted_surface.py:potential",
    "units": {"length": "bohr", "angle": "radian", "energy": "hartree"},
    "bonds_angstrom": [[0.95, 1.3], [0.5, 1.3]],
    "highest_energy_cm": 20000,
    "order": 4,
    "error_limit": 0.1,
}


def test_probabilities_are_those_on_the_surface_itself(
    fitted, runner, draw, tmp_path, monkeypatch, request
):
    monkeypatch.chdir(request.config.rootpath)
    (tmp_path / "fitted_surface.py").write_text(
        "from campaigns import campaign\n"
        "from vibrates.potential.orientation import cosines\n"
        "from vibrates.potential.registry import build_surface\n\n"
        "_config = campaign()\n"
        "_surface = build_surface(_config.surface, *_config.partners)\n\n"
        "def potential(R, theta_a, theta_b, phi, r_a, r_b):\n"
        "    return _surface.potential(R, *cosines(theta_a, theta_b, phi), r_a, r_b)\n"
    )
    a, b, _ = fitted
    block = BLOCK | {"source": f"{tmp_path / 'fitted_surface.py'}:potential"}
    function = build_surface(read_surface(block, "c.yaml"), a, b)
    orders = (8, 4, 2)
    start = draw(count=8, energy_cm=8000.0)
    exact, ours = (
        runner(orders=orders, pair=pair).run(start).probability for pair in (None, (a, b, function))
    )
    assert np.abs(exact).max() > 0.01
    assert ours == pytest.approx(exact, rel=1e-6, abs=1e-12)
