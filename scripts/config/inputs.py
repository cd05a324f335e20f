"""Schema of what a run reads: places, corpora, dumps and the offline world."""

from typing import Literal

from pydantic import Field

from scripts.config.blocks import Count, Date, Origin, RelativePath, Section, Share


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
    empathetic: Corpus = Field(description="EmpatheticDialogues, 19,533/2,770/2,547")
    epitome: Corpus = Field(description="posts and replies with degrees of empathy, three mechanisms")


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


class WorldEmpathy(Section):
    """Sizes of paper B's corpora that the world writes."""

    epitome: Count = Field(description="posts with a reply")
    train: Count = Field(description="conversations")
    valid: Count = Field(description="conversations")
    test: Count = Field(description="conversations")


class World(Section):
    """The offline world: used only where a corpus, model or answer comes from it."""

    file: RelativePath = Field(description="its words, sentence frames and planted effects")
    effects: Share = Field(description="scale of the planted effects; 0 is the null world")
    posts: Count = Field(description="submissions in the dump it writes")
    corpora: WorldCorpora = Field(description="sizes of the corpora it writes")
    empathy: WorldEmpathy = Field(description="EPITOME and EmpatheticDialogues as it writes them")
    benchmarks: Count = Field(description="questions of each of table 13's benchmarks that it writes (paper B)")
    documents: Count = Field(description="documents the tiny base is trained on, both stages")
    held_out: Count = Field(description="prompts kept to test the tiny base's answer format")
    labelled: Count = Field(description="sentences with a valence for the tiny sentiment model")
