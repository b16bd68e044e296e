"""The one exception a user's mistake raises: a line that names the key or file and the remedy."""


class UserError(Exception):
    """A mistake in the input that the user can mend; printed as one line, without a traceback."""
