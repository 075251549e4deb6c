"""Loads a tool that has no .py ending as a module, for the tests beside it."""

import importlib.util
from importlib.machinery import SourceFileLoader
from pathlib import Path


def load(name):
    path = str(Path(__file__).resolve().parent / name)
    loader = SourceFileLoader(name.replace("-", "_"), path)
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader(loader.name, loader))
    loader.exec_module(module)
    return module
