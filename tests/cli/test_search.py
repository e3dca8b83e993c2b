from __future__ import annotations


def ids(answer) -> list[str]:
    return [each["id"] for each in answer["results"]]


def test_search_prints_a_table_and_only_that_on_standard_output(cli, shop) -> None:
    done = cli("search", "headphones", "--shop", shop, "--why")
    assert done.exit_code == 0
    assert done.stdout.splitlines()[0].split() == ["#", "id", "title", "price", "score"]
    assert "Vega wireless headphones" in done.stdout
    assert "2 found in" in done.stdout
    assert "599 EUR" in done.stdout
    assert done.stderr == ""


def test_json_has_the_products_in_short_and_the_reasons(parsed, shop) -> None:
    answer = parsed("search", "black headphones", "--shop", shop)
    first = answer["results"][0]
    assert (first["id"], first["price"], first["currency"], first["position"]) == ("p3", "599", "EUR", 0)
    assert {"stage", "name", "value", "detail"} <= set(first["why"][0])
    assert answer["took"]["total"] > 0


def test_filters_of_all_forms_must_all_pass(parsed, shop) -> None:
    assert set(ids(parsed("search", "", "--shop", shop, "-f", "brand:Vega|Lumen", "-f", "-color:black"))) == {
        "p4",
        "p5",
    }
    assert ids(parsed("search", "", "--shop", shop, "-f", '{"price": [100, 200]}', "-f", "brand:Lumen")) == ["p5"]
    assert ids(parsed("search", "", "--shop", shop, "-f", '{"price": [100, 200]}', "-f", '{"brand": ["Vega"]}')) == [
        "p4"
    ]


def test_sort_and_pages(parsed, shop) -> None:
    assert ids(parsed("search", "", "--shop", shop, "--sort", "price"))[:2] == ["p2", "p5"]
    assert ids(parsed("search", "", "--shop", shop, "--sort", "-price", "--limit", 1, "--offset", 1)) == ["p3"]


def test_a_misspelt_word_is_told(cli, shop) -> None:
    assert "Read 'hedphones' as 'headphones'." in cli("search", "wireless hedphones", "--shop", shop).stdout


def test_nothing_found_is_no_failure(cli, shop) -> None:
    done = cli("search", "zzqxv", "--shop", shop)
    assert done.exit_code == 0
    assert "0 found" in done.stdout


def test_hostile_queries_are_answered(cli, shop) -> None:
    for query in ("[bold]x[/]", "a AND (b", "\x00\x1b[31m", "🎧" * 500, "' OR 1=1 --", "title:*", "x" * 10_000):
        done = cli("search", query, "--shop", shop)
        assert done.exit_code == 0, (query, done.output)


def test_suggest(cli, parsed, shop) -> None:
    assert any("headphones" in each["text"].lower() for each in parsed("suggest", "vega wire", "--shop", shop))
    assert "Vega" in cli("suggest", "veg", "--shop", shop).stdout
