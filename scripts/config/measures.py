"""Schema of the models and judges that tables compare beside the systems: tables 5, 7, 8, 11, 13 and 29."""

from typing import Annotated, Literal

from pydantic import Field

from scripts.config.blocks import RATED, Count, History, Lora, Sampling, Section, Share, Text, Train

INTENSITY_MODELS = (
    *("gpt4o_zero", "gpt4o_few", "gpt4o_mini_zero", "gpt4o_mini_few"),
    *("llama_zero", "llama_tuned", "emollama_zero", "emollama_tuned"),
)
SIMULATORS = ("gpt_zero", "gpt_one", "llama_zero", "llama_one", "llama_esconv", "llama_extes", "esc_role")


class Baselines(Section):
    """Readers of target values that are not trained for it."""

    sampling: Sampling = Field(description="how their answers are drawn")


class Comments(Section):
    """References compared with the real comment."""

    judge: Text = Field(description="chat model that says which is nearer")
    sampling: Sampling = Field(description="how its answers are drawn")


class IntensityModels(Section):
    """Models of how a dialogue ends."""

    select: list[Literal[*INTENSITY_MODELS]] = Field(description="rows that are built")
    shots: Count = Field(description="examples of the few-shot rows, the five levels in turn")
    sampling: Sampling = Field(description="how all their answers are drawn")
    history: History = Field(description="what they see of a dialogue")
    lora: Lora = Field(description="adapter of the fine-tuned rows")
    train: Train = Field(description="their training run")
    max_failed: Share = Field(description="share of unusable answers from which a row fails")


class Simulators(Section):
    """Models that take the seeker's turns."""

    select: list[Literal[*SIMULATORS]] = Field(description="rows that are built")
    sampling: Sampling = Field(description="how their turns are drawn")
    history: History = Field(description="what they see of a dialogue")
    lora: Lora = Field(description="adapter of the fine-tuned rows")
    train: Train = Field(description="their training run")
    judge: Text = Field(description="chat model that says how alike two turns are")
    judging: Sampling = Field(description="how its answers are drawn")
    max_failed: Share = Field(description="share of unusable answers from which a row fails")


class NoteCodes(Section):
    """What experts' notes are instances of."""

    strengths: list[Text] = Field(min_length=1, description="what the supporter does well")
    improvements: list[Text] = Field(min_length=1, description="what it could do better")


class Experts(Section):
    """People who rate dialogues by the judges' criteria."""

    raters: Literal["file", "llm"] = Field(description="file (ratings/a_experts.csv of data_dir) or llm (stand-ins)")
    dialogues: Count = Field(description="dialogues they are given, spread over the systems")
    people: Annotated[int, Field(ge=2)] = Field(description="raters; of stand-ins, as many are asked")
    notes: Annotated[str, Field(pattern=RATED)] = Field(
        description="their notes, below data_dir; read once they are there"
    )
    codes: NoteCodes = Field(description="codes that each note bears one of")
    model: Text = Field(description="chat model of the stand-ins")
    sampling: Sampling = Field(description="how the stand-ins' answers are drawn")


class Measures(Section):
    """Further models and judges, by table."""

    baselines: Baselines = Field(description="table 5: detectors that are only asked")
    comments: Comments = Field(description="tables 7 and 8: references beside the real comment")
    intensity: IntensityModels = Field(description="table 11: models of the final intensity")
    simulators: Simulators = Field(description="table 29: seeker simulators")
    experts: Experts = Field(description="table 13: experts beside the judges")
