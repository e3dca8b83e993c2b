"""The module `given` beside this one: the tests are not a package."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

if "given_profiles" not in sys.modules:
    spec = importlib.util.spec_from_file_location("given_profiles", Path(__file__).with_name("given.py"))
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules["given_profiles"] = module
    spec.loader.exec_module(module)
