"""One batch as an MPI job, and its file."""

import os
import shutil
import subprocess

import numpy as np
import pytest
import xarray as xr
from campaign_project import planned, small_campaign

from vibrates.campaign import verify
from vibrates.core import netcdf
from vibrates.core.errors import UserError
from vibrates.trajectories import batch_file as batch_files
from vibrates.trajectories import plan


def run_batch(directory, ranks, output, asked=None, batch=0):
    """Run the batch program as the rule does."""
    return subprocess.run(
        [
            "mpiexec",
            "-n",
            str(ranks),
            "python",
            "-m",
            "vibrates.trajectories.batch",
            directory / "configuration.yaml",
            "0",
            str(batch),
            directory / output,
            "--ranks",
            str(asked or ranks),
        ],
        text=True,
        capture_output=True,
        timeout=600,
        check=False,
    )


@pytest.fixture(scope="module")
def computed(tmp_path_factory, tiny_path):
    """A results directory with one finished batch, not to be changed."""
    directory = planned(tmp_path_factory.mktemp("computed"), small_campaign(tiny_path))
    ran = run_batch(directory, 1, "trajectories/round0/batch00000.nc")
    assert ran.returncode == 0, ran.stderr
    return directory


@pytest.fixture
def batch_file(computed, tmp_path):
    """A finished batch in a results directory of its own."""
    copy = shutil.copytree(computed, tmp_path / "results")
    return copy / "trajectories/round0/batch00000.nc"


@pytest.mark.slow
def test_same_bits_for_one_and_two_ranks(one_batch):
    data = []
    for ranks in (1, 2):
        ran = run_batch(one_batch, ranks, f"{ranks}.nc")
        assert ran.returncode == 0, ran.stderr
        data.append(batch_files.read_batch(one_batch / f"{ranks}.nc", None))
        assert data[-1].attrs["ranks"] == ranks
    xr.testing.assert_identical(data[0].drop_attrs(), data[1].drop_attrs())
    rows = plan.batch_rows(plan.read_plan(plan.plan_path(one_batch, 0)), 0)
    assert data[0].sizes["trajectory"] == (rows["stop"] - rows["start"]).sum() == 24
    total = data[0]["probability"].sum("final").values
    np.testing.assert_allclose(total, 1.0, atol=1e-6)


def test_another_number_of_ranks_than_asked_for_stops(one_batch):
    ran = run_batch(one_batch, 1, "x.nc", asked=2)
    assert ran.returncode == 2
    assert ran.stderr == (
        "error: MPI started 1 rank(s), 2 asked for; use the mpiexec of the same "
        "environment, or under SLURM 'srun --mpi=pmi2'\n"
    )
    assert not (one_batch / "x.nc").exists()


def test_user_mistake_under_mpi_is_one_line(one_batch):
    ran = run_batch(one_batch, 2, "x.nc", batch=999)
    assert ran.returncode == 2
    assert ran.stderr.startswith("error: batch 999 is not in the plan")
    assert ran.stderr.count("\n") == 1


def test_batch_file_says_where_it_comes_from(batch_file, small):
    batch = batch_files.read_batch(batch_file, None)
    for key in (
        "v",
        "w",
        "fingerprint",
        "configuration",
        "vibrates_version",
        "vibrates_commit",
        "seed",
        "ranks",
        "host",
        "wall_seconds",
        "cpu_seconds",
        "created",
        "sources",
    ):
        assert key in batch.attrs, key
    for name, variable in batch.variables.items():
        assert {"units", "long_name"} <= set(variable.attrs), name
    assert batch["probability"].dtype == np.float32
    with pytest.raises(UserError, match="made with other settings.*run the campaign again"):
        batch_files.read_batch(batch_file, fingerprint="0" * 64)


def damage(path, how):
    size = path.stat().st_size
    with path.open("r+b") as file:
        match how:
            case "truncated":
                file.truncate(size // 2)
            case "empty":
                file.truncate(0)
            case "no netCDF":
                file.write(b"something else")
            case "byte changed":
                # Inside the compressed probabilities: only the checksum can tell.
                with xr.open_dataset(path) as data:
                    stored = data["probability"].encoding
                assert stored["fletcher32"] and stored["zlib"]
                middle = bytes(file.read())
                place = max(range(0, size - 64, 64), key=lambda i: len(set(middle[i : i + 64])))
                file.seek(place + 20)
                file.write(bytes(255 - byte for byte in middle[place + 20 : place + 24]))
        file.flush()
        os.fsync(file.fileno())


@pytest.mark.parametrize("how", ["truncated", "empty", "no netCDF", "byte changed"])
def test_damaged_file_is_detected_listed_and_removed(batch_file, how, capsys):
    results = batch_file.parents[2]
    good = batch_file.with_name("batch00001.nc")
    good.write_bytes(batch_file.read_bytes())
    assert verify.damaged(results, remember=True) == {}
    damage(batch_file, how)
    with pytest.raises(UserError, match=r"batch00000\.nc: .*run the campaign again") as caught:
        batch_files.read_batch(batch_file, None)
    assert "\n" not in str(caught.value)
    assert list(verify.damaged(results, remember=True)) == [batch_file]
    assert verify.main(results, remove=False) == 1
    assert "1 of 2 batch files are whole" in capsys.readouterr().out
    assert verify.main(results, remove=True) == 0
    assert verify.batch_files(results) == [good]


def test_every_flipped_bit_is_noticed_or_harmless(batch_file):
    """Data, attributes, names and dimensions: whatever is read differently is refused."""
    content = batch_file.read_bytes()
    before = batch_files.read_batch(batch_file, None)
    random = np.random.default_rng(1)
    # Anywhere, and inside the text of an attribute, which HDF5 itself does not protect.
    attribute = content.index(b"omega_e_cm") + random.integers(0, 200, 50)
    for place in [*random.integers(0, len(content), 200), *attribute]:
        changed = bytearray(content)
        changed[place] ^= 1 << int(random.integers(8))
        batch_file.write_bytes(changed)
        try:
            after = batch_files.read_batch(batch_file, None)
        except UserError:
            continue
        assert place not in attribute
        # Free space and bookkeeping of HDF5 may change; nothing that anybody reads.
        xr.testing.assert_identical(after, before)
    batch_file.write_bytes(content)


def test_a_write_that_fails_leaves_nothing_behind(tmp_path):
    target = tmp_path / "x.nc"
    dataset = xr.Dataset({"k": ("n", np.ones(3), {"units": "1", "long_name": "k"})})
    netcdf.write_atomic(dataset, target)
    before = target.read_bytes()
    dataset["bad"] = ("n", np.array([object()] * 3), {"units": "1", "long_name": "no"})
    with pytest.raises((TypeError, ValueError)):
        netcdf.write_atomic(dataset, target)
    assert [p.name for p in tmp_path.iterdir()] == ["x.nc"]
    assert target.read_bytes() == before


def test_disk_that_fills_up_is_one_clear_line_and_leaves_nothing(tmp_path):
    script = f"""
import resource, signal
import numpy as np, xarray as xr
from vibrates.core import netcdf
from vibrates.core.errors import UserError
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (10**5, 10**5))
values = np.random.default_rng(0).random(10**5)
try:
    netcdf.write_atomic(xr.Dataset({{"k": ("n", values, {{"units": "1", "long_name": "k"}})}}),
                         "{tmp_path}/x.nc")
except UserError as error:
    print(error)
"""
    said = subprocess.run(
        ["python", "-c", script], text=True, capture_output=True, check=True
    ).stdout
    assert said.startswith(f"{tmp_path}/x.nc: cannot be written (") and "make room" in said
    assert said.count("\n") == 1 and list(tmp_path.iterdir()) == []


def test_products_must_state_units(tmp_path):
    with pytest.raises(UserError, match="'k' lacks long_name"):
        netcdf.write_atomic(xr.Dataset({"k": ("n", np.ones(2), {"units": "1"})}), tmp_path / "x.nc")
