"""A scratch copy of the project in which every target of the demo is built once."""

import pytest

from tests.e2e.conftest import Copy


@pytest.fixture(scope="session")
def demo(tmp_path_factory) -> Copy:
    """A copy with all targets; seven minutes on two cores."""
    copy = Copy(tmp_path_factory.mktemp("demo"))
    built = copy.build("all")
    assert built.returncode == 0, (built.stdout + built.stderr)[-6000:]
    return copy
