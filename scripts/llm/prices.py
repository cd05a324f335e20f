"""What a model's tokens cost (resources/prices.csv: USD for a million, with date and source)."""

from pathlib import Path
from typing import NamedTuple

from scripts.text.files import read_csv


class Rate(NamedTuple):
    """USD for a token read and for one written; `batch` is the share of it that an answer by the Batch API costs."""

    read: float
    written: float
    batch: float = 1.0

    def usd(self, tokens_in: float, tokens_out: float, batch: bool = False) -> float:
        return (tokens_in * self.read + tokens_out * self.written) * (self.batch if batch else 1.0)


Prices = dict[str, Rate]  # by model; a model that is not there has no known price


def read_prices(path: str | Path) -> Prices:
    return {
        row["model"]: Rate(
            float(row["input_usd_per_million_tokens"]) / 1e6,
            float(row["output_usd_per_million_tokens"]) / 1e6,
            float(row["batch_share"]),
        )
        for row in read_csv(path)
    }
