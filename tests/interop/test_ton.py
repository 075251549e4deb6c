"""Our cells, dictionaries, messages, transactions, accounts, addresses and wallets beside those of @ton/core, over
generated values."""

import os
import pathlib
import subprocess

import pytest

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
BUILD = pathlib.Path(os.environ.get("COCOON_BUILD") or ROOT / "build" / "dev")
MODULES = ROOT / "devnet" / "node_modules"
NODE = ROOT / ".venv" / "bin" / "node"


def test_ton_core_reads_and_writes_the_same():
    tool = BUILD / "tests" / "interop" / "ton" / "ton_recode"
    if not (MODULES / "@ton" / "core").exists():
        pytest.skip("./dev setup installs the npm packages of devnet/")
    assert tool.exists(), f"{tool} is not built"
    environment = dict(os.environ, COUNT=os.environ.get("COUNT", "500"))
    run = subprocess.run([str(NODE), str(HERE / "ton" / "compare.mjs"), str(tool), str(MODULES)], env=environment,
                         capture_output=True, text=True, timeout=300)
    assert run.returncode == 0, run.stdout + run.stderr
    assert run.stdout.count("the same") == 8, run.stdout
