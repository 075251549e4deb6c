"""The systemd units: systemd understands them, they are locked down, and they start what is built, with flags it knows."""

import re
import subprocess

import pytest

from network import ROOT, binary

UNITS = {"cocoon-client": "cocoon", "cocoon-proxy": "cocoon-proxy", "cocoon-worker": "cocoon-worker"}
MOST_EXPOSED = 20  # of 100; a unit without any hardening has 96


@pytest.fixture(params=UNITS)
def unit(request, tmp_path):
    """(path of a copy that starts our build, its words)."""
    text = (ROOT / "deploy" / "systemd" / f"{request.param}.service").read_text()
    program = UNITS[request.param]
    assert f"ExecStart=/usr/local/bin/{program} " in text
    path = tmp_path / f"{request.param}.service"
    path.write_text(text.replace(f"/usr/local/bin/{program} ", binary(program) + " "))
    return path


def run(*command):
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)


def test_systemd_understands_it(unit):
    done = run("systemd-analyze", "verify", "--man=no", str(unit))
    assert done.returncode == 0 and not done.stderr.strip(), done.stderr


def test_it_is_locked_down(unit):
    done = run("systemd-analyze", "security", "--offline=yes", f"--threshold={MOST_EXPOSED}", "--no-pager", str(unit))
    assert done.returncode == 0, done.stdout[-2000:]


def test_its_command_is_one_of_ours(unit, tmp_path):
    """Started with a configuration that is not there, the program complains of that, not of its flags."""
    words = re.search(r"^ExecStart=(.*)$", unit.read_text(), re.MULTILINE).group(1).split()
    missing = str(tmp_path / "missing.toml")
    done = run(*[missing if word.endswith(".toml") else word for word in words])
    assert done.returncode != 0
    assert missing in done.stderr
