"""Fixtures: an engine, and networks of our programs that are always stopped and show their logs when a test fails."""

import pytest

import clock as clocks_of_processes
from chain import Devnet
from engine import Engine
from house import House
from network import Network


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    report = yield
    if report.failed:
        for value in item.funcargs.values():
            network = getattr(value, "network", value)
            if isinstance(network, Network):
                report.sections.append(("logs of the programs", network.logs()))
    return report


@pytest.fixture(scope="module")
def module_house(tmp_path_factory):
    """Shared by a module's tests: they may use it, not break it."""
    house = House(tmp_path_factory.mktemp("house"))
    yield house
    house.stop()


@pytest.fixture
def house(module_house):
    module_house.reset()
    return module_house


@pytest.fixture
def own_house(tmp_path):
    """For one test that kills or restarts."""
    house = House(tmp_path)
    yield house
    house.stop()


@pytest.fixture
def engine():
    engine = Engine().start()
    yield engine
    engine.gate.set()
    engine.stop()


@pytest.fixture
def network(tmp_path):
    network = Network(tmp_path)
    yield network
    network.stop()


@pytest.fixture(scope="session")
def clock_library(tmp_path_factory):
    return clocks_of_processes.build(tmp_path_factory.mktemp("clock")) or pytest.skip("there is no C compiler")


@pytest.fixture
def clock(clock_library):
    """clock(seconds): the environment of a process whose wall clock is off by so much."""
    return lambda offset: {"LD_PRELOAD": clock_library, "COCOON_TEST_CLOCK": str(offset)}


@pytest.fixture
def clocks(clock_library, tmp_path):
    return clocks_of_processes.Clocks(clock_library, tmp_path / "clocks")


@pytest.fixture
def make_devnet(tmp_path):
    """Starts devnets: make_devnet(*options)."""
    started = []

    def make(*options):
        started.append(Devnet(tmp_path / f"devnet-{len(started)}", *options))
        return started[-1]
    yield make
    for devnet in started:
        devnet.stop()


@pytest.fixture(scope="module")
def module_devnet(tmp_path_factory):
    """Shared by a module's tests: they may use it, not stop it."""
    devnet = Devnet(tmp_path_factory.mktemp("devnet"))
    yield devnet
    devnet.stop()
