"""A real SLURM cluster of several nodes on one machine: munged, slurmctld and one slurmd per node.

Everything lives in one directory, with ports of its own, so that other clusters are not touched.
Also on its own: ``python tests/slurm/cluster.py DIRECTORY`` starts one, prints how to use it and
stops it at the end of its input.
"""

import contextlib
import getpass
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

PACKAGES = ["slurmctld", "slurmd", "slurm-client", "munge"]
PROGRAMS = [
    "munged",
    "slurmctld",
    "slurmd",
    "sbatch",
    "srun",
    "squeue",
    "scancel",
    "scontrol",
    "sinfo",
]
PARTITIONS = {"main": ["n1", "n2", "n3", "n4"], "daemon": ["n5"], "lossy": ["n6", "n7"]}
NODES = [node for nodes in PARTITIONS.values() for node in nodes]
_SEARCH = f"/usr/sbin:/usr/bin:/sbin:/bin:{os.environ['PATH']}"


def provide() -> str | None:
    """Install SLURM where that is possible; the reason why there is none, or None."""
    if missing := _missing():
        if os.geteuid() != 0:
            return f"{', '.join(missing)} not found, and only root can install SLURM"
        if shutil.which("apt-get") is None:
            return f"{', '.join(missing)} not found, and there is no apt-get to install SLURM with"
        quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        for command in (["update"], ["install", "--yes", "--no-install-recommends", *PACKAGES]):
            done = subprocess.run(
                ["apt-get", "--quiet", *command],
                capture_output=True,
                text=True,
                env=quiet,
                check=False,
            )
        if missing := _missing():
            return f"{', '.join(missing)} not found, apt-get: {(done.stderr or done.stdout)[-300:]}"
    return None


def _missing() -> list[str]:
    return [name for name in PROGRAMS if shutil.which(name, path=_SEARCH) is None]


class Cluster:
    """Started by `start`, stopped by `stop`; `environment` is that of its users."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.conf = directory / "slurm.conf"
        self.log = directory / "log"
        self._daemons: dict[str, subprocess.Popen] = {}
        self.environment = {
            **os.environ,
            "SLURM_CONF": str(self.conf),
            "PATH": f"{directory / 'bin'}:{os.environ['PATH']}:/usr/sbin",
        }

    def start(self) -> None:
        """Start all daemons and wait until every node is idle; RuntimeError if one stays away."""
        for name in (
            "bin",
            "log",
            "munge",
            "state",
            *(f"spool/{n}" for n in NODES),
            *(f"tmp/{n}" for n in NODES),
        ):
            (self.directory / name).mkdir(parents=True, exist_ok=True, mode=0o755)
        key = self.directory / "munge" / "key"
        key.write_bytes(os.urandom(1024))
        key.chmod(0o600)
        self._configure()
        self._spawn(
            "munged",
            [
                "munged",
                "--force",
                "--foreground",
                f"--key-file={key}",
                f"--socket={self.directory}/munge/socket",
                f"--pid-file={self.directory}/munge/pid",
                f"--seed-file={self.directory}/munge/seed",
                f"--log-file={self.log}/munged.log",
            ],
        )
        limit = time.monotonic() + 20
        while not (self.directory / "munge" / "socket").exists() and time.monotonic() < limit:
            time.sleep(0.1)
        self.start_controller()
        for node in NODES:
            self.start_daemon(node)
        self.await_idle()

    def stop(self) -> None:
        """End all jobs and daemons of this cluster, nothing else."""
        with contextlib.suppress(subprocess.SubprocessError):
            self.ask("scancel", "--user", getpass.getuser())
            limit = time.monotonic() + 20
            while self.ask("squeue", "--noheader").strip() and time.monotonic() < limit:
                time.sleep(0.5)
        for node in NODES:
            self.lose_node(node)
        for name in list(self._daemons):
            self._end(name)

    def await_idle(self, seconds: float = 60) -> None:
        """Wait until no node is down."""
        limit = time.monotonic() + seconds
        while time.monotonic() < limit:
            with contextlib.suppress(subprocess.SubprocessError):
                states = self.ask("sinfo", "--noheader", "--Node", "--format=%t").split()
                if states and set(states) <= {"idle", "mix", "alloc", "comp"}:
                    return
            time.sleep(0.3)
        raise RuntimeError("nodes did not become idle: " + self.ask("sinfo", "-N", "-l"))

    def ask(self, *command: str) -> str:
        """Standard output of one of SLURM's commands."""
        return subprocess.run(
            command, env=self.environment, capture_output=True, text=True, timeout=60, check=True
        ).stdout

    def start_controller(self) -> None:
        """Start slurmctld; it takes up its state again."""
        self._spawn("slurmctld", ["slurmctld", "-D", "-f", str(self.conf)])

    def await_saved(self, job: str) -> None:
        """Wait until slurmctld has written down what it knows of a job now.

        It does so some seconds after any change.
        """
        now, saved = time.time(), self.directory / "state" / "job_state"
        self.ask("scontrol", "update", f"jobid={job}", "admincomment=saved")
        until(lambda: saved.exists() and saved.stat().st_mtime > now, "saved state of slurmctld")

    def kill_controller(self) -> None:
        """slurmctld is gone at once."""
        self._end("slurmctld", signal.SIGKILL)

    def start_daemon(self, node: str) -> None:
        """Start the slurmd of a node."""
        self._spawn(node, ["slurmd", "-D", "-N", node, "-f", str(self.conf)])

    def kill_daemon(self, node: str) -> None:
        """The slurmd of a node is gone at once; its jobs run on."""
        self._end(node, signal.SIGKILL)

    def lose_node(self, node: str) -> None:
        """A power cut: slurmd, its slurmstepds and all processes of jobs on the node are gone."""
        self._end(node, signal.SIGKILL)
        for pid in _processes():
            if _holds_open(pid, self.log / f"slurmd-{node}.log") and _name(pid).startswith(
                "slurmstepd"
            ):
                for one in _tree(pid):
                    _kill(one, signal.SIGKILL)

    def _spawn(self, name: str, command: list[str]) -> None:
        path = {**self.environment, "PATH": _SEARCH}
        with open(self.log / f"{name}.out", "ab") as out:
            self._daemons[name] = subprocess.Popen(
                command,
                env=path,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                start_new_session=True,
            )

    def _end(self, name: str, how: int = signal.SIGTERM) -> None:
        if (daemon := self._daemons.pop(name, None)) is None:
            return
        daemon.send_signal(how)
        try:
            daemon.wait(timeout=15)
        except subprocess.TimeoutExpired:
            daemon.kill()
            daemon.wait()

    def _configure(self) -> None:
        host, user, here = socket.gethostname().split(".")[0], getpass.getuser(), self.directory
        ports = _free_ports(len(NODES) + 1)
        lines = [
            "ClusterName=test",
            # MPI names its shared memory after the job: no number of another cluster on this
            # machine.
            f"FirstJobId={1000 * ports[0]}",
            f"SlurmctldHost={host}(127.0.0.1)",
            f"SlurmctldPort={ports[0]}",
            f"SlurmUser={user}",
            f"SlurmdUser={user}",
            "AuthType=auth/munge",
            f"AuthInfo=socket={here}/munge/socket",
            "CredType=cred/munge",
            f"StateSaveLocation={here}/state",
            f"SlurmdSpoolDir={here}/spool/%n",
            f"TmpFS={here}/tmp/%n",
            f"SlurmctldPidFile={here}/slurmctld.pid",
            f"SlurmdPidFile={here}/slurmd-%n.pid",
            f"SlurmctldLogFile={here}/log/slurmctld.log",
            f"SlurmdLogFile={here}/log/slurmd-%n.log",
            # No control groups, no binding: works in any container.
            "ProctrackType=proctrack/linuxproc",
            "TaskPlugin=task/none",
            "SelectType=select/cons_tres",
            "SelectTypeParameters=CR_CPU_Memory",
            "SlurmdParameters=config_overrides",
            "DefMemPerCPU=200",
            "ReturnToService=2",
            "MinJobAge=3600",
            "KillWait=10",
            "SlurmctldTimeout=30",
            "SlurmdTimeout=20",
            "SchedulerParameters=bf_interval=5,sched_min_interval=200000",
            # Memory is watched by polling, and a job above its share is ended.
            "JobAcctGatherType=jobacct_gather/linux",
            "JobAcctGatherFrequency=task=1",
            "JobAcctGatherParams=OverMemoryKill",
            "AccountingStorageType=accounting_storage/none",
        ]
        lines += [
            f"NodeName={node} NodeHostname={host} NodeAddr=127.0.0.1 Port={port} CPUs=8 "
            "RealMemory=16000 State=UNKNOWN"
            for node, port in zip(NODES, ports[1:], strict=True)
        ]
        lines += [
            f"PartitionName={name} Nodes={','.join(nodes)} MaxTime=INFINITE State=UP"
            + (" Default=YES" if name == "main" else "")
            for name, nodes in PARTITIONS.items()
        ]
        self.conf.write_text("\n".join(lines) + "\n")
        # Job steps are started without SLURM_CONF: these say it again.
        for name in PROGRAMS[3:]:
            wrapper = self.directory / "bin" / name
            program = shutil.which(name, path=_SEARCH)
            wrapper.write_text(f'#!/bin/sh\nexport SLURM_CONF={self.conf}\nexec {program} "$@"\n')
            wrapper.chmod(0o755)


def until(condition: Callable[[], bool], what: str, seconds: float = 300) -> None:
    """Wait for a condition; AssertionError if it does not come."""
    limit = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < limit, f"{what}: not after {seconds:g} s"
        time.sleep(0.1)


def end_strays(directory: Path) -> None:
    """End what still runs in a directory: without control groups, parts of a cancelled job may."""
    for pid in _processes():
        with contextlib.suppress(OSError):
            if Path(os.readlink(f"/proc/{pid}/cwd").removesuffix(" (deleted)")).is_relative_to(
                directory
            ):
                _kill(pid, signal.SIGKILL)


def _free_ports(count: int) -> list[int]:
    with contextlib.ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in sockets]


def _processes() -> list[int]:
    return [int(entry) for entry in os.listdir("/proc") if entry.isdecimal()]


def _name(pid: int) -> str:
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/comm").read_text().strip()
    return ""


def _holds_open(pid: int, path: Path) -> bool:
    with contextlib.suppress(OSError):
        return any(
            os.readlink(f"/proc/{pid}/fd/{fd}") == str(path) for fd in os.listdir(f"/proc/{pid}/fd")
        )
    return False


def _tree(pid: int) -> list[int]:
    """A process and all its descendants, the deepest first."""
    children = []
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        with contextlib.suppress(OSError):
            children += [int(child) for child in task.read_text().split()]
    return [one for child in children for one in _tree(child)] + [pid]


def _kill(pid: int, how: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, how)


if __name__ == "__main__":
    if reason := provide():
        sys.exit(f"no SLURM: {reason}")
    cluster = Cluster(Path(sys.argv[1]).resolve())
    cluster.start()
    print(f"export SLURM_CONF={cluster.conf} PATH={cluster.directory}/bin:$PATH", flush=True)
    try:
        sys.stdin.read()
    finally:
        cluster.stop()
