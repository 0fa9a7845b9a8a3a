"""The site that is crawled."""

import pytest

from tests.access import samples
from tests.access.crawl import Site
from tests.cast import Cast


@pytest.fixture
def site(cast: Cast) -> Site:
    return Site(cast, samples.build(cast))
