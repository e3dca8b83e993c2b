"""The notebook runs from top to bottom, on the Python of the tests and without a network, and its figures are sound."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import Any

import pytest

nbformat = pytest.importorskip("nbformat", reason="needs the extra `dev`")
pytest.importorskip("nbclient", reason="needs the extra `dev`")
for package in ("torch", "sentence_transformers", "peft", "datasets"):
    pytest.importorskip(package, reason="needs the extra `train`")

NOTEBOOK = Path(__file__).resolve().parents[2] / "docs" / "notebooks" / "fine-tune.ipynb"
ASKED = """
import json, sys
print(json.dumps({
    "python": sys.executable,
    "trained": share.share,
    "held": {"first": float(np.mean(old)), "second": float(np.mean(new))},
    "loss": list(curve("loss"))[1],
    "queries": len(queries), "judged": len(judgments), "learned": [example.query for example in train],
    "asked": list(judgments),
    "cosine": parity.cosine_mean, "size": parity.size_exported / parity.size_reference,
    "lost": parity.lost["ndcg@10"].lost,
    "encoder": shop.settings.encoder.model, "found": [product.title for product in page.products],
    "degraded": list(page.degraded),
}))
"""


@pytest.fixture(scope="module")
def notebook() -> Any:
    return nbformat.read(NOTEBOOK, as_version=4)


@pytest.fixture(scope="module")
def figures(notebook: Any, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What the notebook came to; one that fails says in which cell and why."""
    from nbclient import NotebookClient

    folder = tmp_path_factory.mktemp("notebook")
    run = nbformat.from_dict(notebook)
    run.cells.append(nbformat.v4.new_code_cell(ASKED, id="asked"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HF_HUB_OFFLINE", "1")
        patch.setenv("MPLBACKEND", "agg")
        for name in ("TMPDIR", "IPYTHONDIR", "JUPYTER_RUNTIME_DIR", "JUPYTER_CONFIG_DIR"):
            patch.setenv(name, str(folder))
        NotebookClient(run, timeout=600, kernel_name="python3", resources={"metadata": {"path": str(folder)}}).execute()
    said = "".join(output.text for output in run.cells[-1].outputs if output.get("name") == "stdout")
    found: dict[str, Any] = json.loads(said)
    return found


def test_what_is_kept_has_no_outputs_and_names_no_machine(notebook: Any) -> None:
    nbformat.validate(notebook)
    for cell in notebook.cells:
        assert not cell.get("outputs") and cell.get("execution_count") is None
    assert not re.search(r"/(home|Users|root|tmp|work|content|opt)/|[A-Z]:\\", NOTEBOOK.read_text("utf-8"))
    assert set(notebook.metadata) <= {"kernelspec", "language_info"}


def test_it_installs_only_where_there_is_nothing(notebook: Any) -> None:
    first = next(cell for cell in notebook.cells if cell.cell_type == "code")
    condition, install = first.source.splitlines()[-2:]
    assert condition.startswith('if find_spec("shelfwise") is None:')
    assert install.startswith("    %pip install ") and '"shelfwise[train]"' in install


def test_it_runs_on_this_python(figures: dict[str, Any]) -> None:
    assert Path(figures["python"]) == Path(sys.executable)


def test_the_model_learned(figures: dict[str, Any]) -> None:
    assert figures["loss"][-1] < figures["loss"][0]
    assert figures["held"]["second"] > figures["held"]["first"]
    assert 0 < figures["trained"] < 0.05


def test_it_is_compared_on_queries_that_it_never_met(figures: dict[str, Any]) -> None:
    assert figures["queries"] > 30
    asked = {query.casefold() for query in figures["asked"]}
    assert not asked & {query.casefold() for query in figures["learned"]}


def test_the_export_is_the_model_and_smaller(figures: dict[str, Any]) -> None:
    assert figures["cosine"] > 0.98
    assert abs(figures["lost"]) < 0.03
    assert figures["size"] < 0.5


def test_the_shop_searches_with_it(figures: dict[str, Any]) -> None:
    assert figures["encoder"] == "ours@0001"
    assert figures["degraded"] == []
    assert any("mug" in title.casefold() or "cup" in title.casefold() for title in figures["found"])
