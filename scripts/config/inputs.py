"""Schema of what a run reads: places, corpora, the offline world, models and the tiny models' recipes."""

from typing import Annotated, Literal

from pydantic import Discriminator, Field, Tag

from scripts.config.blocks import (
    COMMIT,
    SHA256,
    Count,
    Date,
    Origin,
    Positive,
    RelativePath,
    Section,
    Share,
    Size,
    Text,
)


class Pathvars(Section):
    """Snakemake's path variables: where rules write."""

    results: RelativePath = Field(description="folder of everything built")
    logs: RelativePath = Field(description="folder of logs and sidecars")
    benchmarks: RelativePath = Field(description="folder of seconds and memory, job by job")


class Corpus(Section):
    """A corpus used as it is split upstream."""

    from_: Origin = Field(alias="from", description="data_dir (real files) or world (made here)")


class SplitCorpus(Corpus):
    """A corpus that has no split of its own."""

    dev_share: Share = Field(description="share of its dialogues held out as dev")


class TestedCorpus(SplitCorpus):
    test_share: Share = Field(description="share of its dialogues held out as test")


class Datasets(Section):
    """Where each corpus comes from (files and checksums: resources/datasets.csv)."""

    esconv: Corpus = Field(description="support dialogues with strategies and intensities, 910/195/195")
    extes: TestedCorpus = Field(description="support dialogues of ChatGPT")
    psych8k: SplitCorpus = Field(description="counselling questions and answers")
    valueeval: Corpus = Field(description="arguments with labels of the 20 values")
    reddit: Corpus = Field(description="dumps of r/offmychest")


class Dump(Section):
    """A further dump that is ingested and reported, but feeds no thread."""

    kind: Literal["submissions", "comments"] = Field(description="what its lines are")
    file: RelativePath = Field(description="path below data_dir")
    from_: Date = Field(alias="from", description="first day kept, UTC")
    to: Date = Field(description="last day kept, UTC")


class WorldCorpora(Section):
    """Sizes of the corpora that the world writes."""

    esconv_train: Count = Field(description="dialogues")
    esconv_valid: Count = Field(description="dialogues")
    esconv_test: Count = Field(description="dialogues")
    extes: Count = Field(description="dialogues")
    psych8k: Count = Field(description="question and answer pairs")
    valueeval_train: Count = Field(description="arguments")
    valueeval_validation: Count = Field(description="arguments")


class World(Section):
    """The offline world: used only where a corpus, model or answer comes from it."""

    file: RelativePath = Field(description="its words, sentence frames and planted effects")
    effects: Share = Field(description="scale of the planted effects; 0 is the null world")
    posts: Count = Field(description="submissions in the dump it writes")
    corpora: WorldCorpora = Field(description="sizes of the corpora it writes")
    documents: Count = Field(description="documents the tiny base is trained on, both stages")
    held_out: Count = Field(description="prompts kept to test the tiny base's answer format")
    labelled: Count = Field(description="sentences with a valence for the tiny sentiment model")


class LocalModel(Section):
    """A causal language model that runs and is trained here."""

    source: Literal["hub", "tiny"] = Field(description="hub (retrieved) or tiny (trained here)")
    backend: Literal["local", "vllm"] = Field(description="speaks in the job's process or on a vLLM server beside it")
    id: Text = Field(description="name on the hub")
    revision: Annotated[str, Field(pattern=COMMIT)] | None = Field(description="commit; null: the newest, recorded")


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


class Tiny(Section):
    """Recipes of the models trained on the spot where an entry's source is tiny."""

    base: TinyBase = Field(description="language model")
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
