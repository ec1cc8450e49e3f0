"""How long a test of faults takes: a moment among all tests, its full time with `make faults`."""

from __future__ import annotations

import pytest


@pytest.fixture
def is_long(request: pytest.FixtureRequest) -> bool:
    """Whether outages take their full time."""
    return bool(request.config.getoption("--run-faults"))


@pytest.fixture
def only_long(is_long: bool) -> None:
    """Leaves the test to `make faults`."""
    if not is_long:
        pytest.skip("long: make faults")
