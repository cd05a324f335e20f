"""The one class of errors that a user can mend."""


class Problem(Exception):
    """Says what is wrong, where (file, line, record) and what to do next, in at most three sentences."""


def disk_full(error: BaseException) -> bool:
    """Whether an error is about a full disk; DuckDB, Arrow and safetensors say so in words only."""
    return any(words in str(error) for words in ("No space left on device", "Disk quota exceeded"))
