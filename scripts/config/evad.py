"""Schema of the emotional validation aware data (paper B, sections 4.1.2 and E): candidates, rankings, pairs."""

from typing import Literal

from pydantic import Field

from scripts.config.blocks import Count, History, RelativePath, Sampling, Section, Share, Size, Text


class Rating(Section):
    """Who ranks the candidates, and what of their rankings counts."""

    raters: Literal["human", "llm"] = Field(description="human (files in the folder) or llm (stand-ins, synthetic)")
    folder: RelativePath = Field(description="folder below data_dir into which people's files (.csv) are dropped")
    groups: Count = Field(description="groups of raters; a dialogue's items go to one of them, a rater is in one")
    people: Count = Field(description="raters of a group; each ranks all its items")
    model: Text = Field(description="chat model of the stand-ins")
    sampling: Sampling = Field(description="how the stand-ins' answers are drawn")
    max_disagreeing: Size = Field(description="an item with more raters against the majority is dropped")
    ties: Literal["drop", "mean_rank"] = Field(description="tied votes: drop the item, or take the better mean rank")


class Pairs(Section):
    """Preference pairs, at most; kept items are shared out by dialogue in this ratio."""

    train: Count = Field(description="pairs")
    dev: Count = Field(description="pairs")


class Evad(Section):
    """The preference data that align a model with emotional validation."""

    items: Count = Field(description="places in dialogues that get candidates, at most; drawn from train and dev")
    history: History = Field(description="what the writer and the stand-ins see of a dialogue")
    writer: Text = Field(description="chat model that writes a candidate of each level")
    sampling: Sampling = Field(description="how its candidates are drawn")
    max_failed: Share = Field(description="share of unusable answers from which a step fails")
    rating: Rating = Field(description="the rankings")
    pairs: Pairs = Field(description="the preference pairs")
