"""What a model's tokens cost (resources/prices.csv: USD for a million, with date and source)."""

import math
from pathlib import Path
from typing import NamedTuple

from scripts.provenance.errors import Problem
from scripts.text.files import read_csv

_READ, _WRITTEN, _BATCH = "input_usd_per_million_tokens", "output_usd_per_million_tokens", "batch_share"


class Rate(NamedTuple):
    """USD for a token read and for one written; `batch` is the share of it that an answer by the Batch API costs."""

    read: float
    written: float
    batch: float = 1.0

    def usd(self, tokens_in: float, tokens_out: float, batch: bool = False) -> float:
        return (tokens_in * self.read + tokens_out * self.written) * (self.batch if batch else 1.0)


Prices = dict[str, Rate]  # by model; a model that is not there has no known price


def read_prices(path: str | Path) -> Prices:
    """The table's rates; a Problem that names the line where a price is none, for sums would be wrong unseen."""
    try:
        rows = read_csv(path)
    except (OSError, UnicodeDecodeError) as error:
        raise Problem(f"The table of prices {path} cannot be read ({error}). Take it over from the project.") from None
    prices: Prices = {}
    for line, row in enumerate(rows, 2):
        place = f"{path}, line {line}"
        if missing := [name for name in ("model", _READ, _WRITTEN, _BATCH) if not row.get(name)]:
            raise Problem(f"{place} has no {missing[0]}. Fill the cell, or mend the head of the table.")
        if row["model"] in prices:
            raise Problem(f"{place} prices {row['model']} a second time. Remove one of the two.")
        read, written = (_number(row[name], place, name, math.inf) for name in (_READ, _WRITTEN))
        prices[row["model"]] = Rate(read / 1e6, written / 1e6, _number(row[_BATCH], place, _BATCH, 1.0))
    return prices


def cell(usd: float) -> str:
    """USD as a table's cell: all digits that a token's price can have (1e-10), no exponent and no float's noise."""
    text = f"{usd:.10f}".rstrip("0")
    return text + "0" if text.endswith(".") else text


def in_words(usd: float) -> str:
    """USD in a message: cents, below one dollar two digits that count."""
    return f"{usd:,.2f}" if usd >= 1 else f"{usd:.2g}"


def _number(text: str, place: str, name: str, most: float) -> float:
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not (0 <= number <= most and math.isfinite(number)):
        bound = "a number of at least 0" if most == math.inf else f"a number from 0 to {most:g}"
        raise Problem(f"{place}: {name} is {text!r}. Write {bound}.")
    return number
