"""What a terminal shows of a run: all output, a bar below it, and one line after Ctrl-C."""

import os
import pty
import signal
import subprocess
import sys
import time

import pytest

pytest.importorskip("rich")

RUN = """
import subprocess, sys, time
from vibrates.hpc import screen
screen.take(lambda: screen.Progress(3, 12, "3 of 12 trajectories"))
print("of the driver", flush=True)
child = '''
import sys, time
print("of a child")
print("an error of a child", file=sys.stderr, flush=True)
{child}
'''
try:
    subprocess.run([sys.executable, "-c", child])
    print("at the end", end="")
except KeyboardInterrupt:
    print("a remark after Ctrl-C")
    sys.exit(1)
"""
WAITS = "time.sleep(60)"


def command(child):
    return [sys.executable, "-c", RUN.format(child=child)]


def test_output_of_all_processes_arrives_where_it_was_sent():
    ran = subprocess.run(command(""), capture_output=True, text=True, check=False, timeout=60)
    assert ran.returncode == 0
    assert ran.stdout == "of the driver\nof a child\nat the end"
    assert ran.stderr == "an error of a child\n"


def test_after_ctrl_c_there_is_one_line():
    """Every process of a terminal receives it; the child would print a traceback."""
    driver = subprocess.Popen(
        command(WAITS),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert driver.stdout.readline() == "of the driver\n"
    assert driver.stdout.readline() == "of a child\n"
    assert driver.stderr.readline() == "an error of a child\n"
    os.killpg(driver.pid, signal.SIGINT)
    out, error = driver.communicate(timeout=60)
    assert out == ""
    assert error == "stopped; the same command continues\n"


def on_a_terminal(**environment):
    """All that a run writes on a terminal."""
    main, other = pty.openpty()
    driver = subprocess.Popen(
        command("time.sleep(2.5)"),
        stdin=other,
        stdout=other,
        stderr=other,
        env=os.environ | {"TERM": "xterm", "COLUMNS": "100"} | environment,
    )
    os.close(other)
    written, limit = b"", time.monotonic() + 60
    while time.monotonic() < limit:
        try:
            written += os.read(main, 4096)
        except OSError:  # the last process has closed it
            break
    driver.wait(timeout=60)
    os.close(main)
    return written.decode()


def test_a_terminal_has_a_bar_below_the_lines():
    written = on_a_terminal()
    assert "3 of 12 trajectories" in written and "25%" in written and "\x1b[" in written
    for line in ("of the driver", "of a child", "an error of a child", "at the end"):
        assert line in written
    # The bar is gone at the end: its line was erased after it was drawn for the last time.
    assert "\x1b[2K" in written[written.rindex("3 of 12 trajectories") :]


@pytest.mark.parametrize("environment", [{"NO_COLOR": "1"}, {"TERM": "dumb"}])
def test_colours_can_be_declined(environment):
    assert "\x1b[" not in on_a_terminal(**environment)
