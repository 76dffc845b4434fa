"""Published final accounts (部门决算公开): the tables 公开01–09, what ties them, and what the prose says of them.

`sheets.read_sheets` finds the tables in a document of any format; `ties` says which figures have to agree; `passages` and
`statements` read the explanations; `classification` knows the functional classification. Nothing is judged here: the
checks of family D do that.
"""
