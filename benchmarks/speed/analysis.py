"""How fast text becomes tokens: one core, real titles where SHELFWISE_DATA has them, else made-up ones.

Run: python benchmarks/speed/analysis.py [--repeat 3]. Prints JSON. Times are processor time, so that a busy machine
does not count; "first" includes reading the dictionary's words as they are met.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from shelfwise.language.analyzer import BilingualAnalyzer
from shelfwise.language.pinyin import spell

DATA = Path(os.environ.get("SHELFWISE_DATA", Path(__file__).resolve().parents[2].parent / "shared" / "data"))
SETS = {
    "titles_en": ("icecat/products.jsonl.gz", "title"),
    "titles_zh": ("titles_zh/products.jsonl.gz", "title"),
    "queries_zh": ("queries_zh/queries.jsonl.gz", "query"),
}
MADE_UP = {
    "titles_en": [f"Brother TN-{n} toner cartridge {n % 9 + 1} x 128 GB black, 15.6 inch" for n in range(5_000)],
    "titles_zh": [f"无线蓝牙耳机降噪运动{n}款适用苹果iPhone{n % 15}手机壳 128GB" for n in range(5_000)],
    "queries_zh": [f"适合老人用的手机{n}" for n in range(5_000)],
}
MOST = 20_000


def read_texts(name: str) -> tuple[list[str], str]:
    """The texts of a set and where they come from."""
    file, key = SETS[name]
    if not (DATA / file).exists():
        return MADE_UP[name], "made up"
    with gzip.open(DATA / file, "rt", encoding="utf-8") as lines:
        return [json.loads(line)[key] or "" for _, line in zip(range(MOST), lines, strict=False)], file


def rate(work: Callable[[str], object], texts: Sequence[str]) -> float:
    """Texts per second of processor time."""
    started = time.process_time()
    for text in texts:
        work(text)
    return len(texts) / (time.process_time() - started)


def measure(name: str, repeat: int) -> dict[str, object]:
    texts, source = read_texts(name)
    analyzer = BilingualAnalyzer()
    first = rate(analyzer.analyze, texts)
    again = max(rate(analyzer.analyze, texts) for _ in range(repeat))
    return {
        "source": source,
        "texts": len(texts),
        "characters": round(sum(map(len, texts)) / len(texts), 1),
        "first_per_second": round(first),
        "per_second": round(again),
        "microseconds": round(1e6 / again, 1),
    }


def start_up() -> dict[str, float]:
    """Milliseconds of processor time in a new process: import, an analyzer, its first Chinese query."""
    script = (
        "import json,time;a=time.process_time();"
        "from shelfwise.language.analyzer import BilingualAnalyzer;b=time.process_time();"
        "x=BilingualAnalyzer();c=time.process_time();x.analyze('适合老人用的手机');d=time.process_time();"
        "print(json.dumps({'import':b-a,'analyzer':c-b,'first_query':d-c}))"
    )
    answer = subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True)
    return {name: round(1e3 * seconds, 1) for name, seconds in json.loads(answer.stdout).items()}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeat", type=int, default=3)
    repeat = parser.parse_args().repeat
    report: dict[str, object] = {name: measure(name, repeat) for name in SETS}
    terms = read_texts("queries_zh")[0]
    spell("预热")
    report["pinyin"] = {"per_second": round(rate(spell, terms))}
    report["start_up_ms"] = start_up()
    json.dump(report, sys.stdout, indent=2, ensure_ascii=False)
    print()


if __name__ == "__main__":
    main()
