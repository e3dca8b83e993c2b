"""How good is it: metrics, tests of significance, reports."""
