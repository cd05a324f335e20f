"""Schema of models and of the tiny ones' recipes."""

from typing import Annotated, Literal

from pydantic import Discriminator, Field, Tag

from scripts.config.blocks import COMMIT, NAME, SHA256, Count, Positive, Section, Share, Size, Text


class LocalModel(Section):
    """A causal language model that runs and is trained here."""

    source: Literal["hub", "tiny"] = Field(description="hub (retrieved) or tiny (trained here)")
    backend: Literal["local", "vllm"] = Field(description="speaks in the job's process or on a vLLM server beside it")
    id: Text = Field(description="name on the hub")
    revision: Annotated[str, Field(pattern=COMMIT)] | None = Field(description="commit; null: the newest, recorded")
    template: Annotated[str, Field(pattern=NAME)] | None = Field(
        description="chat template (resources/templates) that it is given; null: its own"
    )


class ChatModel(Section):
    """A model that is asked over the OpenAI protocol."""

    backend: Literal["openai", "offline"] = Field(description="openai (or compatible) or offline (the world)")
    id: Text = Field(description="model name, dated where the service dates it")


class Classifier(Section):
    """A model that scores texts."""

    source: Literal["hub", "tiny", "packaged"] = Field(description="hub, tiny (trained here) or packaged (PyPI)")
    kind: Literal["generative", "encoder", "head", "lexicon", "tfidf"] = Field(description="how it is opened")
    id: Text = Field(description="name on the hub or of the package")
    revision: Annotated[str, Field(pattern=COMMIT)] | None = Field(description="commit; null: the newest, recorded")


def entry_kind(entry: object) -> str:
    """Which of the three a model entry is, read from its keys."""
    keys = entry if isinstance(entry, dict) else vars(entry) if isinstance(entry, Section) else {}
    return "classifier" if "kind" in keys else "chat" if "backend" in keys and "source" not in keys else "local"


Model = Annotated[
    Annotated[LocalModel, Tag("local")] | Annotated[ChatModel, Tag("chat")] | Annotated[Classifier, Tag("classifier")],
    Discriminator(entry_kind),
]


class TinyBase(Section):
    """The demo's language model."""

    vocab_size: Count = Field(description="tokens, at most")
    layers: Count = Field(description="transformer layers")
    hidden: Count = Field(description="width of the stream")
    heads: Count = Field(description="attention heads")
    steps: Count = Field(description="optimiser steps, both stages")
    stage1_steps: Size = Field(description="of these, steps on the documents of stage 1")
    batch_size: Count = Field(description="documents a step")
    learning_rate: Positive = Field(description="greatest learning rate")
    least_parse: Share = Field(description="gate: share of its answers that must keep the format")


class TinyEncoder(Section):
    """The demo's sentiment model."""

    layers: Count = Field(description="transformer layers")
    hidden: Count = Field(description="width of the stream")
    steps: Count = Field(description="optimiser steps")
    batch_size: Count = Field(description="texts a step")
    learning_rate: Positive = Field(description="greatest learning rate")
    max_length: Count = Field(description="tokens of a text")


class TinySentiment(TinyEncoder):
    dev_rows: Count = Field(description="labelled sentences held out")


class TinyValues(TinyEncoder):
    """The demo's value classifier."""

    positive_weight: Positive = Field(description="weight of a present value in the loss")
    join: Share = Field(description="share of training rows joined from two texts")


class TinyChat(Section):
    """The language model gone on with on conversations: paper B's chat models in the demo."""

    templates: list[Annotated[str, Field(pattern=NAME)]] = Field(
        description="chat templates it learns beside the base's own"
    )
    conversations: Count = Field(description="conversations the world writes for it")
    steps: Count = Field(description="optimiser steps")
    batch_size: Count = Field(description="conversations a step")
    learning_rate: Positive = Field(description="greatest learning rate")


class Tiny(Section):
    """Recipes of the models trained on the spot where an entry's source is tiny."""

    base: TinyBase = Field(description="language model")
    chat: TinyChat = Field(description="chat model of paper B")
    sentiment: TinySentiment = Field(description="sentiment strength")
    values: TinyValues = Field(description="20 values")


class ValueHead(Section):
    """Calibrated logistic regressions on frozen sentence vectors: the value classifier's baseline (laptop)."""

    encoder_sha256: Annotated[str, Field(pattern=SHA256)] = Field(
        description="sha256 of the encoder's model.safetensors"
    )
    strength: Positive = Field(description="inverse of the penalty (C)")
    folds: Annotated[int, Field(ge=2)] = Field(description="parts held out in turn for calibration")


class ValueEncoder(Section):
    """The laptop run's value classifier: a sentence encoder fine-tuned with a linear head."""

    epochs: Count = Field(description="passes over the training rows")
    batch_size: Count = Field(description="texts a step")
    learning_rate: Positive = Field(description="greatest learning rate of the encoder")
    head_learning_rate: Positive = Field(description="greatest learning rate of the linear head")
    share: Share = Field(description="share of the way from the frozen encoder to the trained one that is kept")
    repeats: Annotated[int, Field(ge=2)] = Field(
        description="trainings, with seeds from the run's on; the first labels"
    )
