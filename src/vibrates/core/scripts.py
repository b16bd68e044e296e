"""How a rule's script runs its function: output goes into the rule's log, a mistake is one line."""

import sys
import traceback
from collections.abc import Callable, Sequence
from typing import Any

from vibrates.core.errors import UserError
from vibrates.core.terminal import redirected, tell


def run(function: Callable[..., Any], *, log: Sequence[str] = (), **values: Any) -> None:
    """Call `function(**values)`; a UserError is printed as ``error: ...``, with exit code 2.

    log: the rule's ``snakemake.log``, empty or one file, which takes all output. Of any other
    exception the log has the traceback, and the terminal one line; exit code 1. Without a log such
    exceptions are raised.
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
