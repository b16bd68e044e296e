"""Files of finished tasks: kept, found again, shared, refused where damaged."""

import os

import numpy as np
import pytest

from vibrates.core.checkpoint import Checkpoint
from vibrates.core.errors import UserError


@pytest.fixture
def written(tmp_path):
    """Two attempts at one product: the first finished tasks 0 to 2, the second 3."""
    output = tmp_path / "batch00000.nc"
    for numbers in ((0, 1, 2), (3,)):
        checkpoint = Checkpoint(output)
        for n in numbers:
            arrays = {"x": np.full(50, float(n)), "n": np.arange(3, dtype=np.int8)}
            checkpoint.add(str(n), "of settings", arrays | {"seconds": 0.1 * n})
        checkpoint.close()
    return output


def found(output, fingerprint="of settings"):
    return Checkpoint(output).results({str(n): fingerprint for n in range(5)})


def test_results_of_all_attempts_are_found_with_every_bit(written):
    assert list(found(written)) == ["0", "1", "2", "3"]
    for key, result in found(written).items():
        np.testing.assert_array_equal(result["x"], np.full(50, float(key)), strict=True)
        np.testing.assert_array_equal(result["n"], np.arange(3, dtype=np.int8), strict=True)
        assert result["seconds"] == 0.1 * int(key)
    assert len(Checkpoint(written).files()) == 2
    Checkpoint(written).remove()
    assert Checkpoint(written).files() == [] and found(written) == {}


def test_results_of_another_product_or_of_other_settings_do_not_count(written):
    assert found(written, "of other settings") == {}
    assert found(written.with_name("batch00001.nc")) == {}


def test_a_product_whose_name_goes_on_keeps_its_files(tmp_path):
    """``points.csv`` is done; ``points.large.csv`` is not."""
    for name in ("points.csv", "points.large.csv"):
        Checkpoint(tmp_path / name).add("0", "of settings", {"x": 1.0})
    assert len(Checkpoint(tmp_path / "points.csv").files()) == 1
    Checkpoint(tmp_path / "points.csv").remove()
    assert found(tmp_path / "points.large.csv") == {"0": {"x": 1.0}}


def test_a_name_with_brackets_is_no_pattern(tmp_path):
    Checkpoint(tmp_path / "ccsd[t].csv").add("0", "of settings", {"x": 1.0})
    assert found(tmp_path / "ccsd[t].csv") == {"0": {"x": 1.0}}


@pytest.mark.parametrize("where", [0.1, 0.5, 0.99])
@pytest.mark.parametrize("how", ["cut", "changed"])
def test_reading_ends_where_a_file_is_damaged(written, where, how):
    path = max(Checkpoint(written).files(), key=lambda file: file.stat().st_size)
    content = bytearray(path.read_bytes())
    place = int(where * len(content))
    if how == "changed":
        content[place] ^= 255
    path.write_bytes(content if how == "changed" else content[:place])
    assert sorted(map(int, found(written))) == [*range(int(where * 3)), 3]


def test_every_flipped_bit_of_a_record_is_noticed(tmp_path):
    Checkpoint(tmp_path / "p.nc").add("0", "of settings", {"x": np.arange(4.0), "seconds": 1.5})
    (path,) = Checkpoint(tmp_path / "p.nc").files()
    content = path.read_bytes()
    for place in range(len(content)):
        changed = bytearray(content)
        changed[place] ^= 1 << place % 8
        path.write_bytes(changed)
        assert found(tmp_path / "p.nc") == {}, place
    path.write_bytes(content)
    assert len(found(tmp_path / "p.nc")) == 1


def test_jobs_that_share_a_directory_see_what_the_others_finish(tmp_path):
    """Both write and read by turns; a record that is half there counts once it is whole."""
    one, other = (Checkpoint(tmp_path / "store" / "candidates") for _ in range(2))
    assert one.find("0", "a") is None
    other.add("0", "a", {"x": 1.0})
    assert one.find("0", "a") == {"x": 1.0}
    one.add("0", "b", {"x": 2.0})
    assert other.find("0", "b") == {"x": 2.0} and other.find("0", "a") == {"x": 1.0}
    third = tmp_path / "store" / "candidates.3-x.part"
    whole = one.files()[0].read_bytes()
    for written in (whole[:60], whole):
        third.write_bytes(written)
        assert len(other.stored()) == 2
    other.add("1", "a", {"x": 3.0})
    assert one.find("1", "a") == {"x": 3.0} and len(one.files()) == 3


def test_of_a_state_the_last_one_is_kept(tmp_path):
    states = Checkpoint(tmp_path / "member.nc", latest=True)
    for step in range(5):
        states.add("start 0", "of settings", {"weights": np.full(3, float(step)), "step": step})
        assert states.find("start 0", "of settings")["step"] == step
    states.add("start 1", "of settings", {"step": 9})
    (path,) = states.files()
    size = path.stat().st_size
    resumed = Checkpoint(tmp_path / "member.nc", latest=True)
    assert resumed.find("start 0", "of settings")["step"] == 4
    resumed.add("start 0", "of settings", {"weights": np.zeros(3), "step": 5})
    again = Checkpoint(tmp_path / "member.nc", latest=True)
    assert again.find("start 0", "of settings")["step"] == 5
    assert again.find("start 1", "of settings")["step"] == 9
    assert path.stat().st_size == size


def test_full_disk_is_one_clear_line(tmp_path):
    if not os.path.exists("/dev/full"):
        pytest.skip("no /dev/full here")
    checkpoint = Checkpoint(tmp_path / "batch00000.nc")
    checkpoint._file = open("/dev/full", "wb", buffering=0)  # noqa: SIM115 - the checkpoint keeps it
    with pytest.raises(UserError, match="No space left on device.*make room") as caught:
        checkpoint.add("0", "of settings", {"x": np.zeros(5)})
    assert "\n" not in str(caught.value)
