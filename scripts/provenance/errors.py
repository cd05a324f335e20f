"""The one class of errors that a user can mend."""


class Problem(Exception):
    """Says what is wrong, where (file, line, record) and what to do next, in at most three sentences."""
