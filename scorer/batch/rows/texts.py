"""What the texts and numbers of a flat table say, as columns of integers: each distinct text is parsed once.

The readings come from the same functions that read a single form (`scorer.scoring.align.comparable`, `Answers.build`); here they
are only remembered by text and handed out by row. What does not fit these columns is marked `WIDE`, and its submission
is scored as a single form.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any, Final, Literal, cast

import numpy as np
import numpy.typing as npt

from scorer.model import EMPTY, Cell
from scorer.numbers.quantity import Quantity, parse_quantity
from scorer.rules import Proportion
from scorer.rules.answers import MISSING, NUMBER, POINT_PLACES, Answers, Entry
from scorer.scoring.align import agree, comparable, points_in

Array = npt.NDArray[Any]
Role = Literal["target", "actual", "planned", "executed"]

# bits of `flags`
FIGURE: Final = 1  # a quantity or a range
BARE: Final = 2  # without a unit
PERCENT: Final = 4
SCALED: Final = 8  # written in 万, 亿 …, and not zero
LARGE: Final = 16  # half of it is more than 1
SMALL: Final = 32  # not more than 1
DATE: Final = 64
WIDE: Final = 128  # does not fit these columns
FILLED: Final = 256  # a cell that is not blank
SILENT: Final = 512  # no comparator
DECIDES: Final = 1024  # the comparator tells the direction
NOTHING: Final = 2048  # blank or a dash: kind empty
MILLE: Final = 4096  # in ‰ or ‱

UNIT_MARK: Final = "\x1f"  # between a text and the unit of its column
DIGITS: Final = 18  # of an int64
BLANK_FIGURES: Final = Proportion()
POWERS: Final = np.array([10**place for place in range(DIGITS + 1)], np.int64)

COLUMNS: Final[dict[str, type[np.generic]]] = {
    "flags": np.int16,
    "state": np.int8,
    "op": np.int8,
    "direction": np.int8,
    "free": np.int8,
    "unit": np.int16,
    "one": np.int64,  # a power of ten: a figure of 1 is stored as this
    "size": np.int8,  # digits of the largest of them
    "number": np.int64,
    "low": np.int64,
    "high": np.int64,
    "ten": np.int8,  # decimals as written
    "scale": np.int8,  # the writing's factor as a power of ten: 4 for 万
}
Readings = dict[str, Array]


class Vocabulary:
    """Numbers for texts, 0 for none; what was numbered before keeps its number."""

    def __init__(self) -> None:
        self.texts: list[str] = [""]
        self._numbers: dict[str | None, int] = {None: 0, "": 0}
        self._seen: tuple[Any, Array] | None = None
        self._blank = np.zeros(0, np.bool_)

    def __len__(self) -> int:
        return len(self.texts)

    def number(self, text: str) -> int:
        found = self._numbers.get(text)
        if found is None:
            found = self._numbers[text] = len(self.texts)
            self.texts.append(text)
        return found

    @property
    def blank(self) -> npt.NDArray[np.bool_]:
        """Which texts are nothing but blanks."""
        done = len(self._blank)
        if done < len(self.texts):
            self._blank = np.concatenate([self._blank, np.array([not text.strip() for text in self.texts[done:]])])
        return self._blank

    def numbers(self, column: Any) -> Array:
        """The number of every row of an Arrow column of texts, dictionary encoded or not."""
        import pyarrow

        if pyarrow.types.is_null(column.type):
            return np.zeros(len(column), np.intp)
        if isinstance(column, pyarrow.DictionaryArray):
            known = self._numbers_of(column.dictionary)
        else:
            column = column.dictionary_encode()
            known = np.array([*map(self.number, column.dictionary.to_pylist()), 0], np.intp)
        codes = column.indices
        if codes.null_count:
            codes = codes.fill_null(len(known) - 1)
        found: Array = known.take(codes.to_numpy(zero_copy_only=False))
        return found

    def _numbers_of(self, dictionary: Any) -> Array:
        """The numbers of a dictionary, 0 at its end for null; the batches of a row group have equal ones."""
        if self._seen is not None and self._seen[0].equals(dictionary):
            return self._seen[1]
        listed = np.array([*map(self.number, dictionary.to_pylist()), 0], np.intp)  # as `take` wants them
        self._seen = dictionary, listed
        return listed


class Units:
    """Numbers for units, and which of them can be compared."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {"": 0}
        self.names = [""]
        self.agree = np.ones((1, 1), np.bool_)

    def number(self, unit: str) -> int:
        found = self._numbers.get(unit)
        if found is None:
            found = self._numbers[unit] = len(self.names)
            self.names.append(unit)
            size = found + 1
            table = np.ones((size, size), np.bool_)
            table[:found, :found] = self.agree
            for other, name in enumerate(self.names):
                table[other, found], table[found, other] = agree(name, unit), agree(unit, name)
            self.agree = table
        return found


class Texts:
    """The readings of all texts of one role met so far, as columns by the number of the text."""

    def __init__(self, role: Role, units: Units) -> None:
        self.role = role
        self.vocabulary = Vocabulary()
        self._units = units
        self._columns: Readings = {name: np.zeros(0, kind) for name, kind in COLUMNS.items()}

    @property
    def columns(self) -> Readings:
        """The readings of every text of the vocabulary."""
        done = len(self._columns["flags"])
        new = self.vocabulary.texts[done:]
        if new:
            more = readings(new, self.role, self._units)
            self._columns = {name: np.concatenate([column, more[name]]) for name, column in self._columns.items()}
        return self._columns


def quantity_of(written: str, role: Role) -> Quantity:
    """The quantity of a cell in its role, before a pair of cells is brought to one unit.

    `written` is the text, and behind `UNIT_MARK` the unit of its column where there is one.
    """
    text, _, unit = written.partition(UNIT_MARK)
    if role == "target":
        return comparable(Cell(text), EMPTY, unit)[0]
    return parse_quantity(text, unit)


def readings(texts: Sequence[str], role: Role, units: Units) -> Readings:
    """The readings of some texts. Targets and planned sums as a rule sees targets, the others as it sees actuals."""
    wanted = role in ("target", "planned")
    blank = parse_quantity("")
    quantities = [quantity_of(text, role) for text in texts]
    entries = [
        Entry(BLANK_FIGURES, None, one if wanted else blank, blank if wanted else one) for one in quantities
    ]
    answers = Answers.build(entries)
    columns = answers.columns
    ends = ("target", "target_low", "target_high") if wanted else ("actual", "actual_low", "actual_high")
    one, figures = columns["one"], [columns[name] for name in ends]
    found: Readings = {name: np.zeros(len(texts), kind) for name, kind in COLUMNS.items()}
    places = np.full(len(texts), -1, np.int8)
    for place in range(DIGITS, 0, -1):  # at least one: then target and actual mostly agree
        places[POWERS[place] % np.maximum(one, 1) == 0] = place
    wide = places < 0
    wide[answers.wide_rows] = True
    largest = np.max([np.abs(figure) for figure in figures], axis=0).astype(object)
    largest *= POWERS.astype(object)[np.maximum(places, 0)] // np.maximum(one, 1)
    size = np.array([len(str(value)) for value in largest], np.int64)
    wide |= size > DIGITS - 1
    factor = np.where(wide, 0, POWERS[np.maximum(places, 0)] // np.maximum(one, 1))
    for name, figure in zip(("number", "low", "high"), figures, strict=True):
        found[name] = figure * factor
    found["one"] = np.where(wide, 10, POWERS[np.maximum(places, 0)])
    found["size"] = np.where(wide, 0, size)
    found["op"], found["free"] = columns["op"], columns["free"]
    found["direction"] = columns["direction"]
    found["state"] = columns["target_state" if wanted else "state"]
    found["unit"] = np.array([units.number(quantity.unit) for quantity in quantities], np.int16)
    found["ten"] = np.array([min(quantity.places, 100) for quantity in quantities], np.int8)
    found["scale"] = np.array([min(len(str(quantity.scale or 1)) - 1, 100) for quantity in quantities], np.int8)
    flags = [_flags(text, quantity) for text, quantity in zip(texts, quantities, strict=True)]
    found["flags"] = np.array(flags, np.int16) | np.where(wide, WIDE, 0).astype(np.int16)
    return found


def _flags(text: str, quantity: Quantity) -> int:
    flags = FILLED if text.partition(UNIT_MARK)[0].strip() else 0
    if quantity.kind == "date":
        flags |= DATE
    if quantity.kind == "empty":
        flags |= NOTHING
    if quantity.op == "":
        flags |= SILENT
    if quantity.op in ("≤", "<", "≥", ">"):
        flags |= DECIDES
    if quantity.kind not in ("quantity", "range"):
        return flags
    flags |= FIGURE
    if quantity.unit == "":
        flags |= BARE
    if quantity.unit == "%":
        flags |= PERCENT
    if quantity.unit in ("‰", "‱"):
        flags |= MILLE
    largest = largest_of(quantity)
    if (quantity.scale or 1) != 1 and largest:
        flags |= SCALED
    if largest / 2 > 1:
        flags |= LARGE
    if largest <= 1:
        flags |= SMALL
    return flags


def largest_of(quantity: Quantity) -> Decimal:
    """The figure itself; a range's larger end."""
    if quantity.number is not None:
        return abs(quantity.number)
    return max(abs(value) for value in (quantity.low, quantity.high, Decimal(0)) if value is not None)


# ---------------------------------------------------------------------------------------------------- numbers in columns


LARGEST_NUMBER: Final = 10**12  # what is beyond goes the long way
MOST_SCALE: Final = 8  # decimals of a number column; one with more is read as texts
DATES: Final = (19_000_000, 21_000_000)  # eight figures that are read as a date


def decimals_of(column: Any) -> tuple[Array, int, Array] | None:
    """A column of numbers as integers, their decimal places, and where there is one; None when they are none.

    Floats are read as they print (0.1 is 0.1); what then has more than four decimals is marked by a value of int64's
    least, as is what does not fit.
    """
    import pyarrow
    import pyarrow.compute as compute

    kind = column.type
    valid = np.ones(len(column), np.bool_) if not column.null_count else column.is_valid().to_numpy(zero_copy_only=False)
    least = np.iinfo(np.int64).min
    if pyarrow.types.is_integer(kind):
        if kind == pyarrow.uint64():
            column = compute.min_element_wise(column, pyarrow.scalar(2**62, pyarrow.uint64()))
        values = (compute.fill_null(column, 0) if column.null_count else column).to_numpy(zero_copy_only=False).astype(np.int64)
        return values, 0, valid
    if pyarrow.types.is_decimal128(kind) and 0 <= kind.scale <= MOST_SCALE:
        pairs = np.frombuffer(column.buffers()[1], np.int64).reshape(-1, 2)[column.offset : column.offset + len(column)]
        values = pairs[:, 0].copy()
        if kind.precision > DIGITS:
            values[pairs[:, 1] != values >> 63] = least
        if not valid.all():
            values[~valid] = 0
        return values, kind.scale, valid
    if pyarrow.types.is_floating(kind):
        floats = compute.fill_null(column, 0).to_numpy(zero_copy_only=False).astype(np.float64)
        valid = valid & ~np.isnan(floats)
        floats = np.where(valid, floats, 0)
        whole = np.rint(np.clip(floats, -1e12, 1e12) * 1e4)
        exact = whole / 1e4 == floats
        return np.where(exact, whole, 0).astype(np.int64) + np.where(exact, 0, least), 4, valid
    return None


def hundredths_of(column: Any) -> tuple[Array, npt.NDArray[np.bool_]]:
    """Points (an Arrow array of decimals) as hundredths, and which of them are there."""
    import pyarrow

    values, _, known = cast("tuple[Array, int, Array]", decimals_of(column.cast(pyarrow.decimal128(18, 2))))
    return values, known


def decimals(values: Array, places: int, missing: npt.NDArray[np.bool_] | None = None) -> Any:
    """Integers of 10 ** -places as an Arrow column of decimals, null where missing: the inverse of `decimals_of`."""
    import pyarrow

    pairs = np.empty((len(values), 2), np.int64)
    pairs[:, 0] = values
    np.right_shift(pairs[:, 0], 63, out=pairs[:, 1])
    valid = None
    if missing is not None and missing.any():
        valid = pyarrow.py_buffer(np.packbits(~missing, bitorder="little"))
    return pyarrow.Array.from_buffers(pyarrow.decimal128(DIGITS, places), len(values), [valid, pyarrow.py_buffer(pairs)])


def stripped_places(values: Array, scale: int) -> npt.NDArray[np.int8]:
    """The decimals that are left of integers of 10 ** -scale without superfluous zeros."""
    places = np.full(len(values), scale, np.int8)
    ends = np.ones(len(values), np.bool_)
    for place in range(1, scale + 1):
        ends = ends & (values % int(POWERS[place]) == 0)
        if not ends.any():
            break
        places[ends] = scale - place
    return places


def number_readings(values: Array, scale: int, valid: Array, factor: int = 1) -> Readings:
    """The readings of numbers without comparator: what `readings` gives for their texts, without parsing any.

    `factor` is that of the unit (10000 for 万元), a power of ten; 1 for a bare number.
    """
    least = np.iinfo(np.int64).min
    found: Readings = {name: np.zeros(len(values), kind) for name, kind in COLUMNS.items() if name != "unit"}
    found["unit"] = np.zeros(len(values), np.int16)
    one = int(POWERS[scale])
    size = np.abs(values)
    wide = (values == least) | (size >= min(LARGEST_NUMBER * one, 10**16 // factor))
    wide |= (size >= DATES[0] * one) & (size <= DATES[1] * one) & (values > 0) & (values % one == 0)
    values = np.where(wide, 0, values)
    size = np.abs(values)
    places = stripped_places(values, scale)
    half = 5 * POWERS[scale - places]
    number = values * 10
    shift = 0  # a figure of 万元 has fewer decimals in 元: its integers stay small
    while shift <= scale and factor % int(POWERS[shift + 1]) == 0:
        shift += 1
    for name, column in (("number", number), ("low", number - half), ("high", number + half)):
        found[name] = np.where(valid, column * factor // int(POWERS[shift]), 0)
    found["one"] = np.full(len(values), POWERS[scale + 1 - shift])
    found["size"] = _digits(np.maximum(np.abs(found["low"]), np.abs(found["high"])))
    wide |= found["size"] > DIGITS - 1
    found["ten"] = places
    found["scale"] = np.full(len(values), len(str(factor)) - 1, np.int8)
    found["state"] = np.where(valid, NUMBER, MISSING).astype(np.int8)
    found["direction"] = np.where(valid & (values == 0), 0, 1).astype(np.int8)
    flags = np.full(len(values), SILENT | FILLED | FIGURE | (BARE if factor == 1 else 0), np.int16)
    flags |= np.where(size > 2 * one, LARGE, 0).astype(np.int16) | np.where(size <= one, SMALL, 0).astype(np.int16)
    if factor != 1:
        flags |= np.where(values != 0, SCALED, 0).astype(np.int16)
    flags[~valid] = SILENT | NOTHING
    flags[wide & valid] |= WIDE
    found["flags"] = flags
    return found


def _digits(values: Array) -> npt.NDArray[np.int8]:
    """How many decimal digits non-negative integers have."""
    found: npt.NDArray[np.int8] = np.searchsorted(POWERS, values, side="right").astype(np.int8)
    return np.maximum(found, 1)


# ------------------------------------------------------------------------------------------------------------- points


class Points:
    """The points that texts say ("8", "8分", "10%"), in integers of 1/10000 by the number of the text."""

    def __init__(self) -> None:
        self.vocabulary = Vocabulary()
        self._values = np.zeros(0, np.int64)
        self._states = np.zeros(0, np.int8)
        self._places = np.zeros(0, np.int8)

    def columns(self) -> tuple[Array, Array, Array]:
        """Values, `READ`, `UNREAD`, `BLANK` or `FINE` each, and the decimals as written."""
        done = len(self._values)
        for text in self.vocabulary.texts[done:]:
            value, state = 0, BLANK
            if text.strip():
                number = points_in(Cell(text))
                state = UNREAD if number is None else READ
                if number is not None:
                    scaled = number * 10**POINT_PLACES
                    fits = scaled == scaled.to_integral_value() and abs(scaled) < 10**15
                    value, state = (int(scaled), READ) if fits else (0, FINE)
            self._values = np.append(self._values, value)
            self._states = np.append(self._states, np.int8(state))
            self._places = np.append(self._places, np.int8(min(parse_quantity(text).places, 100)))
        return self._values, self._states, self._places


BLANK, READ, UNREAD, FINE = range(4)  # FINE: more decimals than these columns hold
