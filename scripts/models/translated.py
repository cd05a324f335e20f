"""Checkpoints that bring their model as code, as checkpoints of an architecture that transformers knows: same numbers.

InternLM2 is a Llama whose query, key and value lie in one matrix, group by group; ChatGLM2 and ChatGLM3 are a GLM whose
lie in one matrix, one after the other. Their weights are sorted into those forms, so that none of the code is run. The
first ChatGLM has another attention and no such form. Weights that come as PyTorch's pickles are read as numbers alone
(`weights_only`), and all are written as safetensors.
"""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from scripts.provenance.errors import Problem
from scripts.text.files import read_json, write_json

Names = dict[str, Any]  # weights by name
_DROPPED = {"auto_map", "model_type", "architectures", "transformers_version", "tokenizer_class", "_name_or_path"}


def translate(folder: Path) -> bool:
    """Rewrites config and weights in the folder where they are of such a form; returns whether they were."""
    config = read_json(folder / "config.json")
    found = FORMS.get(config.get("model_type", ""))
    if not found:
        return False
    read_config, read_names = found
    new = read_config(config)
    _rewrite(folder, lambda weights: read_names(weights, new))
    write_json(folder / "config.json", new)
    (folder / "configuration.json").unlink(missing_ok=True)  # of another hub
    _require_whole(folder, new)
    return True


def as_safetensors(folder: Path) -> None:
    """Writes pickled weights as safetensors, where there are no others; the pickles go."""
    if any(folder.glob("*.bin")) and not any(folder.glob("*.safetensors")):
        _rewrite(folder, lambda weights: weights)


def _llama(config: dict) -> dict:
    """InternLM2's settings as Llama's."""
    if config.get("bias"):
        raise _unread("bias", config["bias"])
    kept = {key: value for key, value in config.items() if key not in _DROPPED | {"bias", "attn_implementation"}}
    return {**kept, "model_type": "llama", "architectures": ["LlamaForCausalLM"], "attention_bias": False}


def _glm(config: dict) -> dict:
    """ChatGLM2's settings as GLM's."""
    usual = {"rope_ratio": 1, "pre_seq_len": None, "quantization_bit": 0}  # where it says nothing
    wanted = usual | {
        **{"multi_query_attention": True, "rmsnorm": True, "post_layer_norm": True, "add_qkv_bias": True},
        **{"add_bias_linear": False, "apply_residual_connection_post_layernorm": False},
    }
    for key, value in wanted.items():
        if (given := config.get(key, usual.get(key))) != value:
            raise _unread(key, given)
    same = {key: config[key] for key in ("hidden_size", "num_attention_heads", "attention_dropout")}
    return {
        **{"model_type": "glm", "architectures": ["GlmForCausalLM"], "hidden_act": "silu", "attention_bias": True},
        **same,
        "head_dim": config["kv_channels"],
        "num_key_value_heads": config["multi_query_group_num"],
        "num_hidden_layers": config["num_layers"],
        "intermediate_size": config["ffn_hidden_size"],
        "vocab_size": config["padded_vocab_size"],
        "max_position_embeddings": config["seq_length"],
        "rms_norm_eps": config["layernorm_epsilon"],
        "rope_theta": 10000.0,
        "partial_rotary_factor": 0.5,
        "tie_word_embeddings": False,
        "bos_token_id": None,
        "eos_token_id": config["eos_token_id"],
        "pad_token_id": config["pad_token_id"],
        "torch_dtype": config.get("torch_dtype", "float16"),
    }


_INTERNLM2 = (
    (r"^model\.tok_embeddings\.", "model.embed_tokens."),
    (r"^output\.", "lm_head."),
    (r"\.attention\.wo\.", ".self_attn.o_proj."),
    (r"\.feed_forward\.w1\.", ".mlp.gate_proj."),
    (r"\.feed_forward\.w2\.", ".mlp.down_proj."),
    (r"\.feed_forward\.w3\.", ".mlp.up_proj."),
    (r"\.attention_norm\.", ".input_layernorm."),
    (r"\.ffn_norm\.", ".post_attention_layernorm."),
)
_CHATGLM2 = (
    (r"^transformer\.embedding\.word_embeddings\.", "model.embed_tokens."),
    (r"^transformer\.output_layer\.", "lm_head."),
    (r"^transformer\.encoder\.final_layernorm\.", "model.norm."),
    (r"^transformer\.encoder\.layers\.", "model.layers."),
    (r"\.self_attention\.dense\.", ".self_attn.o_proj."),
    (r"\.mlp\.dense_h_to_4h\.", ".mlp.gate_up_proj."),
    (r"\.mlp\.dense_4h_to_h\.", ".mlp.down_proj."),
)


def _renamed(name: str, table: tuple[tuple[str, str], ...]) -> str:
    for pattern, said in table:
        name = re.sub(pattern, said, name)
    return name


def _of_internlm2(weights: Names, config: dict) -> Names:
    heads, groups = config["num_attention_heads"], config["num_key_value_heads"]
    size, found = config["hidden_size"] // heads, {}
    for name, weight in weights.items():
        if not name.endswith(".attention.wqkv.weight"):
            found[_renamed(name, _INTERNLM2)] = weight
            continue
        layer = name.removesuffix("attention.wqkv.weight")
        grouped = weight.view(groups, heads // groups + 2, size, -1)  # a group's queries, then its key, its value
        for part, rows in (("q", grouped[:, :-2]), ("k", grouped[:, -2]), ("v", grouped[:, -1])):
            found[f"{layer}self_attn.{part}_proj.weight"] = rows.reshape(-1, weight.shape[1])
    return found


def _of_chatglm2(weights: Names, config: dict) -> Names:
    size = config["head_dim"]
    sizes = [config["num_attention_heads"] * size, *2 * [config["num_key_value_heads"] * size]]
    found = {}
    for name, weight in weights.items():
        if name == "transformer.rotary_pos_emb.inv_freq":
            continue
        before, packed, which = name.partition("self_attention.query_key_value.")
        if not packed:
            found[_renamed(name, _CHATGLM2)] = weight
            continue
        layer = _renamed(before, _CHATGLM2)
        for part, rows in zip("qkv", weight.split(sizes), strict=True):
            found[f"{layer}self_attn.{part}_proj.{which}"] = rows
    return found


FORMS: dict[str, tuple[Callable[[dict], dict], Callable[[Names, dict], Names]]] = {
    "internlm2": (_llama, _of_internlm2),
    "chatglm": (_glm, _of_chatglm2),
}


def _unread(key: str, value: object) -> Problem:
    return Problem(
        f"config.json says {key}: {value!r}, a form of this architecture that is not translated here. Name another "
        "checkpoint in the config (models.<name>.id)."
    )


def _rewrite(folder: Path, read: Callable[[Names], Names]) -> None:
    """Puts what `read` makes of each file's weights into files of safetensors, with their index; a file at a time."""
    from safetensors.torch import save_file

    files = sorted(folder.glob("*.safetensors")) or sorted(folder.glob("*.bin"))
    if not files:
        raise Problem(f"{folder} holds no weights (*.safetensors or *.bin). Name another checkpoint in the config.")
    places, total = {}, 0
    for number, weights in enumerate(map(_weights, files), 1):
        found = {name: weight.clone().contiguous() for name, weight in read(weights).items()}
        draft = f"translated-{number:05}-of-{len(files):05}.safetensors"
        save_file(found, folder / draft, metadata={"format": "pt"})
        places |= dict.fromkeys(found, draft.replace("translated", "model"))
        total += sum(weight.nbytes for weight in found.values())
        files[number - 1].unlink()
    for draft in folder.glob("translated-*.safetensors"):
        draft.rename(folder / draft.name.replace("translated", "model"))
    for index in (*folder.glob("*.index.json"), *folder.glob("*.bin")):
        index.unlink()
    write_json(folder / "model.safetensors.index.json", {"metadata": {"total_size": total}, "weight_map": places})


def _weights(path: Path) -> Names:
    """The numbers of a file by name; a pickle that holds anything else is a Problem."""
    import pickle

    import torch
    from safetensors.torch import load_file

    if path.suffix == ".safetensors":
        return load_file(path)
    try:
        found = torch.load(path, map_location="cpu", weights_only=True)
    except (pickle.UnpicklingError, RuntimeError) as error:
        raise Problem(f"{path.name} holds more than weights and is not opened. Name another checkpoint.") from error
    return dict(found)


def _require_whole(folder: Path, config: dict) -> None:
    """Every weight of the architecture is there in its size, and no other; else a Problem."""
    import torch
    from transformers import AutoConfig, AutoModelForCausalLM

    with torch.device("meta"):
        model = AutoModelForCausalLM.from_config(AutoConfig.from_pretrained(folder))
    wanted = {name: tuple(weight.shape) for name, weight in model.state_dict().items()}
    found = dict(_shapes(folder))
    odd = sorted(name for name in wanted.keys() | found.keys() if wanted.get(name) != found.get(name))
    if odd:
        raise Problem(
            f"The checkpoint is no {config['model_type']} in another form: {odd[0]} is {found.get(odd[0])} and should "
            f"be {wanted.get(odd[0])} ({len(odd)} such weights). Name another checkpoint in the config."
        )


def _shapes(folder: Path) -> Iterator[tuple[str, tuple[int, ...]]]:
    from safetensors import safe_open

    for path in sorted(folder.glob("*.safetensors")):
        with safe_open(path, "pt") as weights:
            for name in weights.keys():
                yield name, tuple(weights.get_slice(name).get_shape())
