"""Execution of a rule's script: output goes into the log of the rule, errors are one line."""

import sys
import traceback
from collections.abc import Callable, Sequence
from typing import Any

from vibrates.core.errors import UserError
from vibrates.core.terminal import redirected, tell


def run(function: Callable[..., Any], *, log: Sequence[str] = (), **values: Any) -> None:
    """Call ``function(**values)`` and end the process with an exit code if it raises.

    A UserError is printed as ``error: ...``; the exit code is 2. The traceback of any other
    exception is written to the log, with one line on the terminal; the exit code is 1. Without a
    log such an exception is propagated.

    Parameters
    ----------
    function
        The function of the script.
    log
        ``snakemake.log`` of the rule: empty, or one file that receives all output.
    **values
        Arguments of the function.
    """
    name = str(log[0]) if len(log) else None
    with redirected(name):
        try:
            function(**values)
        except UserError as error:
            tell(f"error: {error}")
            sys.exit(2)
        except Exception as error:
            if name is None:
                raise
            traceback.print_exc()
            reason = str(error).splitlines()[0] if str(error) else "no message"
            tell(f"error: {type(error).__name__}: {reason}; the traceback is in {name}")
            sys.exit(1)
