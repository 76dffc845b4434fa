"""The summary of a batch: counts, figures, risk, region, and the page and the workbook that print them."""
