"""The symbol check sees what must not be linked, and notices when it can see nothing."""

import unittest

from script import load

symbols = load("symbols")

PROXY = ["0001 T cocoon::proxy::Proxy::handle(int)", "0002 T cocoon::ratls::admit(int)"]
SIMULATED = "0003 T cocoon::attest::simulated::Provider::quote()"


class SymbolsTest(unittest.TestCase):
    def test_a_clean_measured_program(self):
        self.assertEqual(symbols.judge("cocoon-proxy", PROXY), [])

    def test_simulated_evidence_in_a_measured_program(self):
        (problem,) = symbols.judge("cocoon-proxy", [*PROXY, SIMULATED])
        self.assertIn("cocoon::attest::simulated", problem)

    def test_a_forbidden_type_inside_a_template_argument(self):
        line = "0004 W std::vector<cocoon::client::Peer>::size() const"
        self.assertEqual(len(symbols.judge("cocoon-proxy", [*PROXY, line])), 1)

    def test_the_other_role(self):
        self.assertEqual(len(symbols.judge("cocoon-proxy", [*PROXY, "0005 T cocoon::worker::Job::run()"])), 1)

    def test_names_that_only_begin_alike(self):
        lines = [*PROXY, "0006 T cocoon::simple::f()", "0007 T other::cocoon::sim::f()"]
        self.assertEqual(symbols.judge("cocoon-proxy", lines), [])

    def test_a_development_program_must_hold_simulated_evidence(self):
        self.assertEqual(symbols.judge("cocoon-proxy-dev", [*PROXY, SIMULATED]), [])
        self.assertIn("notice nothing", symbols.judge("cocoon-proxy-dev", PROXY)[0])

    def test_a_stripped_program_proves_nothing(self):
        self.assertIn("stripped", symbols.judge("cocoon-worker", [])[0])


if __name__ == "__main__":
    unittest.main()
