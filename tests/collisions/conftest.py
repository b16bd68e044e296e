"""The default campaign, for its molecules."""

import pytest
from campaigns import campaign

from vibrates.config import Campaign


@pytest.fixture(scope="session")
def config() -> Campaign:
    return campaign()
