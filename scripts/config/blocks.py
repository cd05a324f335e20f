"""Building blocks of the config's schema: types, and the sections that several parts of the method share."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

RELATIVE = r"^[^/~].*$"
DATE = r"^\d{4}-\d{2}-\d{2}$"
COMMIT = r"^[0-9a-f]{40}$"
SHA256 = r"^[0-9a-f]{64}$"
VARIABLE = r"^[A-Z][A-Z0-9_]*$"
ADAPTER = r"^(none|(value|emotion)/(sft|dpo|dpo/[^/]+/[^/]+)|baseline/[a-z0-9_]+)$"
NAME = r"^[a-z0-9_]+$"
RATED = r"^ratings/[A-Za-z0-9_-]+\.csv$"
ADDRESS = r"^https?://[^@]+$"
PATTERN_WORDS = {
    RELATIVE: "a path relative to the repository's root",
    DATE: "a date YYYY-MM-DD in quotes",
    COMMIT: "a commit of 40 hex digits",
    SHA256: "64 hex digits in quotes",
    VARIABLE: "the name of an environment variable, never the key itself",
    ADAPTER: "none, baseline/<corpus>, value/sft, value/dpo, value/dpo/<system>/<point> or the same of emotion",
    NAME: "lower-case letters, digits and underscores",
    RATED: "a file ratings/<name>.csv",
    ADDRESS: "an http address without a user or a password (the key's variable is key_env)",
}

Count = Annotated[int, Field(ge=1)]
Size = Annotated[int, Field(ge=0)]
Share = Annotated[float, Field(ge=0, le=1)]
PositiveShare = Annotated[float, Field(gt=0, le=1)]
Positive = Annotated[float, Field(gt=0)]
NotNegative = Annotated[float, Field(ge=0)]
Text = Annotated[str, Field(min_length=1)]
RelativePath = Annotated[str, Field(pattern=RELATIVE)]
Date = Annotated[str, Field(pattern=DATE)]
Origin = Literal["data_dir", "world"]


class Section(BaseModel):
    """A part of the config: every key must be given, no other is known, nothing is converted."""

    model_config = ConfigDict(
        strict=True,
        extra="forbid",
        frozen=True,
        allow_inf_nan=False,
        serialize_by_alias=True,
        defer_build=True,
    )


class History(Section):
    """How a dialogue is cut to fit a prompt (words in place of the paper's unstated tokens)."""

    first_words: Count = Field(description="words kept of the first turn")
    last_words: Count = Field(description="words kept of all later turns, the last ones")


class Sampling(Section):
    """How one role's answers are drawn."""

    temperature: NotNegative = Field(description="0 is greedy")
    top_p: Annotated[float, Field(gt=0, le=1)] = Field(description="share of probability mass drawn from")
    max_tokens: Count = Field(description="longest answer, tokens")


class Lora(Section):
    """A low-rank adapter."""

    rank: Count = Field(description="rank of the update")
    alpha: Count = Field(description="scale; the update is multiplied by alpha / rank")
    dropout: Annotated[float, Field(ge=0, lt=1)] = Field(description="dropout on the adapter's input")
    target_modules: Annotated[list[Text], Field(min_length=1)] | Literal["all-linear"] = Field(
        description="adapted layers, by name, or all-linear"
    )


class Train(Section):
    """One training run; the epoch that does best on dev is kept."""

    learning_rate: Annotated[float, Field(gt=0, lt=1)] = Field(description="greatest learning rate")
    epochs: Count = Field(description="passes over the training rows, at most")
    effective_batch: Count = Field(description="rows an optimiser step, over all devices")
    max_length: Count = Field(description="tokens of prompt and answer together")
    warmup_ratio: Annotated[float, Field(ge=0, lt=1)] = Field(description="share of the steps in which the rate rises")
    scheduler: Literal["cosine", "linear", "constant"] = Field(description="course of the rate after warm-up")
    optimizer: Literal["adamw_torch"] = Field(description="AdamW as torch has it")
    weight_decay: NotNegative = Field(description="decoupled weight decay")
    max_grad_norm: Positive = Field(description="gradients are clipped to this norm")
    precision: Literal["bf16", "fp32"] = Field(description="number format of the forward pass")
    gradient_checkpointing: bool = Field(description="recompute activations to save memory")


class DpoTrain(Train):
    """A preference run: what it adds to any training run."""

    beta: Positive = Field(description="strength of the pull to the reference policy")
    loss_types: list[Literal["sigmoid", "sft"]] = Field(min_length=1, description="sigmoid (DPO), sft (likelihood)")
    loss_weights: list[Positive] = Field(min_length=1, description="weight of each loss type")


class Sft(Section):
    """A supervised stage."""

    lora: Lora = Field(description="its adapter")
    train: Train = Field(description="its training run")


class Dpo(Section):
    """A preference stage: a fresh adapter on the merged SFT model."""

    lora: Lora = Field(description="its adapter")
    train: DpoTrain = Field(description="its training run")
