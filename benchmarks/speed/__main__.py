"""Speed beside other engines, over sizes, and of the service: python -m benchmarks.speed [--quick] [--only …]."""

from __future__ import annotations

import argparse
from datetime import date
from pathlib import Path

import orjson

from benchmarks.speed import growth, report, service
from benchmarks.speed.compare import Comparison, Limits, to_stderr
from benchmarks.speed.engines import PEERS, ROOT, EngineError
from benchmarks.speed.feed import write_feed
from benchmarks.speed.machine import describe
from benchmarks.speed.service_shop import ENCODERS, ShopSpec, built
from benchmarks.speed.workload import Catalogue


def main(arguments: list[str] | None = None) -> int:
    """Run what was asked for and write bench-out/{speed,growth,service}.{md,json} and the plot."""
    options = parser().parse_args(arguments)
    options.out.mkdir(parents=True, exist_ok=True)
    for name, part in {"compare": compare, "growth": grow, "service": serve}.items():
        if options.only in (None, name):
            part(options)
    return 0


def parser() -> argparse.ArgumentParser:
    """The options, with what they do."""
    found = argparse.ArgumentParser(
        "python -m benchmarks.speed", description=__doc__.partition(":")[0] if __doc__ else ""
    )
    found.add_argument("--products", type=int, default=100_000, help="size of comparison and service (default: 100000)")
    found.add_argument("--dim", type=int, default=384, help="numbers in a vector of the comparison")
    found.add_argument("--peers", default="all", help=f"all, none, or names with commas: {','.join(PEERS)}")
    found.add_argument("--quick", action="store_true", help="under 3 minutes: 10000 products, growth up to 30000")
    found.add_argument("--only", choices=["compare", "growth", "service"], help="leave the others out")
    found.add_argument("--vectors", choices=list(ENCODERS), default="default", help="of the service's shop")
    found.add_argument("--clients", type=int, default=8, help="that ask the service at once")
    found.add_argument("--seconds", type=float, default=20.0, help="that the service is asked over HTTP")
    found.add_argument("--queries", type=int, default=300, help="measured queries of each task")
    found.add_argument("--rounds", type=int, default=3, help="turns of the engines")
    found.add_argument("--cores", type=int, default=1, help="processor cores an engine may search with")
    found.add_argument("--sizes", default=",".join(map(str, growth.SIZES)), help="sizes of the growth study")
    found.add_argument("--growth-dim", type=int, default=128, help="numbers in a vector of the growth study")
    found.add_argument("--build-limit", type=float, default=450.0, help="seconds an engine may build for")
    found.add_argument("--seed", type=int, default=7)
    found.add_argument("--date", default=date.today().isoformat(), help="as written into the report")
    found.add_argument("--out", type=Path, default=ROOT / "bench-out")
    found.add_argument("--plot", type=Path, default=ROOT / "docs" / "images" / "growth.svg")
    return found


def compare(options: argparse.Namespace) -> None:
    """The comparison of engines."""
    products, queries = (10_000, 90) if options.quick else (options.products, options.queries)
    names = {"all": list(PEERS), "none": []}.get(options.peers, options.peers.split(","))
    unknown = set(names) - set(PEERS)
    if unknown:
        raise SystemExit(f"--peers: no {', '.join(sorted(unknown))}; there are {', '.join(PEERS)}")
    about = {
        "products": products, "dim": options.dim, "seed": options.seed, "queries": queries, "date": options.date,
        "rounds": options.rounds, "cores": options.cores, "machine": describe(),
    }  # fmt: skip
    to_stderr(f"writing {products:,} products")
    catalogue = Catalogue(products, options.dim, options.seed)
    folder = options.out / "feeds" / f"{products}-{options.dim}-{queries}"
    feed = write_feed(folder, catalogue, {"tune": 60, "ask": queries})
    task = 3.0 if options.quick else 8.0
    limits = Limits(build=options.build_limit, task=task, rounds=options.rounds, cores=options.cores)
    measured = Comparison(feed, options.out, queries, limits, to_stderr).run(names)
    text = report.as_markdown(measured, about)
    (options.out / "speed.md").write_text(text)
    (options.out / "speed.json").write_bytes(orjson.dumps(report.as_data(measured, about)))
    print(text)


def grow(options: argparse.Namespace) -> None:
    """The growth study. A quick one leaves the plot in the documentation alone."""
    sizes = [10_000, 30_000] if options.quick else [int(size) for size in options.sizes.split(",")]
    study = growth.Study(options.out, options.growth_dim, options.seed, options.build_limit)
    points = []
    for size in sizes:
        try:
            points.append(growth.measure(size, study, to_stderr))
        except EngineError as error:
            to_stderr(f"{size:,} products: {error}")
    about = {"seed": options.seed, "date": options.date, "dim": options.growth_dim, "machine": describe()}
    (options.out / "growth.json").write_bytes(orjson.dumps({"about": about, "points": growth.as_data(points)}))
    (options.out / "growth.md").write_text(growth.as_markdown(points))
    growth.plot(points, options.out / "growth.svg" if options.quick else options.plot)
    print(growth.as_markdown(points))


def serve(options: argparse.Namespace) -> None:
    """The whole service. The shop is kept in bench-out/service; a quick one has light vectors."""
    products, vectors = (10_000, "light") if options.quick else (options.products, options.vectors)
    spec = ShopSpec(products, vectors, options.seed)
    load = service.Load(queries=options.queries, clients=options.clients, seconds=options.seconds)
    machine = describe()
    shop, costs = built(spec, options.out, to_stderr)
    found = service.measure(spec, shop, load, options.out / "service.log", to_stderr)
    about = {
        "products": products, "vectors": vectors, "seed": options.seed, "queries": load.queries,
        "clients": load.clients, "date": options.date, "machine": machine,
    }  # fmt: skip
    found |= {"built": costs, "about": about}
    (options.out / "service.json").write_bytes(orjson.dumps(found, option=orjson.OPT_INDENT_2))
    (options.out / "service.md").write_text(service.as_markdown(found))
    print(service.as_markdown(found))


if __name__ == "__main__":
    raise SystemExit(main())
