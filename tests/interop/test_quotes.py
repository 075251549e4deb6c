"""Our verifier of Intel quotes beside one that shares no code with it (@phala/dcap-qvl), over all vectors and mutations.

Where they differ the reason is named here: what the other doesn't look at, and what it judges as policy. Anything else
fails, above all a quote that ours accepts and the other refuses.
"""

import json
import os
import pathlib
import random
import subprocess

import pytest

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
BUILD = pathlib.Path(os.environ.get("COCOON_BUILD") or ROOT / "build" / "dev")
VECTORS = HERE.parent / "vectors" / "attestation"
SEED = 20260101
MUTATIONS_OF_EACH = 60

# The other refuses by policy what is verified, or judges differently than Intel's own library does.
POLICY = {"Invalid mr service td", "Debug mode is enabled", "SEPT_VE_DISABLE is not enabled",
          "Reserved bits in TD attributes are set", "TCB status is invalid: Revoked"}
# Compares TDX components 0 and 1 also of modules that have a version of their own; knows no relaunch.
MODULE_VERSION = "No matching TCB level found"
# Takes authentication data for 32 bytes always.
AUTHENTICATION_DATA = "QE report hash mismatch"

# Vectors that the other accepts, each for something that it doesn't look at.
NOT_LOOKED_AT = {
    "crl-pck-expired": "crl_time", "crl-pck-badsig": "bad_crl", "crl-root-badsig": "bad_crl",
    "crl-wrong-ca": "bad_crl", "crl-swapped": "bad_crl",
    "chain-leaf-under-leaf": "bad_chain", "chain-tcb-as-pckca": "bad_chain", "tcbchain-pckleaf": "bad_chain",
    "mod-unknown-version": "tcb_not_supported", "mod-attributes": "tdx_module_mismatch",
    "q-outer1": "unsupported",
}
# Vectors with statuses of modules or of relaunches, or with convergence that the other does otherwise.
OTHER_STATUS = {"gcp-cos113-v4", "gcp-cos113-v4-c2", "flashbots-v4-c2", "mod-skip01", "mod-cn-ood", "qe-ood-cswh",
                "v5-relaunch", "v5-relaunch-cn", "v5-both-ood"}
# Parts of collateral whose signatures the other doesn't check.
UNSIGNED_THERE = {"root_ca_crl", "pck_crl", "pck_crl_issuer_chain"}


def load(folder):
    manifest = json.loads((VECTORS / folder / "manifest.json").read_text())["vectors"]
    parts = json.loads((VECTORS / folder / "collateral_parts.json").read_text())
    for vector in manifest:
        root = (VECTORS / folder / vector["root"]).read_text() if "root" in vector else ""
        case = {"root": root, "quote": (VECTORS / folder / vector["quote"]).read_bytes().hex(),
                "collateral": {name: parts[ref] for name, ref in vector["collateral"].items()}}
        yield vector, case


def judge(command, cases):
    lines = "".join(json.dumps(case) + "\n" for case in cases)
    done = subprocess.run(command, input=lines, capture_output=True, text=True, timeout=120, check=True)
    verdicts = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(verdicts) == len(cases)
    return verdicts


def ours(cases):
    tool = BUILD / "tests" / "interop" / "quotes" / "quote_judge"
    if not tool.exists():
        raise FileNotFoundError(f"{tool} is missing: build it, or name the build folder in COCOON_BUILD")
    return judge([tool], cases)


def theirs(cases):
    return judge(["node", HERE / "quotes" / "phala.mjs", HERE.parent / "e2e"], cases)


def explains(vector, case, mine, other):
    """Whether the two verdicts may stand side by side."""
    if "status" in mine and "status" in other:
        return mine == other or vector in OTHER_STATUS
    if "status" in mine:
        quote = bytes.fromhex(case["quote"])
        body = 54 if quote[0] == 5 else 48
        return (other["refused"] in POLICY
                or (other["refused"] == MODULE_VERSION and quote[4] == 0x81 and quote[body + 1] > 0)
                or (other["refused"] == AUTHENTICATION_DATA and vector.startswith("q-auth-")))
    return "status" not in other or NOT_LOOKED_AT.get(vector) == mine["class"]


@pytest.mark.parametrize("folder", ["tdx", "sgx", "tdx-synth"])
def test_vectors(folder):
    names, cases = [], []
    for vector, case in load(folder):
        for check in vector["checks"]:
            names.append(vector["id"])
            cases.append({**case, "time": check["time"]})
    agreed = 0
    for name, case, mine, other in zip(names, cases, ours(cases), theirs(cases)):
        assert explains(name, case, mine, other), (name, mine, other)
        agreed += ("status" in mine) == ("status" in other)
    assert agreed >= len(cases) * 3 // 4


def flip(data, rng):
    changed = bytearray(data)
    changed[rng.randrange(len(changed))] ^= 1 << rng.randrange(8)
    return bytes(changed)


def mutate(case, rng):
    """One flipped bit: in the quote or in one part of the collateral. Returns which, and the case."""
    parts = sorted(case["collateral"])
    which = rng.choice(["quote"] * len(parts) + parts)
    if which == "quote":
        quote = bytes.fromhex(case["quote"]).rstrip(b"\0")
        return which, {**case, "quote": flip(quote, rng).hex()}
    text = case["collateral"][which]
    if which in ("root_ca_crl", "pck_crl") or which.endswith("_signature"):
        changed = flip(bytes.fromhex(text), rng).hex()
    else:
        changed = flip(text.encode(), rng).decode("latin-1")
    return which, {**case, "collateral": {**case["collateral"], which: changed}}


@pytest.mark.parametrize("folder,name", [("tdx", "phala-v4"), ("tdx", "cocoon-v4"), ("tdx", "google-v5"),
                                         ("sgx", "phala-sgx"), ("tdx-synth", "v5-td15")])
def test_mutations(folder, name):
    vector, case = next((v, c) for v, c in load(folder) if v["id"] == name)
    case["time"] = vector["checks"][0]["time"]
    rng = random.Random(f"{SEED} {name}")
    changes = [mutate(case, rng) for _ in range(MUTATIONS_OF_EACH)]
    cases = [changed for _, changed in changes]
    for (which, _), mine, other in zip(changes, ours(cases), theirs(cases)):
        assert "status" not in mine, (SEED, which, mine)
        if "status" in other:
            assert which in UNSIGNED_THERE | {"quote"} or which.endswith("_chain"), (SEED, which, mine, other)
            # Of a quote only what is not signed: sizes and types around the certification data.
            assert which != "quote" or mine["class"] in ("malformed", "unsupported", "bad_chain"), (SEED, mine, other)
