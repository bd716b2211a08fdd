"""The weekly report, as numbers: pure functions of the deals and the moment. One module, and one value, per subject.

Knows the definitions; `docs/report.md` says them in words. Writes nothing: `as_json`, `as_csv` and the templates do.
"""
