"""`vibrates new`: what it writes is in order and can be computed; what it refuses, in one line."""

import os
import re
import shlex
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
import yaml

from vibrates import cli, config
from vibrates.abinitio import settings, surface_points
from vibrates.campaign import kinds, new_pair
from vibrates.collisions.pair import energy_defect
from vibrates.core.errors import UserError
from vibrates.core.yaml_files import read_yaml
from vibrates.molecules import table

# Pairs with unlike and like ends, one molecule, and the heavier one second.
PAIRS = [("CO", "H2"), ("N2", "N2"), ("HF", "HCl"), ("HD", "SiO"), ("Cl2", "F2")]


FILES = ("molecules.yaml", "campaign.yaml", "abinitio.yaml", "README.md")


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture(scope="module", params=PAIRS, ids="-".join)
def written(request, tmp_path_factory):
    """Names of a pair, its directory, and what was said of it."""
    directory = tmp_path_factory.mktemp("new") / "pair"
    return request.param, directory, new_pair.write(request.param, directory, False)


def test_every_file_is_in_order(written):
    _, directory, lines = written
    for name, kind in zip(FILES, ("constants", "campaign", "potential"), strict=False):
        assert str(directory / name) in lines
        assert kinds.check(directory / name)[0] is kinds.KINDS[kind]
    assert all("$" not in (directory / name).read_text() for name in FILES)
    assert sorted(os.listdir(directory)) == sorted(FILES)
    assert os.listdir(directory.parent) == ["pair"]


def test_the_campaign_has_both_quanta_and_their_exchange_downhill(written):
    names, directory, _ = written
    campaign = config.load(directory / "campaign.yaml")
    assert campaign.pair == names
    targets = campaign.sampling.target_transitions
    (exchange,) = [one for one in targets if 0 not in one]
    assert (-1, 0) in targets and sum(exchange) == 0
    assert (0, -1) in targets or names[0] == names[1]
    states = campaign.grid.states
    able = [s for s in states if min(np.add(s, exchange)) >= 0]
    released = [energy_defect(campaign.partners, s, tuple(np.add(s, exchange))) for s in able]
    assert max(released) > 0.0


def test_points_reach_as_far_as_the_vibrational_grids(written):
    """Neither bond is extrapolated; nor are points wasted beyond (a tenth of r_e)."""
    _, directory, _ = written
    campaign = config.load(directory / "campaign.yaml")
    listed = settings.geometry_table(settings.load(directory / "abinitio.yaml").points)
    block = surface_points.block(campaign, "points.csv")
    for column, (low, high) in zip(("r_a_angstrom", "r_b_angstrom"), block["bonds_angstrom"],
                                   strict=True):  # fmt: skip
        assert low - 0.1 < listed[column].min() < low < high < listed[column].max() < high + 0.1
        skew = listed.loc[listed["group"] == "skew", column]
        assert skew.min() < low + 0.15 * (high - low) and skew.max() > high - 0.15 * (high - low)


def test_a_table_of_points_has_what_a_surface_of_points_reads():
    listed = settings.geometry_table(_load_new("CO", "H2").points).assign(E_CCSDT_meV=1.5)
    kept, unseen = (surface_points.table(listed, held_out=one) for one in (False, True))
    assert list(kept) == ["R", "theta_a", "theta_b", "phi", "r_a", "r_b", "V"]
    assert len(kept) + len(unseen) == len(listed) and len(unseen) == 40
    np.testing.assert_array_equal(kept["R"].iloc[:3], listed["R_angstrom"].iloc[:3])
    assert (kept["V"] == 1.5).all()


def _load_new(*names):
    new_pair.write(names, None, False)
    return settings.load(f"{'-'.join(names).lower()}/abinitio.yaml")


def test_the_core_hours_are_those_of_the_points(written):
    _, directory, lines = written
    described = settings.load(directory / "abinitio.yaml")
    (said,) = [line for line in lines if "core hours" in line]
    count = len(settings.geometry_table(described.points))
    hours = count * described.settings.seconds / 3600.0
    assert said.startswith(f"{count} points, about {hours:.2g} core hours")
    assert f"{count} points, {hours:.2f} core hours" in settings.forecast(described, "points")


def test_the_estimate_of_a_point_grows_as_the_triples():
    n2, h2, cl2 = (table.find(name) for name in ("N2", "H2", "Cl2"))
    assert new_pair._seconds((n2, h2)) == 15.0  # measured: 14 to 15 s
    assert new_pair._seconds((h2, h2)) < 2.0 < 150.0 < new_pair._seconds((n2, n2)) < 200.0
    assert new_pair._seconds((cl2, n2)) > new_pair._seconds((n2, n2))


def test_the_five_commands_exist_and_name_files_of_the_directory():
    new_pair.write(("CO", "H2"), None, False)
    with open("co-h2/README.md") as stream:
        (block,) = re.findall(r"```sh\n(.*?)```", stream.read(), re.DOTALL)
    commands = [shlex.split(line) for line in block.splitlines()]
    assert len(commands) == 5 and commands[0] == ["make", "abinitio"]
    described = settings.load("co-h2/abinitio.yaml").settings
    made = f"{described.results}/campaign.yaml"
    for words in commands[1:]:
        options = cli.parser().parse_args(words[1:])
        assert str(options.config) in ("co-h2/abinitio.yaml", made)
    assert described.campaign == "campaign.yaml"


def test_constants_alone_for_a_surface_of_your_own(capsys):
    assert cli.main(["new", "O2", "NO", "--constants"]) == 0
    assert os.listdir("o2-no") == ["molecules.yaml"]
    written = read_yaml("o2-no/molecules.yaml")["molecules"]
    assert list(written) == ["O2", "NO"]  # not false
    assert written["O2"]["spin_weights"] == [0, 1]
    assert isinstance(written["NO"]["y_e"], float)
    # All that a surface lacks is named at once.
    new_pair.write(("CO", "H2"), None, False)
    content = read_yaml("co-h2/campaign.yaml")
    content |= {"extends": "../o2-no/molecules.yaml", "pair": ["O2", "NO"],
                "basis": dict.fromkeys(("O2", "NO"), content["basis"]["CO"])}  # fmt: skip
    with open("co-h2/other.yaml", "w") as stream:
        yaml.safe_dump(content, stream)
    with pytest.raises(UserError) as caught:
        config.load("co-h2/other.yaml")
    said = str(caught.value)
    assert "molecules.O2, molecules.NO: keys 'polarizability_parallel'" in said
    assert said.count("as polarizability_parallel, with the sum 0") == 1 and "\n" not in said


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["XY", "H2"], r"'XY' is not in the table of diatoms \(.*CO.*\); name .*beta_e_per_angs"),
        (["CO", "h2"], "'h2' is not in the table"),
        (["O2", "N2"], "O2: its ground state 3Sigma_g- is an open shell.*--constants"),
        (["CO", "H2", "--directory", "there"], "there: exists; name another directory"),
        (["CO", "H2", "--directory", "file/x"], "file/x: cannot be made .*name another"),
        (["CO"], "the following arguments are required: b; see 'vibrates new --help'"),
    ],
)
def test_what_it_refuses_is_one_line_and_leaves_nothing(arguments, words, here, capsys):
    (here / "there").mkdir()
    (here / "file").write_text("")
    try:
        code = cli.main(["new", *arguments])
    except SystemExit as ended:
        code = ended.code
    said = capsys.readouterr()
    assert code == 2 and said.out == "" and said.err.count("\n") == 1
    assert re.search(words, said.err), said.err
    assert sorted(os.listdir()) == ["file", "there"]


def test_nothing_is_left_of_a_directory_that_is_not_in_order(monkeypatch):
    def refused(path):
        raise UserError(f"{path}: no")

    monkeypatch.setattr(kinds, "check", refused)
    with pytest.raises(UserError, match="molecules.yaml: no"):
        new_pair.write(("CO", "H2"), None, False)
    assert os.listdir() == []


def test_the_directory_of_co_and_h2_is_what_is_written_today(root):
    """Otherwise its points would be others; the file that keeps them, and the time, were added."""
    new_pair.write(("CO", "H2"), None, False)
    shipped = root / "config" / "pairs" / "coh2"
    own, new = (settings.load(f"{place}/abinitio.yaml") for place in (shipped, "co-h2"))
    pd.testing.assert_frame_equal(
        settings.geometry_table(own.points), settings.geometry_table(new.points)
    )
    assert settings.level(own.points) == settings.level(new.points)
    assert own.settings.points == "data/coh2_ccsdt.csv" and new.settings.points is None
    hours = len(settings.geometry_table(own.points)) * own.settings.seconds / 3600.0
    assert hours < 3.0
    campaigns = [config.load(f"{place}/campaign.yaml") for place in (shipped, "co-h2")]
    changes = {"name": "x", "results": "x"}
    assert campaigns[0].changed(changes) == campaigns[1].changed(changes)


def test_completion_knows_the_diatoms(capsys):
    pytest.importorskip("shtab")
    for shell in ("bash", "zsh", "tcsh"):
        assert cli.main(["completion", shell]) == 0
        script = capsys.readouterr().out
        assert " ".join(new_pair.known()) in script
    cli.main(["completion", "bash"])
    script = capsys.readouterr().out + '\ndeclare -F _vibrates_diatoms\n_vibrates_diatoms "Si"\n'
    ran = subprocess.run(["bash"], input=script, text=True, capture_output=True, check=False)
    assert ran.stdout.split()[-1] == "SiO"


# Stands for the interpreter of PySCF's environment: energies of a known surface.
INTERPRETER = """#!/bin/sh
exec {python} - "$@" <<'END'
import importlib
import sys
import numpy as np
import pandas as pd
from vibrates import config
from vibrates.abinitio import points
from vibrates.potential import points as point_tables
from vibrates.potential.registry import build_surface
points.check_program = lambda: None
module = importlib.import_module(sys.argv[2])
known = config.load("h2-d2/campaign.yaml")
surface = build_surface(known.surface, *known.partners)
def point(row, level):
    table = point_tables.with_cosines(pd.DataFrame([dict(row)]))
    return np.append(np.repeat(point_tables.energy(surface, table), 4), [0.01, 0.02])
module.point = point
sys.argv[1:3] = []
points.main(module.compute_block, "x")
END
"""


@pytest.mark.slow
def test_from_two_names_to_a_campaign_on_the_fitted_surface(root, here):
    """The commands of the README, with a program that knows V instead of PySCF, and fewer points.

    The fit meets points that it has not seen, and what it writes is a campaign.
    """
    for name in ("src", "workflow", "profiles", "Snakefile"):
        (here / name).symlink_to(root / name)
    interpreter = here / "interpreter"
    interpreter.write_text(INTERPRETER.format(python=sys.executable))
    interpreter.chmod(0o755)
    new_pair.write(("H2", "D2"), None, False)
    described = read_yaml("h2-d2/abinitio.yaml")
    groups = described["geometries"]["groups"]
    groups["skew"] |= {"count": 16}
    groups["skew_more"] |= {"count": 16}
    groups.pop("skew_tail")
    described["geometries"]["block_size"] = 1000
    described["python"] = "./interpreter"
    described["fit"]["candidates"].pop("nine_harmonics")
    described["fit"]["candidates"].pop("seventeen_harmonics")
    described["fit"]["chosen"] = "five_harmonics"
    with open("h2-d2/abinitio.yaml", "w") as stream:
        yaml.safe_dump(described, stream, sort_keys=False)
    ran = subprocess.run(
        ["vibrates", "run", "h2-d2/abinitio.yaml", "--cores", "1", "--", "campaign"],
        capture_output=True, text=True, check=False, env=os.environ | {"PYTHONPATH": f"{root}/src"},
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr[-3000:]
    count = len(settings.geometry_table(settings.load("h2-d2/abinitio.yaml").points))
    assert f"points: {count} points, " in ran.stderr
    made = config.load("results-abinitio/h2-d2/campaign.yaml")
    assert made.surface.type == "fitted" and made.pair == ("H2", "D2")
    assert (made.name, made.results) == ("h2-d2", "results-h2-d2")
    report = read_yaml("results-abinitio/h2-d2/fit.json")
    assert report["fitted"]["held out"]["all"]["wall_percent_rms"] < 6.0
