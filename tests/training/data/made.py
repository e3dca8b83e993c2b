"""Examples for tests."""

from __future__ import annotations

from hypothesis import strategies as st

from shelfwise.training.data.examples import Example


def pair(
    query: str, text: str, grade: float = 1.0, *, group: str = "", source: str = "catalog", time: float | None = None
) -> Example:
    """An example with one text; the group is the query unless it is given."""
    return Example(query, (text,), (grade,), group or query, source, time)


SOURCES = ("judgments", "questions", "log", "reviews", "catalog")
WORDS = st.sampled_from([f"word{number}" for number in range(12)])

EXAMPLES = st.builds(
    lambda query, graded, group, source, time: Example(
        query, tuple(graded), tuple(graded.values()), group, source, float(time)
    ),
    query=WORDS,
    graded=st.dictionaries(WORDS.map("text {}".format), st.sampled_from([0.0, 0.5, 1.0]), min_size=1, max_size=3),
    group=WORDS,
    source=st.sampled_from(SOURCES),
    time=st.integers(0, 50),
)
