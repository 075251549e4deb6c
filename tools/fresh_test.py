"""What goes into the bare Debian: the README's commands and the caller's way to the registries, and nothing more."""

import tempfile
import unittest
from pathlib import Path

from script import load

fresh = load("fresh")

README = f"""# Cocoon
```sh
not this one
```
{fresh.MARK}
```sh
git clone ADDRESS cocoon
cd cocoon
./dev demo          # a first answer
build/cocoon chat "Why # is the sky blue?"
```
"""


class FreshTest(unittest.TestCase):
    def test_commands_come_from_the_marked_block(self):
        commands = fresh.readme_commands(README.replace(" # is", " is"))
        self.assertEqual(commands, ["./dev demo", 'build/cocoon chat "Why is the sky blue?"'])

    def test_a_readme_without_commands_is_refused(self):
        with self.assertRaises(fresh.Refusal):
            fresh.readme_commands("# Cocoon\n")
        with self.assertRaises(fresh.Refusal):
            fresh.readme_commands(f"{fresh.MARK}\n```sh\ncd cocoon\n```\n")

    def test_only_the_way_to_the_registries_goes_along(self):
        inside = fresh.passed_environment({"https_proxy": "p", "PIP_CERT": "c", "HOME": "/home/me", "SECRET": "s",
                                           "PYTHONPATH": "/x", "npm_config_cafile": "f", "PATH": "/opt/mine"})
        self.assertEqual(inside["HOME"], "/root")
        self.assertNotIn("/opt/mine", inside["PATH"])
        self.assertEqual({name for name in inside if name not in ("HOME", "PATH", "TERM", "LANG")},
                         {"https_proxy", "PIP_CERT", "npm_config_cafile"})

    def test_only_settings_about_fetching_reach_apt(self):
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            (folder / "10proxy").write_text('Acquire::Check-Date "false";\n')
            (folder / "20clean").write_text('DPkg::Post-Invoke { "rm x"; };\n')
            self.assertEqual(fresh.apt_options(folder), [f"--aptopt={folder}/10proxy"])

    def test_sources_of_another_suite_stay_outside(self):
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            (folder / "sources.list.d").mkdir()
            (folder / "sources.list.d" / "debian.sources").write_text("Types: deb\n")
            (folder / "sources.list").write_text("\n")
            self.assertEqual(fresh.apt_sources(folder, "bookworm", "bookworm"),
                             [f"{folder}/sources.list.d/debian.sources"])
            self.assertEqual(fresh.apt_sources(folder, "trixie", "bookworm"), [])


if __name__ == "__main__":
    unittest.main()
