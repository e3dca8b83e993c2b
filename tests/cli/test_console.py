from __future__ import annotations

from shelfwise.cli import console


def test_markup_in_texts_is_left_alone(capsys, monkeypatch) -> None:
    console.say("a [bold]b[/] [link=x]")
    console.print_table("", ("x",), [("[red]y",)])
    console.say_error("found [fields]", "see [x]")
    told = capsys.readouterr()
    assert told.out.split() == ["a", "[bold]b[/]", "[link=x]", "x", "[red]y"]
    assert told.err == "Error: found [fields]\nsee [x]\n"


def test_progress_without_a_terminal_is_a_line_now_and_then(capsys) -> None:
    times = iter([0.0, 3.0, 11.0, 11.0, 12.0])
    step = console._lines("Indexing", clock=lambda: next(times))
    for done in (10, 20, 30):
        step(done, 1_000)
    told = capsys.readouterr()
    assert told.out == ""
    assert told.err == "Indexing: 20 of 1,000\n"
