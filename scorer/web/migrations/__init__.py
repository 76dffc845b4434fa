"""The tables as each released version had them; never changed afterwards."""
