"""The examples do what they say."""

import os
import shutil
import subprocess
import sys

import pytest

from engine import MODEL, Behaviour
from network import ROOT

HERE = ROOT / "tests" / "e2e"


@pytest.mark.parametrize("name", ["chat.py", "chat.mjs", "chat.sh"])
def test_example(house, tmp_path, name):
    program = {"chat.py": sys.executable, "chat.mjs": shutil.which("node"), "chat.sh": "sh"}[name]
    shutil.copy(ROOT / "examples" / name, tmp_path / name)
    (tmp_path / "node_modules").symlink_to(HERE / "node_modules")  # as after npm install openai
    done = subprocess.run([program, name], cwd=tmp_path, capture_output=True, text=True, timeout=60,
                          env={**os.environ, "COCOON_URL": house.base_url})
    assert done.returncode == 0, done.stderr
    assert MODEL in done.stdout
    if name == "chat.sh":
        assert Behaviour().text in done.stdout and done.stdout.rstrip().endswith("data: [DONE]")
    else:
        assert Behaviour().text in done.stdout and done.stdout.rstrip().endswith("nanotons")
