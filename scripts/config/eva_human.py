"""Schema of what people judge of paper B's responses (its sections 2 and 6.3, appendices H and K)."""

from typing import Annotated, Literal

from pydantic import Field

from scripts.config.blocks import RATED, Count, History, Sampling, Section, Share, Text

GROUP = r"^[a-z]+$"


class Study(Section):
    """What a group of people judges."""

    file: Annotated[str, Field(pattern=RATED)] = Field(description="their ratings, below data_dir; read once there")
    group: Annotated[str, Field(pattern=GROUP)] = Field(description="what their names begin with, before a dash")
    systems: list[Text] = Field(min_length=1, description="systems that are judged, by id; the first seed's responses")
    dialogues: Count = Field(description="dialogues, at most")
    people: Annotated[int, Field(ge=2)] = Field(description="raters")
    per_item: Annotated[int, Field(ge=2)] = Field(description="raters of an item")


class LevelSheet(Section):
    """Supporters' real turns, for people to give a level."""

    utterances: Count = Field(description="turns on the sheet, at most")
    group: Annotated[str, Field(pattern=GROUP)] = Field(description="what its raters' names begin with")


class EvaHuman(Section):
    """Who judges the responses of paper B, and what."""

    raters: Literal["human", "llm"] = Field(description="human (files of data_dir) or llm (stand-ins, synthetic)")
    model: Text = Field(description="chat model of the stand-ins")
    sampling: Sampling = Field(description="how the stand-ins' answers are drawn")
    history: History = Field(description="what the stand-ins see of a dialogue")
    max_failed: Share = Field(description="share of unusable answers from which a step fails")
    comfort: Study = Field(description="whether a response comforts")
    pairwise: Study = Field(description="which of two systems' responses is better, by four criteria")
    validity: Study = Field(description="how far a dialogue's responses validate, 1 to 5")
    levels: LevelSheet = Field(description="levels of real turns (scoring.levels.labels: human)")
