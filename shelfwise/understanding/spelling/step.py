"""The step that corrects: sure readings are put in place, others are offered and searched beside what was typed."""

from __future__ import annotations

from typing import Final

from shelfwise.language.base import Analyzer
from shelfwise.language.stopwords import without_stopwords
from shelfwise.types import Correction
from shelfwise.understanding.base import Understanding
from shelfwise.understanding.spelling.fixes import Corrector, apply_fixes

SURE: Final = 0.45  # confidence from which a correction is searched in place of what was typed


class SpellingStep:
    """Asks a corrector what is misspelt. `sure` is the confidence from which a correction is put in place."""

    name = "spelling"

    def __init__(self, analyzer: Analyzer, corrector: Corrector, sure: float = SURE) -> None:
        self._analyzer = analyzer
        self._corrector = corrector
        self._sure = sure

    def __call__(self, u: Understanding) -> Understanding:
        """Sets `text`, `core`, `fixes`, `sure`, `corrections` and `did_you_mean`."""
        fixes = self._corrector.fixes(u.cleaned, without_stopwords(self._analyzer.analyze(u.cleaned)))
        if not fixes:
            return u
        certain = tuple(fix for fix in fixes if fix.best.confidence >= self._sure)
        shown = [fix for fix in fixes if not fix.silent]
        text, applied = apply_fixes(u.cleaned, certain)
        return u.but(
            text=text,
            core=text,
            fixes=tuple(fixes),
            sure=certain,
            corrections=tuple(Correction(a.original, a.fix.best.text, a.fix.best.confidence) for a in applied),
            did_you_mean=apply_fixes(u.cleaned, shown)[0] if len(certain) < len(shown) else None,
        )
