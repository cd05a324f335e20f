# What training and inference jobs ask a cluster for, and the options that every training has.
from scripts.config.jobs import needs


def on_gpu(job, base):
    """What a GPU job asks for on a base, by name or by wildcards (docs/training.md); more with each attempt."""
    base_of = base if callable(base) else lambda w: base
    return dict(
        gpu=job.get("gpus", 1),
        mem_mb=lambda w, attempt: needs(C["operation"], job, base_of(w))["memory_mb"] * attempt,
        runtime=lambda w, attempt: needs(C["operation"], job, base_of(w))["minutes"] * min(attempt, 2),
    )


def gpu_training(stage, base="llama"):
    """The same for a stage's training, and seconds before the limit in which the job saves."""
    return dict(**on_gpu(C["operation"]["training"][stage], base), slurm_extra="'--signal=TERM@300'")


def gpu_inference(base="llama"):
    """The same for jobs that infer."""
    return on_gpu(C["operation"]["inference"], base)


LAUNCH = "resources/launch/adapter.yaml"  # how several GPUs train an adapter together
TRAINING = (
    " --base {input.base:q} --train {input.train:q} --dev {input.dev:q}"
    " --lora {params.lora:q} --train-settings {params.train:q} --seed {params.seed} --launch {input.launch:q}"
    " --output {output.adapter:q}"
)


def training(entry):
    """Params of a training step: canonical JSON of the adapter and of the settings, and the seed."""
    return dict(lora=canonical(entry["lora"]), train=canonical(entry["train"]), seed=C["seed"])
