"""Every exported file is read by the program that it is for, and k comes out of it.

In an environment of its own, envs/exports.txt (make test-exports); a program that is not there is
skipped, with the reason.
"""

import re
import shutil
import subprocess
from importlib.metadata import version

import numpy as np
import pytest

pytestmark = pytest.mark.exports

AVOGADRO_PER_KMOL = 6.02214076e26


def test_cantera_loads_the_mechanism(rates, tmp_path, compare):
    ct = pytest.importorskip("cantera", reason="Cantera is not installed")
    import export_readers as readers

    from vibrates.core.units import KELVIN_TO_CM
    from vibrates.library.exports import export

    path = export(rates, "cantera", tmp_path / "out.yaml").files[0]
    gas = ct.Solution(str(path))
    found = _cantera_rates(gas)
    compare(f"Cantera {ct.__version__}, cantera", found, rates, readers.said(path.read_text()))
    # The energy that a reaction releases is that of its levels.
    gas.TP = 700.0, ct.one_atm
    for reaction, released in zip(gas.reactions(), -gas.delta_enthalpy, strict=True):
        name = readers.named(reaction.equation, " => ", r"v(\d+)")
        kelvin = released / ct.gas_constant
        assert kelvin * KELVIN_TO_CM == pytest.approx(rates[name].energy_defect, abs=0.01)
        assert not reaction.reversible


def _cantera_rates(gas):
    import cantera as ct
    import export_readers as readers

    names = [readers.named(one.equation, " => ", r"v(\d+)") for one in gas.reactions()]

    def k(number):
        def at(T):
            values = []
            for one in T:
                gas.TP = one, ct.one_atm
                # m^3 kmol^-1 s^-1 to cm^3 s^-1.
                values.append(gas.forward_rate_constants[number] * 1e6 / AVOGADRO_PER_KMOL)
            return values

        return at

    return {name: k(number) for number, name in enumerate(names)}


def test_cantera_evaluates_the_relaxation_type_as_its_sources_define_it(rates, tmp_path, compare):
    """No release has the type: it is registered here as an extension, with the formula of 4.0."""
    ct = pytest.importorskip("cantera", reason="Cantera is not installed")
    import export_readers as readers

    from vibrates.library.exports import export
    from vibrates.library.exports.cantera import RELAXATION

    pytest.importorskip("relaxation_type", reason="the type cannot be registered")
    path = export(rates, "cantera-4.0", tmp_path / "out.yaml").files[0]
    text = path.read_text()
    gas = ct.Solution(str(path))
    compare(
        f"Cantera {ct.__version__}, cantera-4.0 ({text.count(f'type: {RELAXATION}')} of the new "
        "type, registered by the test)",
        _cantera_rates(gas),
        rates,
        readers.said(text),
    )


def test_expressions_of_zdplaskin_compile_and_give_k(rates, tmp_path, compare):
    compiler = shutil.which("gfortran")
    if compiler is None:
        pytest.skip("gfortran is not installed")
    import export_readers as readers

    from vibrates.library.exports import export

    text = export(rates, "zdplaskin", tmp_path / "out.inp").files[0].read_text()
    names, program = _fortran(text)
    (tmp_path / "rates.f90").write_text(program)
    subprocess.run(
        [
            compiler,
            "-Wall",
            "-Werror=line-truncation",
            "-fimplicit-none",
            "-o",
            "rates",
            "rates.f90",
        ],
        cwd=tmp_path,
        check=True,
    )

    def k(number):
        def at(T):
            given = f"{len(T)}\n" + "\n".join(f"{one:.17g}" for one in T)
            ran = subprocess.run(
                ["./rates"], cwd=tmp_path, input=given, text=True, capture_output=True, check=True
            )
            return np.array(ran.stdout.split(), dtype=float).reshape(len(T), -1)[:, number]

        return at

    compiled = subprocess.run([compiler, "-dumpfullversion"], text=True, capture_output=True)
    found = {name: k(number) for number, name in enumerate(names)}
    program_name = f"gfortran {compiled.stdout.strip()}, zdplaskin"
    compare(program_name, found, rates, readers.said(text))


def _fortran(text):
    """The routine of rates as ZDPlasKin's preprocessor makes it, in a program that prints them."""
    import export_readers as readers

    reactions = re.search(r"^REACTIONS\n(.*?)\nEND$", text, re.M | re.S)[1].splitlines()
    copied = [line[1:].strip() for line in reactions if line.startswith("$")]
    rates = [line.split(" ! ") for line in reactions if " ! " in line]
    assert len(copied) + len(rates) == len(reactions)
    names = [readers.named(equation, " => ", r"V(\d+)") for equation, _ in rates]
    assigned = [f"rrt({n:03d}) = {one}" for n, (_, one) in enumerate(rates, 1)]
    lines = [
        "program main",
        "integer :: i, n",
        "double precision :: T",
        f"double precision :: rrt({len(rates)})",
        "read *, n",
        "do i = 1, n",
        "read *, T",
        "call reac_rates(T)",
        "print '(es26.17e3)', rrt",
        "end do",
        "contains",
        "subroutine reac_rates(Tgas)",
        "double precision, intent(in) :: Tgas",
        *copied,
        *assigned,
        "end subroutine",
        "end program",
    ]
    return names, "\n".join(lines) + "\n"


def test_octave_runs_the_functions_of_loki(rates, tmp_path, compare, grid):
    octave = shutil.which("octave-cli") or shutil.which("octave")
    if octave is None:
        pytest.skip("Octave is not installed")
    import export_readers as readers

    from vibrates.library.exports import export

    written = export(rates, "loki", tmp_path / "out.chem", directions="both")
    # A table too, whether or not a rate needs it.
    text = written.files[0].read_text()
    from vibrates.library.exports import loki

    (tmp_path / "vibratesTable.m").write_text(loki.FUNCTIONS["vibratesTable"])
    rate = next(iter(rates))
    numbers = [0.0, *np.stack([rate.nodes[0], 1e-6 * rate.nodes[1]], axis=1).ravel()]
    calls = [("table", "vibratesTable", ", ".join(f"{one:.12g}" for one in numbers))]
    for line in text.splitlines():
        if line and not line.startswith("%"):
            equation, function, parameters, _ = (part.strip() for part in line.split("|"))
            calls.append((readers.named(equation, " -> ", r"v=(\d+)"), function, parameters))
    T = grid(rate)
    values = _octave(octave, tmp_path, [(one, arguments) for _, one, arguments in calls], T)
    table, *others = 1e6 * values
    assert table == pytest.approx(rate(T).k, rel=1e-9, abs=0)
    found = {
        name: lambda at, own=own: own for (name, _, _), own in zip(calls[1:], others, strict=True)
    }
    said = subprocess.run([octave, "--version"], text=True, capture_output=True).stdout
    number = re.search(r"version (\S+)", said)[1]
    compare(f"Octave {number}, loki", found, rates, readers.said(text))


def _octave(octave, directory, calls, temperatures):
    """Each function at each temperature, called as LoKI calls it."""
    lines = [f"T = [{', '.join(f'{one:.17g}' for one in temperatures)}];"]
    for function, parameters in calls:
        lines += [
            "for t = T",
            "  chemistry.workCond.gasTemperature = t;",
            f"  [k, dependent] = {function}([], [], [], [], {{{parameters}}}, chemistry);",
            "  assert(dependent.onGasTemperature && ! dependent.onTime);",
            "  printf('%.17e\\n', k);",
            "end",
        ]
    (directory / "run.m").write_text("\n".join(lines) + "\n")
    ran = subprocess.run([octave, "--norc", "run.m"], cwd=directory, text=True, capture_output=True)
    numbers = [float(one) for one in ran.stdout.split()]
    assert len(numbers) == len(calls) * len(temperatures), ran.stderr
    return np.array(numbers).reshape(len(calls), -1)


def test_pycollisiondb_reads_the_data_sets(rates, tmp_path, report):
    module = pytest.importorskip(
        "pycollisiondb.pycollisiondb", reason="pycollisiondb is not installed"
    )
    import export_readers as readers

    from vibrates.library.exports import export

    export(rates, "collisiondb", tmp_path / "db")
    read = module.PyCollision.get_datasets(archive_uuid="db", DATA_DIR=tmp_path)
    assert read.validate(raise_exception=True) and len(read.datasets) == len(rates)
    worst = 0.0
    for one in read.datasets.values():
        rate = rates[readers.named(str(one.metadata["reaction"]), " -> ", r"v=(\d+)")]
        at = rate(rate.nodes[0])
        assert one.x == pytest.approx(at.temperature)
        worst = max(worst, np.abs(one.y / at.k - 1).max(), np.abs(one.unc_lo / at.std - 1).max())
        assert len(one.reaction.reactants) == 2
    assert worst < 1e-4
    read.convert_units({"k": "m3.s-1"})
    first = read.datasets[1]
    assert first.y[0] == pytest.approx(1e-6 * next(iter(rates)).nodes[1][0], rel=1e-8, abs=0)
    report(
        f"pycollisiondb {version('pycollisiondb')}, collisiondb: {len(read.datasets)} of "
        f"{len(rates)} rates, k and its error within {100 * worst:.2g} % at their temperatures"
    )


@pytest.mark.parametrize("partner", ["H2", "He"])
def test_pythonradex_reads_the_rates_of_a_polar_molecule(polar, tmp_path, report, partner):
    molecule = pytest.importorskip(
        "pythonradex.molecule", reason="pythonradex is not installed"
    ).Molecule
    from vibrates.library.exports import export

    rates, einstein = polar(partner)
    path = export(rates, "lamda", tmp_path / "out.dat", radiative=einstein).files[0]
    read = molecule(datafilepath=str(path))
    assert read.A21.tolist() == [30.0, 58.0, 85.0, 1.0]
    assert read.n_levels == 4 and list(read.coll_transitions) == [partner]
    worst = 0.0
    for one in read.coll_transitions[partner]:
        v, vp = one.up.index, one.low.index
        rate = rates[f"CO({v}) + {partner} -> CO({vp}) + {partner}"]
        for T, k in zip(*rate.nodes, strict=True):
            worst = max(worst, abs(float(one.coeffs(T)[1]) * 1e6 / k - 1.0))
            # What the reader makes upward is our endothermic rate.
            upward = rates[f"CO({vp}) + {partner} -> CO({v}) + {partner}"](T)
            assert float(one.coeffs(T)[0]) * 1e6 == pytest.approx(upward.k, rel=1e-4, abs=0)
    assert worst < 1e-6
    report(
        f"pythonradex {version('pythonradex')}, lamda (CO + {partner}): "
        f"{len(read.coll_transitions[partner])} rates, k within {100 * worst:.2g} %"
    )


@pytest.mark.parametrize("partner", ["H2", "He"])
def test_astroquery_reads_the_rates_of_a_polar_molecule(polar, tmp_path, report, partner):
    lamda = pytest.importorskip("astroquery.lamda.core", reason="astroquery is not installed")
    from vibrates.library.exports import export

    rates, einstein = polar(partner)
    path = export(rates, "lamda", tmp_path / "out.dat", radiative=einstein).files[0]
    collisions, radiative, levels = lamda.parse_lamda_datafile(str(path))
    assert list(radiative["EinsteinA"]) == [30.0, 58.0, 85.0, 1.0]
    energies = {v: float(E) for v, E in zip(levels["J"], levels["Energy"], strict=True)}
    worst = 0.0
    table = collisions[partner.upper()]
    for row in table:
        v, vp = int(row["Upper"]) - 1, int(row["Lower"]) - 1
        rate = rates[f"CO({v}) + {partner} -> CO({vp}) + {partner}"]
        assert energies[str(v)] - energies[str(vp)] == pytest.approx(rate.energy_defect, abs=1e-4)
        for T, k in zip(*rate.nodes, strict=True):
            worst = max(worst, abs(row[f"C_ij(T={T:.0f})"] / k - 1.0))
    assert worst < 1e-6 and len(table) == 3
    report(
        f"astroquery {version('astroquery')}, lamda (CO + {partner}): {len(table)} rates, "
        f"k within {100 * worst:.2g} %"
    )


def test_pandas_reads_the_csv(rates, tmp_path, report):
    pandas = pytest.importorskip("pandas", reason="pandas is not installed")
    from vibrates.library.exports import export

    path = export(rates, "csv", tmp_path / "out.csv").files[0]
    read = pandas.read_csv(path, comment="#")
    stored = rates.to_pandas()
    names = [*rates.names, "T_K"]
    both = read.merge(stored, on=names)
    assert len(both) == len(read) == sum(len(rate.nodes[0]) for rate in rates)
    worst = (both["k_cm3_s_x"] / both["k_cm3_s_y"] - 1).abs().max()
    assert worst < 1e-8
    report(f"pandas {pandas.__version__}, csv: {len(read)} rows, k within {100 * worst:.2g} %")
