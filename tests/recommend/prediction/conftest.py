"""The module `worlds` beside this one: the tests are not a package."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

if "prediction_worlds" not in sys.modules:
    spec = importlib.util.spec_from_file_location("prediction_worlds", Path(__file__).with_name("worlds.py"))
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules["prediction_worlds"] = module
    spec.loader.exec_module(module)
