"""Schema of the general benchmarks of paper B's table 13 (its appendix L.2)."""

from typing import Literal

from pydantic import Field

from scripts.config.blocks import Section, Size, Text


class EvaBenchmarks(Section):
    """What lm-evaluation-harness asks, and whom."""

    origin: Literal["hub", "world"] = Field(alias="from", description="hub (the real ones) or world (made here)")
    tasks: list[Literal["hellaswag", "coqa", "mmlu", "wikitext", "humaneval"]] = Field(
        min_length=1, description="rows of table 13, by the harness's name"
    )
    systems: list[Text] = Field(min_length=1, description="systems with weights of our own, by id")
    max_new_tokens: Size = Field(description="tokens of an answer, at most; 0: the harness's own bounds")
