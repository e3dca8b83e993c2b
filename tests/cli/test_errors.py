"""What goes wrong is told in a line or two, with a status, and never as a stack trace."""

from __future__ import annotations

import pytest

from shelfwise.cli import main

CASES = {
    "no command": ([], 2, "Usage"),
    "unknown command": (["serach"], 2, "No such command"),
    "unknown option": (["search", "x", "--shp", "."], 2, "No such option"),
    "no shop": (["search", "x", "--shop", "{tmp}/none"], 1, "is not a shop: it has no shelfwise.toml"),
    "no shop in doctor": (["doctor", "--shop", "{tmp}/none"], 1, "is not a shop"),
    "shop twice": (["init", "{shop}"], 1, "is a shop already"),
    "unknown encoder": (["init", "{tmp}/new", "--encoder", "best"], 1, "encoder.kind"),
    "folder is a file": (["init", "{tmp}/file.csv"], 1, "cannot be made a shop"),
    "no index": (["search", "x", "--shop", "{empty}"], 1, "there is no index yet"),
    "serve without index": (["serve", "--shop", "{empty}", "--port", "0"], 1, "there is no index yet"),
    "unknown address": (["serve", "--shop", "{shop}", "--host", "999.1.1.1"], 1, "cannot listen on 999.1.1.1"),
    "unknown sort": (["search", "x", "--shop", "{shop}", "--sort", "cheap"], 2, "'cheap' is not one of"),
    "unknown mode": (["search", "x", "--shop", "{shop}", "--mode", "best"], 2, "'best' is not one of"),
    "limit": (["search", "x", "--shop", "{shop}", "--limit", "0"], 2, "Invalid value for '--limit'"),
    "filter value": (["search", "x", "--shop", "{shop}", "-f", "price:a..b"], 1, "expected a number"),
    "filter json": (["search", "x", "--shop", "{shop}", "-f", '{{"price": '], 1, "--filter: not valid JSON"),
    "no feed": (["import", "{tmp}/none.csv", "--shop", "{empty}"], 1, "none.csv: no such file"),
    "feed of no kind": (["import", "{tmp}/what.zip", "--shop", "{empty}"], 1, "unknown kind of file"),
    "feed without header": (["import", "{tmp}/zero.csv", "--shop", "{empty}"], 1, "expected a header"),
    "feed without id": (
        ["import", "{tmp}/odd.csv", "--shop", "{empty}"],
        1,
        "no column is known to be the product's id",
    ),
    "mapping name": (["import", "{tmp}/file.csv", "--shop", "{empty}", "--mapping", "google"], 2, "google_merchant"),
    "mapping key": (["import", "{tmp}/file.csv", "--shop", "{empty}", "--mapping", "{tmp}/m.toml"], 1, "Did you mean"),
    "mapping column": (
        ["import", "{tmp}/file.csv", "--shop", "{empty}", "--mapping", "{tmp}/c.toml"],
        1,
        "column title",
    ),
    "mode of import": (["import", "{tmp}/file.csv", "--shop", "{empty}", "--mode", "all"], 2, "'all' is not one of"),
    "share": (
        ["import", "{tmp}/file.csv", "--shop", "{empty}", "--max-vanish", "7"],
        2,
        "Invalid value for '--max-vanish'",
    ),
    "no judgments": (["evaluate", "search", "--shop", "{shop}"], 2, "judgments"),
    "judgments missing": (
        ["evaluate", "search", "--shop", "{shop}", "--judgments", "{tmp}/no.csv"],
        1,
        "cannot be read",
    ),
    "judgments wrong": (
        ["evaluate", "search", "--shop", "{shop}", "--judgments", "{tmp}/file.csv"],
        1,
        "expected one column",
    ),
    "run missing": (["evaluate", "compare", "{tmp}/a.run", "--judgments", "{judgments}"], 1, "cannot be read"),
    "run wrong": (["evaluate", "compare", "{tmp}/file.csv", "--judgments", "{judgments}"], 1, "expected 6"),
    "split": (["evaluate", "search", "--shop", "{shop}", "--judgments", "{judgments}", "--split", "test"], 2, "'test'"),
    "report into nowhere": (
        ["evaluate", "search", "--shop", "{shop}", "--judgments", "{judgments}", "--report", "{tmp}/no/x.html"],
        1,
        "No such file or directory",
    ),
    "no older generation": (["index", "--shop", "{shop}", "--rollback"], 1, "no whole generation older"),
    "two things at once": (["index", "--shop", "{shop}", "--rollback", "--list"], 2, "at most one of"),
    "past queries missing": (["index", "--shop", "{shop}", "--queries", "{tmp}/no.tsv"], 1, "cannot be read"),
    "past queries wrong": (
        ["index", "--shop", "{shop}", "--queries", "{tmp}/q.tsv"],
        1,
        "q.tsv: line 2: found count 'many'",
    ),
    "past queries not text": (["index", "--shop", "{shop}", "--queries", "{tmp}/bytes.tsv"], 1, "line 2: found bytes"),
    "nothing to ask": (["bench", "--shop", "{shop}", "--queries", "{tmp}/zero.csv"], 1, "found nothing to ask"),
    "settings key": (["search", "x", "--shop", "{tmp}/bad"], 1, "unknown key shop.naem. Did you mean 'name'?"),
}


FILES = {
    "file.csv": b"sku,name\np1,Boots\n",
    "odd.csv": b"colour\nred\n",
    "zero.csv": b"",
    "what.zip": b"PK",
    "m.toml": b'[fields]\nid = "sku"\ntitel = "name"\n',
    "c.toml": b'[fields]\nid = "sku"\ntitle = "headline"\n',
    "q.tsv": b"lamp\t3\nphone\tmany\n",
    "bytes.tsv": b"lamp\t3\nph\xffne\t1\n",
}


@pytest.mark.parametrize("case", CASES)
def test_error(case, cli, places) -> None:
    for name, content in FILES.items():
        (places["tmp"] / name).write_bytes(content)
    (places["tmp"] / "bad").mkdir(exist_ok=True)
    (places["tmp"] / "bad" / "shelfwise.toml").write_text('[shop]\nnaem = "x"\n', "utf-8")
    arguments, status, said = CASES[case]
    done = cli(*(each.format(**places) for each in arguments))
    assert done.exit_code == status, done.output
    assert said in " ".join(done.output.split())
    assert "Traceback" not in done.output
    if status == 1 and arguments[0] not in ("doctor", "import"):
        assert done.stdout == ""


def test_a_defect_is_one_line_too(monkeypatch, capsys) -> None:
    def broken() -> None:
        raise KeyError("x")

    monkeypatch.delenv(main.TRACE, raising=False)
    monkeypatch.setattr(main, "app", broken)
    with pytest.raises(SystemExit) as stop:
        main.run()
    assert stop.value.code == 1
    told = capsys.readouterr().err
    assert "KeyError: 'x'" in told
    assert "This is a defect in Shelfwise." in told
    monkeypatch.setenv(main.TRACE, "1")
    with pytest.raises(KeyError):
        main.run()


def test_ctrl_c_has_its_own_status(monkeypatch, cli, shop) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("shelfwise.shop.Shop.index", interrupted)
    done = cli("index", "--shop", shop)
    assert done.exit_code == 130
    assert "Stopped." in done.stderr
