"""The contract suite, run against every connector of the registry."""

from tests.contract.connector_suite import *  # noqa: F403 - its tests become this module's
