"""Models and LoRA adapters as folders: load a base, merge, join and publish."""

import json
import shutil
from pathlib import Path

from scripts.llm.identity import BASE_NAME
from scripts.provenance.drafts import publishing
from scripts.provenance.errors import Problem
from scripts.text.files import write_json
from scripts.training.progress import is_first
from scripts.training.settings import attention

WEIGHTS, SETTINGS = "adapter_model.safetensors", "adapter_config.json"


def load_base(folder: str | Path, precision: str = "fp32"):
    """(model, tokenizer) of a checkpoint folder: float32, or bfloat16 where `precision` says so and a GPU is there.

    A tokenizer without a chat template is a Problem.
    """
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer

    on_gpu = torch.cuda.is_available()
    dtype = torch.bfloat16 if on_gpu and precision == "bf16" else torch.float32
    tokenizer = AutoTokenizer.from_pretrained(folder)
    if not tokenizer.chat_template:
        raise Problem(
            f"{folder} has no chat template, so its turns cannot be written. Name a chat model in the config "
            "(models.llama), or put chat_template.jinja into its folder."
        )
    if tokenizer.pad_token_id is None:
        tokenizer.pad_token = tokenizer.eos_token
    model = AutoModelForCausalLM.from_pretrained(folder, dtype=dtype, attn_implementation=attention(precision))
    return model, tokenizer


def merge_adapter(model, adapter: str | Path):
    """The base with the adapter's weights added in (the reference policy of a DPO run), every weight trainable.

    An adapter of another base is a Problem; PEFT would pass over modules that it does not find.
    """
    from peft import PeftModel

    _require_fit(model, Path(adapter))
    merged = PeftModel.from_pretrained(model, adapter).merge_and_unload()
    return merged.requires_grad_(True)  # PEFT froze the base; a run without an adapter of its own trains all of it


def _require_fit(model, adapter: Path) -> None:
    from safetensors import safe_open

    modules = dict(model.named_modules())
    with safe_open(adapter / WEIGHTS, "pt") as weights:
        for name in sorted(weights.keys()):
            module = modules.get(name.removeprefix("base_model.model.").rpartition(".lora_")[0])
            size = weights.get_slice(name).get_shape()
            # A is (rank, in), B is (out, rank); the module's weight is (out, in)
            found = getattr(module, "weight", None)
            fits = found is not None and (size[1] == found.shape[1] if ".lora_A" in name else size[0] == found.shape[0])
            if not fits:
                raise Problem(
                    f"{adapter} was trained on another base: {name} {tuple(size)} fits no layer of this one. "
                    "Train it again on this base (its rule has the base for an input)."
                )


def join_adapters(first: Path, second: Path, draft: Path) -> None:
    """Writes to `draft` the one adapter on the base that equals merging `first` and then applying `second`.

    The factors are stacked, so the ranks add up, and the scales go into B (alpha = rank); equal to the two-step model
    up to rounding. A module that only one of them adapts gets zeros from the other. Needs no base in memory.
    """
    import torch
    from safetensors.torch import save_file

    parts = [_factors(folder) for folder in (first, second)]
    ranks = [settings["r"] for settings, _ in parts]
    joined = {}
    for module in sorted({name for _, factors in parts for name in factors}):
        down, up = next(factors[module] for _, factors in parts if module in factors)
        pairs = [
            factors.get(module) or (down.new_zeros(rank, down.shape[1]), up.new_zeros(up.shape[0], rank))
            for rank, (_, factors) in zip(ranks, parts, strict=True)
        ]
        joined[f"{module}.lora_A.weight"] = torch.cat([pair[0] for pair in pairs], 0)
        joined[f"{module}.lora_B.weight"] = torch.cat([pair[1] for pair in pairs], 1)
    settings = {**parts[1][0], "r": sum(ranks), "lora_alpha": sum(ranks)}
    settings["target_modules"] = sorted({name for part, _ in parts for name in part["target_modules"]})
    draft.mkdir(exist_ok=True)
    save_file(joined, draft / WEIGHTS, metadata={"format": "pt"})
    write_json(draft / SETTINGS, settings)


def _factors(folder: Path) -> tuple[dict, dict]:
    """(settings, module -> (A, scale * B)) of a plain LoRA adapter of one rank; any other kind is a Problem."""
    from safetensors.torch import load_file

    settings = json.loads((folder / SETTINGS).read_text(encoding="utf-8"))
    unusual = [name for name in ("use_rslora", "use_dora", "rank_pattern", "alpha_pattern") if settings.get(name)]
    if unusual or not isinstance(settings["target_modules"], list):
        raise Problem(f"{folder} is no plain LoRA adapter ({unusual or 'target_modules'}). Train it with this project.")
    weights = load_file(folder / WEIGHTS)
    names = [name.removesuffix(".lora_A.weight") for name in weights if name.endswith(".lora_A.weight")]
    scale = settings["lora_alpha"] / settings["r"]
    return settings, {
        name: (weights[f"{name}.lora_A.weight"], weights[f"{name}.lora_B.weight"] * scale) for name in names
    }


def publish_adapter(save, output: str | Path, report: dict) -> None:
    """Calls `save(folder)` and publishes that folder with `training.json`; what embeds paths or set order is tidied.

    `base.json` names the base, apart from the report: that one holds seconds and decides no key of later work.
    """
    with publishing(output) as draft:
        draft.mkdir()
        save(draft)
        _require_finite(draft / WEIGHTS)
        for extra in draft.iterdir():
            if extra.is_dir():
                shutil.rmtree(extra)
            elif extra.name not in (WEIGHTS, SETTINGS):
                extra.unlink()
        write_json(draft / SETTINGS, tidied(json.loads((draft / SETTINGS).read_text(encoding="utf-8"))))
        write_json(draft / BASE_NAME, {"sha256": report["base"]})
        write_json(draft / "training.json", report)


def _require_finite(path: Path) -> None:
    from safetensors import safe_open

    with safe_open(path, "pt") as weights:
        _finite({name: weights.get_tensor(name) for name in weights.keys()})


def _finite(weights: dict) -> None:
    """Losses are watched step by step; what the last step made of the weights may show in none of them."""
    import torch

    for name in sorted(weights):
        if not torch.isfinite(weights[name]).all():
            raise Problem(
                f"{name} holds what is no number after training; nothing was published. "
                "Lower learning_rate, weight_decay or max_grad_norm, or look at the rows."
            )


def publish_trained(trainer, precision: str, output: str | Path, report: dict) -> None:
    """Publishes what a trainer trained: its adapter, or its whole model as a checkpoint folder, with `training.json`.

    Of processes that train together all gather the weights and the first one writes. A whole model trained in bf16 on
    a GPU is written in bf16, as its base was.
    """
    from peft import PeftModel

    model = trainer.accelerator.unwrap_model(trainer.model)
    weights = trainer.accelerator.get_state_dict(trainer.model) if trainer.is_fsdp_enabled else None
    if not is_first():
        return
    if isinstance(model, PeftModel):
        publish_adapter(lambda draft: model.save_pretrained(draft, state_dict=weights), output, report)
        return
    halved = precision == "bf16" and trainer.args.bf16
    weights = weights or model.state_dict()
    _finite(weights)
    with publishing(output) as draft:
        model.save_pretrained(draft, state_dict=_halves(weights) if halved else weights)
        trainer.processing_class.save_pretrained(draft)
        if halved:
            config = json.loads((draft / "config.json").read_text(encoding="utf-8"))
            write_json(draft / "config.json", {**config, "dtype": "bfloat16"})
        write_json(draft / "training.json", report)


def _halves(weights: dict) -> dict:
    import torch

    return {name: weight.to(torch.bfloat16) for name, weight in weights.items()}


def tidied(settings: dict) -> dict:
    """Adapter settings with the modules in order: PEFT keeps them as a set, whose order differs from run to run."""
    targets = settings["target_modules"]
    return {**settings, "target_modules": sorted(targets) if isinstance(targets, list) else targets}
