"""The config's one schema: what may stand in config.yaml, of which type, and what each key means.

No key has a default: config.yaml holds them all. docs/config.md and the comments of config.yaml are made from
the descriptions here (`python -m scripts.config.docs --write`); sources stand in config.yaml, in brackets.
"""

from typing import Literal

from pydantic import Field

from scripts.config.blocks import RelativePath, Section, Size, Text
from scripts.config.conversations import Labels, Positivity, Reddit, Targets, ValueEffects
from scripts.config.eva import Eva
from scripts.config.eva_benchmarks import EvaBenchmarks
from scripts.config.eva_human import EvaHuman
from scripts.config.evad import Evad
from scripts.config.evaluation import Judging, Roles, SamplingByRole, Select, Selected, Stats, System
from scripts.config.inputs import Datasets, Dump, Pathvars, World
from scripts.config.measures import Measures
from scripts.config.method import Detector, Dialogues, Personas, Point, Reference, Supporter
from scripts.config.models import Model, Tiny, ValueEncoder, ValueHead
from scripts.config.operation import Llm, Operation
from scripts.config.scoring import Scoring


class Config(Section):
    """Everything a build is told."""

    run: Literal["paper", "demo", "laptop"] = Field(description="name of the run, printed in every table")
    evidence: Literal["real", "stand_in"] = Field(
        description="real, or stand_in when a tiny model, the offline LLM or the world is used"
    )
    seed: Size = Field(description="seed of every split, draw and training run")
    data_dir: Text = Field(description="folder of real corpora and dumps; the one path that may be absolute")
    prompts_dir: RelativePath = Field(description="folder of the prompt templates")
    pathvars: Pathvars = Field(description="where rules write")
    datasets: Datasets = Field(description="where each corpus comes from")
    ingest_only: dict[str, Dump] = Field(description="further dumps, by name, to ingest and report")
    models: dict[str, Model] = Field(description="models by name")
    roles: Roles = Field(description="which chat model plays which part")
    sampling: SamplingByRole = Field(description="how each part's answers are drawn")
    reddit: Reddit = Field(description="dumps to threads")
    labels: Labels = Field(description="value labels")
    positive: Positivity = Field(description="when an utterance counts as positive")
    targets: Targets = Field(description="target values")
    value_effects: ValueEffects = Field(description="figure 2")
    detector: Detector = Field(description="target value detector")
    reference: Reference = Field(description="reference generator")
    personas: Personas = Field(description="the seekers")
    dialogues: Dialogues = Field(description="the simulation")
    supporter: Supporter = Field(description="supporter model")
    points: dict[str, Point] = Field(description="points of the reward grid, by name")
    selected: Selected = Field(description="grid point of the published DPO systems")
    systems: dict[str, System] = Field(description="supporter systems by id")
    judging: Judging = Field(description="the judges")
    stats: Stats = Field(description="intervals")
    measures: Measures = Field(description="models and judges that further tables compare")
    evad: Evad = Field(description="preference data for emotional validation (paper B)")
    eva: Eva = Field(description="systems that validate emotions (paper B)")
    scoring: Scoring = Field(description="scores of responses (paper B)")
    eva_human: EvaHuman = Field(description="what people judge of responses (paper B)")
    eva_benchmarks: EvaBenchmarks = Field(description="general benchmarks (paper B)")
    select: Select = Field(description="what is built")
    world: World = Field(description="the offline world")
    tiny: Tiny = Field(description="recipes of tiny models")
    value_head: ValueHead = Field(description="linear value head on a packaged sentence encoder (laptop)")
    value_encoder: ValueEncoder = Field(description="the same encoder, fine-tuned on values (laptop)")
    llm: Llm = Field(description="what asking models may cost")
    operation: Operation = Field(description="speed, memory, addresses: no science")
