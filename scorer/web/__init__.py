"""The workbench: forms taken in, findings decided by people, opinions given back (`scorer serve`).

Above the batch, and imported by the command line alone; the one place that needs Django. Three modules are the only
doors: `intake` (files in), `access` (who sees what), `ledger` (who did what).
"""
