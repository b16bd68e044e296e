"""How a rule's script runs its function: a user's mistake is one line, not a traceback."""

import sys
from collections.abc import Callable
from typing import Any

from vibrates.core.errors import UserError


def run(function: Callable[..., Any], **values: Any) -> None:
    """Call `function(**values)`; print a UserError as ``error: ...`` and exit with code 2."""
    try:
        function(**values)
    except UserError as error:
        print(f"error: {error}", file=sys.stderr, flush=True)
        sys.exit(2)
