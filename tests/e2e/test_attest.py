"""`cocoon attest verify` and `measure` on recorded evidence: offline from a file, and with a collateral server here."""

import http.server
import json
import lzma
import subprocess
import threading
import urllib.parse

import pytest

from network import ROOT, binary

VECTORS = ROOT / "tests" / "vectors" / "attestation"
COMMAND_SECONDS = 60


def cocoon(*arguments):
    """(exit status, standard output, standard error)."""
    done = subprocess.run([binary("cocoon"), "attest", *map(str, arguments)], capture_output=True, text=True,
                          timeout=COMMAND_SECONDS, stdin=subprocess.DEVNULL)
    return done.returncode, done.stdout, done.stderr


def verify(*arguments):
    """(exit status, verdict)."""
    status, out, err = cocoon("verify", *arguments, "--json")
    assert status in (0, 1) and out, f"{status}: {out}{err}"
    return status, json.loads(out)


def outcomes(verdict):
    return {factor["name"]: factor["outcome"] for factor in verdict["factors"]}


class Recorded:
    """A recorded quote of the TDX vectors with its collateral."""

    def __init__(self, name):
        folder = VECTORS / "tdx"
        vectors = json.loads((folder / "manifest.json").read_text())["vectors"]
        vector = next(one for one in vectors if one["id"] == name)
        parts = json.loads((folder / "collateral_parts.json").read_text())
        self.collateral = {key: parts[part] for key, part in vector["collateral"].items()}
        self.quote = folder / vector["quote"]
        self.time = vector["checks"][0]["time"]
        self.late = next(check["time"] for check in vector["checks"] if check["name"] == "after_window")

    def bundle(self, folder):
        path = folder / "collateral.json"
        path.write_text(json.dumps(self.collateral))
        return path


class CollateralServer:
    """Serves one quote's collateral under the paths of Intel's service, as its caches do."""

    def __init__(self, collateral):
        fmspc = json.loads(collateral["tcb_info"])["fmspc"].lower()
        signed = '{"%s":%s,"signature":"%s"}'
        self.answers = {
            "/sgx/certification/v4/rootcacrl": (collateral["root_ca_crl"], None, None),
            "/sgx/certification/v4/pckcrl?ca=platform&encoding=der": (
                bytes.fromhex(collateral["pck_crl"]), "SGX-PCK-CRL-Issuer-Chain", collateral["pck_crl_issuer_chain"]),
            f"/tdx/certification/v4/tcb?fmspc={fmspc}": (
                signed % ("tcbInfo", collateral["tcb_info"], collateral["tcb_info_signature"]),
                "TCB-Info-Issuer-Chain", collateral["tcb_info_issuer_chain"]),
            "/tdx/certification/v4/qe/identity": (
                signed % ("enclaveIdentity", collateral["qe_identity"], collateral["qe_identity_signature"]),
                "SGX-Enclave-Identity-Issuer-Chain", collateral["qe_identity_issuer_chain"]),
        }
        self.asked = []
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                outer.asked.append(self.path)
                body, header, chain = outer.answers.get(self.path, (None, None, None))
                if body is None:
                    return self.send_error(404)
                body = body if isinstance(body, bytes) else body.encode()
                self.send_response(200)
                self.send_header("Content-Length", str(len(body)))
                if header:
                    self.send_header(header, urllib.parse.quote(chain))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def stop(self):
        self.server.shutdown()
        self.server.server_close()


@pytest.fixture
def served():
    recorded = Recorded("phala-v4")
    server = CollateralServer(recorded.collateral)
    yield recorded, server
    server.stop()


def test_genuine_quote_offline(tmp_path):
    recorded = Recorded("phala-v4")
    status, verdict = verify(recorded.quote, "--bundle", recorded.bundle(tmp_path), "--at", recorded.time)
    assert (status, verdict["accepted"], verdict["refusal"]) == (0, True, None)
    found = outcomes(verdict)
    for name in ("signature_chain", "collateral_dates", "revocation_lists", "tcb_status", "tdx_module_identity",
                 "qe_identity", "debug_off", "attributes", "platform_not_revoked"):
        assert found[name] == "passed", name
    assert found["report_data_binding"] == "not_checked"
    assert verdict["platform"] and verdict["image_hash"]


def test_report_for_people_says_what_is_not_proven(tmp_path):
    recorded = Recorded("phala-v4")
    status, out, _ = cocoon("verify", recorded.quote, "--bundle", recorded.bundle(tmp_path), "--at", recorded.time)
    assert status == 0 and "accepted" in out and "It does not prove everything" in out
    assert "debugging is off" in out


def test_without_collateral_nothing_is_believed():
    status, verdict = verify(Recorded("phala-v4").quote)
    assert (status, verdict["refusal"]["reason"]) == (1, "collateral_missing")


def test_stale_collateral(tmp_path):
    recorded = Recorded("phala-v4")
    status, verdict = verify(recorded.quote, "--bundle", recorded.bundle(tmp_path), "--at", recorded.late)
    assert status == 1 and not verdict["accepted"]


def test_debuggable_guest(tmp_path):
    recorded = Recorded("trustee-v4-debug-c2")
    status, verdict = verify(recorded.quote, "--bundle", recorded.bundle(tmp_path), "--at", recorded.time)
    assert status == 1 and outcomes(verdict)["debug_off"] == "failed"


def test_collateral_of_another_platform(tmp_path):
    bundle = Recorded("gcp-cos113-v4").bundle(tmp_path)
    recorded = Recorded("phala-v4")
    status, verdict = verify(recorded.quote, "--bundle", bundle, "--at", recorded.time)
    assert (status, verdict["refusal"]["reason"]) == (1, "collateral_missing")


def test_one_flipped_byte(tmp_path):
    recorded = Recorded("phala-v4")
    quote = bytearray(recorded.quote.read_bytes())
    quote[48 + 136] ^= 1  # MRTD
    (tmp_path / "quote.bin").write_bytes(quote)
    status, verdict = verify(tmp_path / "quote.bin", "--bundle", recorded.bundle(tmp_path), "--at", recorded.time)
    assert status == 1 and outcomes(verdict)["signature_chain"] == "failed"


def test_production_asks_for_the_key(tmp_path):
    recorded = Recorded("phala-v4")
    bundle = recorded.bundle(tmp_path)
    status, _, err = cocoon("verify", recorded.quote, "--bundle", bundle, "--at", recorded.time, "--policy", "production")
    assert status == 2 and "--report-data" in err
    status, verdict = verify(recorded.quote, "--bundle", bundle, "--at", recorded.time, "--policy", "production",
                             "--report-data", "00" * 64)
    assert status == 1 and outcomes(verdict)["report_data_binding"] == "failed"


def test_revoked_machine(tmp_path):
    recorded = Recorded("phala-v4")
    bundle = recorded.bundle(tmp_path)
    _, verdict = verify(recorded.quote, "--bundle", bundle, "--at", recorded.time)
    policy = tmp_path / "policy.toml"
    policy.write_text(f'base = "genuine"\n[lists]\nrevoked_platforms = ["{verdict["platform"]}"]\n')
    status, verdict = verify(recorded.quote, "--bundle", bundle, "--at", recorded.time, "--policy", policy)
    assert (status, verdict["refusal"]["reason"]) == (1, "platform_revoked")


def test_collateral_from_a_service_and_back_into_a_file(served, tmp_path):
    recorded, server = served
    saved = tmp_path / "saved.json"
    status, verdict = verify(recorded.quote, "--collateral-url", server.url, "--at", recorded.time, "--save-bundle", saved)
    assert status == 0, verdict["refusal"]
    assert sorted(server.asked) == sorted(server.answers)
    server.asked.clear()
    status, _ = verify(recorded.quote, "--bundle", saved, "--at", recorded.time)
    assert status == 0 and not server.asked


def test_service_that_lies(served):
    recorded, server = served
    path, (body, header, chain) = next((p, a) for p, a in server.answers.items() if "/tcb?" in p)
    server.answers[path] = (body.replace('"OutOfDate"', '"UpToDate"', 1), header, chain)
    status, verdict = verify(recorded.quote, "--collateral-url", server.url, "--at", recorded.time)
    assert status == 1 and not verdict["accepted"]


def test_service_that_is_down():
    status, out, err = cocoon("verify", Recorded("phala-v4").quote, "--collateral-url", "http://127.0.0.1:9", "--json")
    assert status == 1 and json.loads(out)["refusal"]["reason"] == "collateral_missing" and "collateral" in err


def test_snp_report():
    folder = VECTORS / "snp"
    status, verdict = verify(folder / "ms-milan-v3.bin", "--key-certificate", folder / "ms-milan-v3-key.der")
    found = outcomes(verdict)
    assert verdict["evidence"] == "sev_snp" and found["signature_chain"] == "passed"
    # No list, no trust: AMD's service was not asked.
    assert (status, found["revocation_lists"]) == (1, "not_checked")


def test_files_that_are_no_evidence(tmp_path):
    empty = tmp_path / "empty"
    empty.write_bytes(b"")
    assert cocoon("verify", empty)[0] == 1
    assert cocoon("verify", tmp_path / "missing")[0] == 1
    status, out, _ = cocoon("verify", "127.0.0.1:9")
    assert status == 3 and not out


def measure(*arguments):
    status, out, err = cocoon("measure", *arguments, "--json")
    assert out, f"{status}: {err}"
    return status, json.loads(out)


def test_firmware_of_a_recorded_machine(tmp_path):
    """MRTD as hardware has measured it (the quote in eventlog/ubuntu-2510), from the firmware's image."""
    image = tmp_path / "OVMF.fd"
    image.write_bytes(lzma.decompress((VECTORS / "measure" / "ovmf-ubuntu2510.fd.xz").read_bytes()))
    vectors = json.loads((VECTORS / "measure" / "expect.json").read_text())
    expect = next(one for one in vectors if one["id"] == "ovmf-ubuntu2510")["expect"]
    status, measured = measure("--firmware", image, "--memory", "2G")
    assert status == 0
    for name in ("mrtd_single_pass", "mrtd_two_pass", "td_hob_sha384", "cfv_sha384"):
        assert measured[name] == expect[name], name
    quote = (VECTORS / "eventlog" / "ubuntu-2510-quote.bin").read_bytes()
    assert quote[48 + 136:48 + 136 + 48].hex() == measured["mrtd_single_pass"]


@pytest.mark.parametrize("name, status", [("ubuntu-2510", 0), ("ubuntu-2510-stale", 1), ("dstack-report", 0),
                                          ("m-payload", 1), ("m-dropped", 1)])
def test_logs_against_quotes(name, status):
    vectors = json.loads((VECTORS / "eventlog" / "expect.json").read_text())
    vector = next(one for one in vectors if one["id"] == name)
    files = vector["files"]
    found, replayed = measure("--log", VECTORS / files.get("log", files.get("events")), "--quote",
                              VECTORS / files["quote"])
    assert (found, replayed["verdict"]) == (status, vector["expect"]["verdict"])
    assert replayed["rtmr"] == vector["expect"]["rtmr"]


def test_launch_digest():
    vectors = json.loads((VECTORS / "measure" / "expect.json").read_text())
    vector = next(one for one in vectors if one["id"] == "amdsev-suffix-4")
    files, args = vector["files"], vector["args"]
    _, measured = measure("--tee", "snp", "--firmware", VECTORS / files["ovmf"], "--kernel", VECTORS / files["kernel"],
                          "--initrd", VECTORS / files["initrd"], "--cmdline", args["append"], "--vcpus", args["vcpus"],
                          "--cpu", args["vcpu_type"], "--guest-features", int(args["guest_features"], 16))
    assert measured["launch_digest"] == vector["expect"]["measurement"]


def test_verity():
    folder = VECTORS / "dmverity"
    root = next(one for one in json.loads((folder / "expect.json").read_text()) if one["id"] == "sha256")
    root = root["expect"]["root_hash"]
    arguments = ("--verity-data", folder / "sha256-data.img", "--verity-root", root)
    assert measure(*arguments, "--verity-hash", folder / "sha256-hash.img")[1]["verdict"] == "valid"
    status, _, err = cocoon("measure", *arguments, "--verity-hash", folder / "hash-flip-hash.img")
    assert status == 1 and "altered" in err
