"""Schema of the method, in the paper's order: detector, reference, personas, dialogues, supporter."""

from typing import Annotated, Literal

from pydantic import Field

from scripts.config.blocks import (
    Count,
    Dpo,
    History,
    Lora,
    Positive,
    PositiveShare,
    Section,
    Sft,
    Share,
    Size,
    Text,
    Train,
)


class Detector(Section):
    """The target value detector."""

    settings: list[Literal["single", "multi"]] = Field(min_length=1, description="threads it is trained on")
    history: History = Field(description="what it sees of a thread")
    lora: Lora = Field(description="its adapter")
    train: Train = Field(description="its training run")
    rank: Literal["span"] = Field(description="of too many labels keep those of highest span probability")
    select_on: Literal["dev", "test"] = Field(description="rows that choose the epoch (test: as the paper)")


class Stages(Section):
    sft: Sft = Field(description="on the original comments")
    dpo: Dpo = Field(description="original over sibling comments")


class SiblingPairs(Section):
    sibling_requires_op_reply: bool = Field(description="use only siblings that the OP answered")


class Reference(Section):
    """The reference generator."""

    setting: Literal["single", "multi"] = Field(description="threads of the one used later")
    history: History = Field(description="what it sees of a thread or dialogue")
    single: Stages = Field(description="single-turn recipe; its SFT also trains the emotion variant")
    multi: Stages = Field(description="multi-turn recipe")
    dpo: SiblingPairs = Field(description="how pairs are made")
    select_on: Literal["dev", "test"] = Field(description="rows that choose the epoch (test: as the paper)")


class Personas(Section):
    """The seekers."""

    cells: Size = Field(description="category x value prompts asked; 0 is all 120")
    least: Count = Field(description="situations asked for in a prompt, at least")
    most: Count = Field(description="situations asked for in a prompt, at most")
    cosine: Share = Field(description="a situation this near to an earlier one is dropped")
    keep_from: Annotated[int, Field(ge=1, le=5)] = Field(description="least alignment rating kept, 1 to 5")
    votes: Count = Field(description="emotion labels asked for a situation; the majority counts")
    train: Count = Field(description="personas, at most: what dev and test leave")
    dev: Count = Field(description="personas")
    test: Count = Field(description="personas")
    example: Text = Field(description="ESConv train id of the one-shot dialogue, or auto (see docs/config.md)")
    near: Share = Field(description="cosine to a train persona from which the audit calls a test persona near")
    max_failed: Share = Field(description="share of unusable answers from which a step fails")


class Dialogues(Section):
    """The simulation."""

    max_exchanges: Count = Field(description="supporter and seeker pairs after which a dialogue is cut off")
    gratitude: list[Text] = Field(min_length=1, description="words of thanks, whole words in any case")
    score: Share = Field(description="V-reg from which a turn with thanks ends the dialogue")
    history: History = Field(description="what supporter and judges of a turn see")
    max_failed: Share = Field(description="share of failed dialogues from which the step fails")


class Sources(Section):
    """Systems whose train and dev dialogues a variant learns from."""

    sft: Text = Field(description="system id")
    rollouts: Text = Field(description="system id")


class Variants(Section):
    value: Sources = Field(description="value reinforcement")
    emotion: Sources = Field(description="emotion reinforcement")


class Baselines(Section):
    lora: Lora = Field(description="its adapter")
    train: Train = Field(description="its training run")


class Rollouts(Section):
    train_share: Share = Field(description="share of the train personas rolled out; dev is whole")
    fresh: bool = Field(description="false: the initial answer's rollout is its own dialogue; true: another one")


class Reward(Section):
    """Equation 3."""

    count: Literal["presence", "count"] = Field(description="N: targets that appear in a turn, or their mentions")
    require_positive: Literal[False] = Field(description="false: values count in every turn, positive or not")
    compare: Literal["gt", "ge"] = Field(description="keep a pair whose difference is > or >= t")
    reliability_share: PositiveShare = Field(
        description="share of the dev turns rolled out twice, by the rewards of both"
    )
    least_train: Size = Field(description="fewer pairs are an error")
    least_dev: Size = Field(description="fewer pairs are an error")


class EmotionScore(Section):
    samples: Count = Field(description="judgements a seeker turn, averaged")
    max_failed: Share = Field(description="share of turns without a score from which the step fails")


class Supporter(Section):
    """The supporter model, both variants."""

    sources: Variants = Field(description="which systems' dialogues teach each variant")
    sft: Sft = Field(description="on four-step answers, initial and alternative")
    baselines: Baselines = Field(description="Llama on the supporter turns of a corpus")
    rollouts: Rollouts = Field(description="how candidates are played out")
    reward: Reward = Field(description="Equations 3 and 5")
    emotion: EmotionScore = Field(description="scores of the emotion variant")
    dpo: Dpo = Field(description="on pairs of one grid point")


class Point(Section):
    """A point of the reward grid; its name says the same."""

    h: Annotated[int, Field(ge=1)] | Literal["all"] = Field(description="seeker turns that count, or all")
    gamma: Annotated[float, Field(gt=0, le=1)] = Field(description="discount a turn")
    t: Positive = Field(description="least difference of the two rewards")
