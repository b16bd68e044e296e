"""The exception for invalid input: one line that names the key or file, and the remedy."""


class UserError(Exception):
    """Invalid input that the user can correct; printed as one line, without a traceback."""
