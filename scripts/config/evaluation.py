"""Schema of the evaluation: roles, systems, judging, statistics and what is built."""

from typing import Annotated, Literal

from pydantic import Discriminator, Field, Tag

from scripts.config.blocks import ADAPTER, Count, Sampling, Section, Share, Size, Text


class Roles(Section):
    """Which chat model plays which part."""

    situations: Text = Field(description="writes persona situations")
    alignment: Text = Field(description="rates them against their value")
    emotions: Text = Field(description="labels their emotion")
    demographics: Text = Field(description="adds age range, gender, occupation")
    seeker: Text = Field(description="plays the seeker")
    emotion_score: Text = Field(description="scores a seeker turn for the emotion variant")
    rephrase: Text = Field(description="rewrites a self-disclosure as others' experience")
    skills: Text = Field(description="judges ES-Skills")
    intensity: Text = Field(description="judges ES-Intensity")
    values: Text = Field(description="judges ES-Value")
    themes: Text = Field(description="explains dialogues of low value and names their themes")


class SamplingByRole(Section):
    """How each part's answers are drawn."""

    situations: Sampling = Field(description="persona situations")
    alignment: Sampling = Field(description="alignment ratings; one answer rates up to 30 situations")
    emotions: Sampling = Field(description="emotion labels")
    demographics: Sampling = Field(description="age range, gender, occupation")
    seeker: Sampling = Field(description="seeker turns")
    supporter: Sampling = Field(description="supporter turns of every system, alternatives too")
    detector: Sampling = Field(description="target values")
    reference: Sampling = Field(description="reference responses")
    emotion_score: Sampling = Field(description="emotion scores")
    rephrase: Sampling = Field(description="self-disclosures rewritten")
    skills: Sampling = Field(description="ES-Skills")
    intensity: Sampling = Field(description="ES-Intensity")
    values: Sampling = Field(description="ES-Value")
    themes: Sampling = Field(description="ES-Value of one dialogue, its explanation and themes")


class Speaker(Section):
    """A supporter system that makes data and is no row of a table."""

    supporter: Text = Field(description="entry of models")
    adapter: Annotated[str, Field(pattern=ADAPTER)] = Field(
        description="none, baseline/<corpus>, <variant>/sft, <variant>/dpo (selected point) or …/dpo/<system>/<point>"
    )
    form: Literal["four_step", "plain"] = Field(description="four_step (Table 18) or plain dialogue")
    reference: Literal["value", "reference_only", "targets_only", "emotion", "none"] = Field(
        description="what it is given: value (a reference and its target values), one of the two alone, emotion, none"
    )


class Row(Speaker):
    """A supporter system that has a name in the tables."""

    category: Text = Field(description="row group as printed")
    label: Text = Field(description="row as printed")


class Undisclosed(Section):
    """Another system whose self-disclosures are removed (section I)."""

    of: Text = Field(description="the system it is otherwise")
    self_disclosure: Literal["next_strategy", "others_experience"] = Field(
        description="what replaces it: the next most probable strategy, or a rewriting as others' experience"
    )


def system_kind(entry: object) -> str:
    """The kind of a system, read from its keys: made of another, with a name, or without."""
    keys = entry if isinstance(entry, dict) else vars(entry) if isinstance(entry, Section) else {}
    if {"of", "self_disclosure"} & set(keys):
        return "undisclosed"
    return "row" if {"category", "label"} & set(keys) else "speaker"


System = Annotated[
    Annotated[Row, Tag("row")] | Annotated[Speaker, Tag("speaker")] | Annotated[Undisclosed, Tag("undisclosed")],
    Discriminator(system_kind),
]


class Selected(Section):
    """Grid point of the published DPO systems."""

    value: Text = Field(description="entry of points")
    emotion: Text = Field(description="entry of points")


class SelectPoints(Section):
    value: list[Text] = Field(min_length=1, description="entries of points")
    emotion: list[Text] = Field(min_length=1, description="entries of points")


class SelectRollouts(Section):
    value: list[Text] = Field(min_length=1, description="system ids")
    emotion: list[Text] = Field(min_length=1, description="system ids")


class Select(Section):
    """What is built; overlays merge and cannot delete, so lists say it."""

    systems: list[Text] = Field(min_length=1, description="rows of table 3, in order")
    components: list[Text] = Field(min_length=1, description="rows of table 2, in order")
    grid: list[Text] = Field(min_length=1, description="rows of table 20, in order")
    compared: list[Text] = Field(min_length=1, description="rows of table 21, in order")
    disclosure: list[Text] = Field(
        min_length=1, description="rows of tables 22 and 23, beside the systems they are made of"
    )
    points: SelectPoints = Field(description="grid points whose pairs are made")
    rollouts: SelectRollouts = Field(description="whose rollouts make pairs at each of these points")
    eva_seeds: list[Size] = Field(
        description="seeds of paper B's trainings (order of rows and dropout); none: no system of paper B is built"
    )


class References(Section):
    components: Text = Field(description="of table 2")
    grid: Text = Field(description="of table 20")
    compared: list[Text] = Field(min_length=1, description="of table 21, in order")


class LowValues(Section):
    system: Text = Field(description="whose test dialogues")
    dialogues: Count = Field(description="how many, those of the lowest ratings")
    themes: Count = Field(description="named a dialogue, at most")


class Judging(Section):
    repeats: Annotated[int, Field(ge=2, multiple_of=2)] = Field(
        description="ES-Value judgements a pair, half in each order"
    )
    reference: Text = Field(description="system every other is compared with")
    tested_against: References = Field(description="reference models of further tables")
    low_values: LowValues = Field(description="analysis of the dialogues that reinforce values least")
    max_failed: Share = Field(description="share of unusable answers from which a judge fails")


class Stats(Section):
    resamples: Count = Field(description="bootstrap resamples of the 95 % intervals")
    seed: Size = Field(description="seed of the resampling")
