"""Schema of what moves speed, memory and money alone: budget, endpoints, servers, batches, resources of jobs."""

from typing import Annotated, Literal

from pydantic import Field

from scripts.config.blocks import ADDRESS, VARIABLE, Count, NotNegative, Positive, Section, Text


class Llm(Section):
    """What asking models may cost: it stops a build and changes no result."""

    budget_usd: NotNegative | None = Field(
        description="spent on answers by all jobs together, at most; null: no limit (docs/cost.md)"
    )


class Endpoint(Section):
    base_url: Annotated[str, Field(pattern=ADDRESS)] = Field(description="address of the service")
    key_env: Annotated[str, Field(pattern=VARIABLE)] = Field(description="environment variable that holds the key")
    requests_per_minute: Count | None = Field(description="sent by one job at most; null: no limit")
    tokens_per_minute: Count | None = Field(description="read and written for one job at most; null: no limit")
    patience: NotNegative = Field(description="seconds that a job waits when it asks to be left alone or is gone")


class Endpoints(Section):
    openai: Endpoint = Field(description="OpenAI, or any server that speaks its protocol")


class Vllm(Section):
    """How `vllm serve` is started where a local model's backend is vllm."""

    memory_share: Annotated[float, Field(gt=0, le=1)] = Field(
        description="share of the GPU's memory it takes; the rest is the sentiment scorer's, in the job beside it"
    )
    patience: Positive = Field(description="seconds that its start may take")
    arguments: list[Text] = Field(
        description="further words to `vllm serve`; none that change weights, template or precision: no key sees them"
    )


class BatchApi(Section):
    """Steps that ask by batches of the service, at a lower price, where the user says so (docs/batch.md)."""

    steps: list[
        Literal[
            *("write_situations", "rate_alignment", "label_emotions", "write_demographics", "score_emotions"),
            *("judge_skills", "judge_intensity", "judge_values", "rate_values", "explain_low_values", "assign_themes"),
            *("ask_baseline", "ask_intensity", "compare_comments", "rate_similarity", "rate_as_experts"),
            *("write_candidates", "rank_as_raters", "rate_as_people", "ask_responses"),
        ]
    ] = Field(description="rules whose requests `submit_batches` and `collect_batches` send and fetch")
    patience: NotNegative = Field(description="seconds that one run of `collect_batches` waits for a batch")


class InferenceJob(Section):
    """What a job that infers asks for beside its GPU, for a base of 8 billion weights."""

    memory_mb: Count = Field(description="host memory, MB, times the attempt")
    minutes: Count = Field(description="time limit, times the attempt")


class TrainingJob(InferenceJob):
    """What a training job asks for, for a base of 8 billion weights."""

    gpus: Count = Field(description="GPUs of one node; above 1 it is launched by accelerate (docs/training.md)")


class TrainingJobs(Section):
    """Resources of training jobs by stage, for a base of 8 billion weights."""

    detector: TrainingJob = Field(description="target value detector, SFT")
    reference_sft: TrainingJob = Field(description="reference generator, SFT, both variants")
    reference_dpo: TrainingJob = Field(description="reference generator, DPO")
    supporter_sft: TrainingJob = Field(description="supporter, SFT, both variants")
    supporter_dpo: TrainingJob = Field(description="supporter, DPO, each grid point")
    baselines: TrainingJob = Field(description="baseline supporters, SFT, each corpus")
    seekers: TrainingJob = Field(description="seeker simulators, SFT, each corpus")
    intensity: TrainingJob = Field(description="intensity models, SFT, each base")
    acq: TrainingJob = Field(description="paper B's acquisition, SFT of all weights, each model and corpus")
    ali: TrainingJob = Field(description="paper B's alignment, DPO, each model and start")


class Operation(Section):
    """Speed, memory and addresses: they change no result and make nothing stale."""

    endpoints: Endpoints = Field(description="where chat models are asked")
    batch_api: BatchApi = Field(description="asking by batches of the service")
    concurrency: Count = Field(description="requests in flight at once")
    batch: Count = Field(description="texts a local model handles at once")
    vllm: Vllm = Field(description="the model server beside a job")
    train_batch: Count = Field(description="training rows a device handles at once, at most")
    training: TrainingJobs = Field(description="what training jobs ask for on a base of 8 billion weights, by stage")
    inference: InferenceJob = Field(description="what jobs that infer ask for on such a base, beside one GPU")
    sizes: dict[str, Positive] = Field(
        description="billions of weights of a local model (8 where not given); memory and time go with them"
    )
    checkpoint_minutes: NotNegative = Field(description="minutes of training that a killed job may lose; 0: a step")
    require_gpu: bool = Field(description="training where no GPU is seen is an error")
    memory_limit: Annotated[str, Field(pattern=r"^\d+(MB|GB)$")] = Field(description="memory of DuckDB")
    spill_dir: Text | None = Field(
        description="folder for what does not fit, on a fast local disk, $VARIABLES allowed; null: beside the output"
    )
    kept_checkpoints: Annotated[int, Field(ge=0)] = Field(
        description="newest forms of a slow artifact to keep in checkpoints/, so that a revert costs seconds"
    )
    sandbox: bool = Field(description="hold CPU jobs to the files they declare, where the kernel can (Landlock)")
