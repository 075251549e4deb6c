"""Fixtures: an engine, and networks of our programs that are always stopped and show their logs when a test fails."""

import pytest

from engine import Behaviour, Engine
from network import Network, wait_workers


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    report = yield
    if report.failed:
        for value in item.funcargs.values():
            network = getattr(value, "network", value)
            if isinstance(network, Network):
                report.sections.append(("logs of the programs", network.logs()))
    return report


class House:
    """An engine and the three roles, connected and ready."""

    def __init__(self, folder, **proxy_options):
        self.network = Network(folder)
        self.engine = Engine().start()
        try:
            self.proxy = self.network.proxy_for_client(**proxy_options)
            self.worker = self.network.worker(self.engine.url, [self.proxy.options["workers_listen"]])
            wait_workers(self.proxy)  # before the client asks what models there are
            self.client = self.network.client([self.proxy.options["clients_listen"]])
            self.client.wait_http_ready()
        except BaseException:
            self.stop()
            raise

    @property
    def base_url(self):
        return f"http://{self.client.http}/v1"

    def reset(self):
        self.engine.behaviour = Behaviour()
        self.engine.gate.clear()
        self.engine.asked.clear()

    def stop(self):
        self.engine.gate.set()
        self.network.stop()
        self.engine.stop()


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
