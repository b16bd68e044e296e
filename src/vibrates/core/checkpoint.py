"""Results of finished tasks on disk, from which an interrupted job continues.

Every process that computes appends to a file of its own, ``STEM.ID.part``, in the directory of the
product that the results are to become. No file has two writers, even if a job that was given up is
still running, and several jobs can share one directory. A record consists of the key of a task, the
fingerprint of everything that its result depends on, and the result, with its length and a checksum
of the whole record. Reading a file ends at the first record that is truncated or damaged; the
results of this record and of those after it are computed again.
"""

import hashlib
import io
import json
import os
import secrets
import struct
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

import numpy as np

from vibrates.core.errors import UserError
from vibrates.core.files import write_bytes

_HEAD = struct.Struct("<8sQ32s")  # mark, length of the content, checksum
_MARK = b"vibrates"
_SYNC_SECONDS = 5.0  # longest work that is lost when a machine (not only a job) fails

Result = dict[str, Any]  # arrays, and values that JSON can hold


class _Read(NamedTuple):
    """Position up to which a file has been read, and the state of the file at that time."""

    inode: int
    size: int
    changed_ns: int
    end: int


class Checkpoint:
    """The results of finished tasks towards ``product``, a file or a directory.

    With ``latest`` the file of this process holds only the last result of every key and
    fingerprint, for states that are overwritten while a task is running.
    """

    def __init__(self, product: str | Path, latest: bool = False) -> None:
        self.product, self._latest = Path(product), latest
        name = f"{os.environ.get('SLURM_JOB_ID', os.getpid())}-{secrets.token_hex(4)}"
        self._path = self.product.with_name(f"{self.product.stem}.{name}.part")
        self._file: BinaryIO | None = None
        self._synced = time.monotonic()
        self._mine: dict[tuple[str, str], bytes] = {}
        self._read: dict[Path, _Read] = {}
        self._places: dict[tuple[str, str], tuple[Path, int]] = {}

    def files(self) -> list[Path]:
        """The files of all attempts so far, in the order in which they were last written."""
        start = f"{self.product.stem}."
        # An ID has no dot: files of a product whose name continues this one's are not ours.
        found = [
            path
            for path in self.product.parent.glob("*.part")
            if path.name.startswith(start) and "." not in path.name[len(start) : -len(".part")]
        ]
        return sorted(found, key=lambda path: (_written(path), path.name))

    def find(self, key: str, fingerprint: str) -> Result | None:
        """The latest stored result of the task ``key`` with this fingerprint, or None."""
        self._scan()
        place = self._places.get((key, fingerprint))
        if place is None:
            return None
        for content, _, _ in _records(*place):
            found, stated, result = _decoded(content)
            if (found, stated) == (key, fingerprint):
                return result
            break
        # The file was replaced or removed meanwhile, by another attempt.
        self._forget()
        return self.find(key, fingerprint)

    def stored(self) -> list[tuple[str, str]]:
        """Key and fingerprint of every stored result that is complete and undamaged."""
        self._scan()
        return list(self._places)

    def results(self, wanted: Mapping[str, str]) -> dict[str, Result]:
        """The latest stored results of the tasks ``wanted``, a mapping of keys to fingerprints."""
        found = {key: self.find(key, fingerprint) for key, fingerprint in wanted.items()}
        return {key: result for key, result in found.items() if result is not None}

    def add(self, key: str, fingerprint: str, result: Mapping[str, Any]) -> Result:
        """Store the result of a finished task.

        Parameters
        ----------
        key
            Key of the task.
        fingerprint
            Fingerprint of everything that the result depends on.
        result
            Arrays, and values that JSON can represent, by name.

        Returns
        -------
        dict
            The result as `find` will return it.

        Raises
        ------
        UserError
            If the file cannot be written, for instance because the disk is full.
        """
        record = _record(key, fingerprint, result)
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            if self._latest:
                self._mine[key, fingerprint] = record
                write_bytes(self._path, b"".join(self._mine.values()))
            else:
                self._append(record)
        except OSError as error:
            raise UserError(
                f"{self._path}: finished work cannot be stored ({error.strerror}); make room and "
                "start again: the stored results are used"
            ) from None
        return _decoded(record[_HEAD.size :])[2]

    def _append(self, record: bytes) -> None:
        if self._file is None:
            self._file = open(self._path, "ab", buffering=0)  # noqa: SIM115 - kept open
        left = memoryview(record)
        while left:  # On a disk that becomes full, the first write may be partial.
            left = left[self._file.write(left) :]
        if time.monotonic() - self._synced > _SYNC_SECONDS:
            os.fsync(self._file.fileno())
            self._synced = time.monotonic()

    def close(self) -> None:
        """Close the file of this process; nothing if no result was added."""
        if self._file is not None:
            self._file.close()
            self._file = None

    def remove(self) -> None:
        """Delete the files of all attempts, once the product is written."""
        self.close()
        for path in self.files():
            path.unlink(missing_ok=True)

    def _scan(self) -> None:
        """Read what has been written since the last time."""
        now = {}
        for path in self.files():
            try:
                now[path] = path.stat()
            except OSError:
                continue  # Removed by another attempt that has just finished.
        for path, known in self._read.items():
            if path not in now or now[path].st_ino != known.inode:
                self._forget()
                break
        for path, state in now.items():
            known = self._read.get(path, _Read(state.st_ino, 0, 0, 0))
            if (known.size, known.changed_ns) == (state.st_size, state.st_mtime_ns):
                continue
            end = known.end
            for content, start, end in _records(path, known.end):  # noqa: B007 - used below
                self._places[_identity(content)] = path, start
            self._read[path] = _Read(state.st_ino, state.st_size, state.st_mtime_ns, end)

    def _forget(self) -> None:
        self._read.clear()
        self._places.clear()


def _written(path: Path) -> int:
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return 0  # Removed by another attempt that has just finished.


def _record(key: str, fingerprint: str, result: Mapping[str, Any]) -> bytes:
    arrays = {name: value for name, value in result.items() if isinstance(value, np.ndarray)}
    other = {name: value for name, value in result.items() if name not in arrays}
    head = {"key": key, "fingerprint": fingerprint, "values": other}
    encoded = json.dumps(head, default=_plain).encode()
    stream = io.BytesIO()
    np.savez(stream, allow_pickle=False, **arrays)
    content = struct.pack("<Q", len(encoded)) + encoded + stream.getvalue()
    return _HEAD.pack(_MARK, len(content), hashlib.sha256(content).digest()) + content


def _plain(value: Any) -> Any:
    """JSON form of NumPy numbers, and of arrays inside other values."""
    if isinstance(value, np.generic | np.ndarray):
        return value.tolist()
    raise TypeError(f"{type(value).__name__} has no place in a checkpoint")


def _head(content: bytes) -> tuple[dict[str, Any], int]:
    """The JSON part of a record, and the position of its first array."""
    (size,) = struct.unpack_from("<Q", content)
    return json.loads(content[8 : 8 + size]), 8 + size


def _identity(content: bytes) -> tuple[str, str]:
    """Key and fingerprint of a record."""
    described, _ = _head(content)
    return described["key"], described["fingerprint"]


def _decoded(content: bytes) -> tuple[str, str, Result]:
    """Key, fingerprint and result of a record."""
    described, end = _head(content)
    with np.load(io.BytesIO(content[end:]), allow_pickle=False) as stored:
        arrays = dict(stored)
    return described["key"], described["fingerprint"], described["values"] | arrays


def _records(path: Path, start: int) -> Iterator[tuple[bytes, int, int]]:
    """Content, start and end of the complete records from position ``start``."""
    try:
        file = open(path, "rb")  # noqa: SIM115 - closed below
    except OSError:
        return  # Removed by another attempt that has just finished.
    with file:
        file.seek(start)
        while len(head := file.read(_HEAD.size)) == _HEAD.size:
            mark, length, checksum = _HEAD.unpack(head)
            if mark != _MARK or length > os.fstat(file.fileno()).st_size:
                return
            content = file.read(length)
            if len(content) != length or hashlib.sha256(content).digest() != checksum:
                return
            end = start + _HEAD.size + length
            yield content, start, end
            start = end
