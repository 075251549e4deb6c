"""A whole network around one engine, ready to be asked."""

from engine import Behaviour, Engine
from network import Network, wait_workers


class House:
    """An engine and the three roles, connected and ready."""

    def __init__(self, folder, policy="legacy_test", **proxy_options):
        folder.mkdir(exist_ok=True)
        self.network = Network(folder, policy)
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
