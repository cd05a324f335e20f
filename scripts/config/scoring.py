"""Schema of the scores of paper B's responses (its sections 4.2 and 5.2, appendices D, F and G)."""

from typing import Annotated, Literal

from pydantic import Field

from scripts.config.blocks import Count, NotNegative, Positive, Section, Share, Size

Part = Annotated[float, Field(gt=0, lt=1)]


class GradeTraining(Section):
    """Training of a text encoder under a head of a few classes."""

    layers: Count = Field(description="layers of a tiny encoder; a pretrained one has its own")
    hidden: Count = Field(description="width of a tiny encoder")
    epochs: Count = Field(description="passes over the rows")
    batch: Count = Field(description="rows an optimiser step")
    learning_rate: Positive = Field(description="greatest learning rate; it falls to 0 in a line")
    weight_decay: NotNegative = Field(description="decoupled weight decay")
    dropout: Annotated[float, Field(ge=0, lt=1)] = Field(description="dropout of the head")
    max_length: Count = Field(description="tokens of a text, at most")
    pool: Literal["first", "mean"] = Field(description="what the head reads: the first word's state, or the mean")
    frozen_layers: Size = Field(description="lowest layers that are not trained")
    balance: Share = Field(description="power of the inverse class frequency that weighs a row; 0: none")


class Empathy(Section):
    """EPITOME's classifiers."""

    train: GradeTraining = Field(description="training of each")
    folds: Annotated[int, Field(ge=2)] = Field(description="parts held out in turn to measure them")
    strength: Positive = Field(description="inverse of the penalty (C) of the regression beside them")


class LevelClassifier(Section):
    """Which level of emotional validation an utterance is."""

    labels: Literal["writer", "human"] = Field(
        description="writer (the level an EVAD utterance was asked for; synthetic) or human (ratings/b_levels.csv)"
    )
    rows: Literal["chosen", "candidates"] = Field(description="of EVAD: the chosen utterances, or all four of an item")
    dev_share: Part = Field(description="share of the utterances held out as dev")
    test_share: Part = Field(description="share of the utterances held out as test")
    train: GradeTraining = Field(description="its training")


class EvaEval(Section):
    """Levels over a dialogue beside EVAD's."""

    normalisation: Literal["per_level", "within_quartile"] = Field(
        description="shares of a level over quartiles, or of a quartile over levels"
    )


class Phrases(Section):
    """Phrases that come back."""

    orders: Annotated[list[Count], Field(min_length=1)] = Field(description="words of a phrase")
    top: Count = Field(description="phrases of each order")
    repeated: Count = Field(description="of them, those whose repetition is shown")
    thresholds: Annotated[list[Part], Field(min_length=1)] = Field(
        description="shares of a dialogue's utterances above which a phrase is repeated"
    )


class Scoring(Section):
    """How responses are scored."""

    empathy: Empathy = Field(description="EPITOME's degrees")
    levels: LevelClassifier = Field(description="the level classifier")
    evaeval: EvaEval = Field(description="EVAEval")
    phrases: Phrases = Field(description="repeated phrases")
    analysed: Count = Field(description="dialogues whose phrases and types are looked at, the first by id")
