"""Schema of paper B's systems: how they are trained and answer, which there are (sections 4.1, 5.3, 6, G, L.1)."""

from typing import Annotated, Literal

from pydantic import Field

from scripts.config.blocks import Dpo, Sampling, Section, Share, Text, Train

TABLES = ("table2", "table8", "table10", "table11", "table12")
TRAINED = ("EVA", "EVA w/o ACQ", "EVA w/o ALI")  # variants with weights of ours


class Acquisition(Section):
    """Supervised fine-tuning of all weights on support dialogues (ACQ)."""

    train: Train = Field(description="its training run")


class EvaSystem(Section):
    """A row of paper B's tables."""

    label: Text = Field(description="model as printed")
    variant: Literal["vanilla", "CoT", *TRAINED] = Field(description="variant as printed")
    model: Text = Field(description="entry of models")


Rows = Annotated[list[Text], Field(min_length=1)]


class EvaTables(Section):
    """Rows of each table, as printed."""

    table2: Rows = Field(description="on ESConv")
    table8: Rows = Field(description="on EmpatheticDialogues")
    table10: Rows = Field(description="models made for support, on ESConv")
    table11: Rows = Field(description="models made for support, on EmpatheticDialogues")
    table12: Rows = Field(description="chain of thought, on ESConv")


class Eva(Section):
    """Models that validate emotions."""

    acq: Acquisition = Field(description="acquisition: all weights, on a corpus of support dialogues")
    ali: Dpo = Field(description="alignment: an adapter on the acquired model, or on the model itself, by EVAD")
    sampling: Sampling = Field(description="how answers are drawn")
    reasoning: Sampling = Field(description="the same where the model reasons first (CoT)")
    max_failed: Share = Field(description="share of answers without a reply from which a step fails")
    systems: dict[str, EvaSystem] = Field(description="systems by id")
    tables: EvaTables = Field(description="systems of each table, as printed")
