"""Streaming of batch files: order, failed trajectories, and files that do not belong."""

import numpy as np
import pytest
from campaigns import with_changes

from vibrates.core.errors import UserError
from vibrates.core.netcdf import write_atomic
from vibrates.rates.reduction import reduce_batches
from vibrates.trajectories.plan import PlannedBatch


def test_same_bits_however_trajectories_are_batched(synthetic, tmp_path):
    source = synthetic(noise=1.0)
    whole = source.batch(seed=1, per_stratum=64)
    index = whole["index"].values
    paths = []
    for part, chosen in enumerate((index < 16, (index >= 16) & (index < 48), index >= 48)):
        paths.append(tmp_path / f"batch{part:05d}.nc")
        write_atomic(whole.isel(trajectory=np.flatnonzero(chosen)), paths[-1])
    write_atomic(whole, tmp_path / "whole.nc")
    one = reduce_batches([source.planned(tmp_path / "whole.nc")], source.config, 1, 0)
    many = reduce_batches([source.planned(path) for path in paths], source.config, 1, 0)
    for name in one.data_vars:
        np.testing.assert_array_equal(one[name], many[name], err_msg=name)


def test_failed_trajectories_are_counted_and_left_out(synthetic, tmp_path):
    source = synthetic(constant=0.2)
    path = source.write(tmp_path / "batch00000.nc", 2, failed=(0, 5, 70))
    reduced = reduce_batches([source.planned(path)], source.config, 1, 0)
    assert int(reduced["failed"].sum()) == 3
    assert int(reduced["count"].sum()) == 64 * 16 * 3 - 3
    assert np.isfinite(reduced["probability_sum"].values).all()
    assert int(reduced["failed"].values[0, 0, 5]) == 1


def test_sums_are_those_of_a_plain_loop(synthetic, tmp_path):
    source = synthetic(noise=0.5, tilted=True)
    path = source.write(tmp_path / "batch00000.nc", 3, per_stratum=16)
    batch = source.batch(3, per_stratum=16)
    reduced = reduce_batches([source.planned(path)], source.config, 1, 0)
    row = list(reduced["vp"].values).index(0)
    final = 0  # (v', w') = (0, 0) in row-major order
    for energy, shell, replicate in ((0, 0, 0), (4, 1, 7), (15, 2, 15)):
        chosen = (
            np.isclose(batch["energy_cm"], source.energies[energy])
            & (batch["shell"].values == shell)
            & (batch["index"].values % 16 == replicate)
        )
        expected = np.sum(
            batch["weight"].values[chosen] * batch["probability"].values[chosen, final]
        )
        found = reduced["probability_sum"].values[row, energy, shell, replicate]
        assert found == pytest.approx(expected, rel=1e-6)


def test_final_states_are_those_within_the_limits(synthetic, tmp_path):
    source = synthetic()
    source.change(rates={"transitions": {"max_dv": 2, "max_dw": 1}})
    path = source.write(tmp_path / "batch00000.nc", 4, per_stratum=16)
    reduced = reduce_batches([source.planned(path)], source.config, 1, 0)
    found = set(zip(reduced["vp"].values.tolist(), reduced["wp"].values.tolist(), strict=True))
    assert found == {(v, w) for v in range(4) for w in range(2)} - {(1, 0)}
    gap = dict(zip(found, [None] * len(found), strict=True))
    for row, key in enumerate(zip(reduced["vp"].values, reduced["wp"].values, strict=True)):
        gap[tuple(map(int, key))] = float(reduced["energy_difference"][row])
    assert gap[0, 0] == pytest.approx(source.difference())
    assert gap[2, 0] < 0 and gap[0, 1] < 0 and gap[3, 0] < gap[2, 0]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ("truncate", "damaged or truncated"),
        ("absent", "does not exist"),
        ("other state", r"holds state \(2, 0\), not \(1, 0\)"),
        ("other grid", "not in grid.energies_cm"),
        ("other shells", "outside the 3 shells"),
        ("twice", "32 trajectories where 16 are numbered"),
        ("gap", "16 trajectories where 32 are numbered"),
        ("incomplete", "no trajectory"),
        ("all failed", "all 16 trajectories failed"),
        ("none", "no batch file"),
    ],
)
def test_files_that_do_not_belong_stop_with_one_line(synthetic, tmp_path, change, message):
    source = synthetic()
    path = tmp_path / "batch00000.nc"
    paths = [path]
    options = {"per_stratum": 16}
    if change == "other state":
        source = synthetic(v=2)
    elif change == "other grid":
        options["energies"] = np.array([500.0, 777.0])
    elif change == "gap":
        options["start"] = 16
    elif change == "incomplete":
        options["energies"] = source.energies[:-1]
    elif change == "all failed":
        options["failed"] = range(16)
    source.write(path, 5, **options)
    if change == "truncate":
        content = path.read_bytes()
        path.write_bytes(content[: len(content) // 2])
    elif change == "absent":
        path.unlink()
    elif change == "twice":
        paths = [path, path]
    elif change == "none":
        paths = []
    elif change == "other shells":
        batch = source.batch(5, **options)
        batch["shell"] = batch["shell"] + 1
        write_atomic(batch, path)
    with pytest.raises(UserError, match=message) as caught:
        reduce_batches([source.planned(path) for path in paths], source.config, 1, 0)
    assert "\n" not in str(caught.value)


def test_a_single_replicate_is_refused(synthetic, tmp_path):
    source = synthetic()
    source.config = with_changes(source.config, sampling={"replicates": 1})
    path = source.write(tmp_path / "batch00000.nc", 6, per_stratum=16)
    with pytest.raises(UserError, match="sampling.replicates: 1"):
        reduce_batches([source.planned(path)], source.config, 1, 0)


def test_a_batch_of_other_settings_or_code_is_refused(synthetic, tmp_path):
    source = synthetic()
    path = source.write(tmp_path / "batch00000.nc", 1)
    with pytest.raises(
        UserError, match="batch00000.nc: made with other settings, input files or code"
    ):
        reduce_batches([PlannedBatch(path, "of another seed")], source.config, 1, 0)


def test_impact_parameters_outside_their_shell_are_refused(synthetic, tmp_path):
    """Batches of a campaign with other shells: their sums would be multiplied by wrong areas."""
    source = synthetic()
    path = source.write(tmp_path / "batch00000.nc", 1)
    source.change(grid={"impact_parameter_edges_angstrom": [0.0, 0.8, 2.0, 3.0]})
    with pytest.raises(UserError, match="outside its shell, 0 to 0.8"):
        reduce_batches([source.planned(path)], source.config, 1, 0)
