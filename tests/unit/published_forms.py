"""Tiny checkpoints in the forms in which InternLM2 and ChatGLM2 are published, and what their models compute.

The arithmetic is written down from the two models' descriptions, with the packed weights as they come: packed queries,
keys and values, rotations in halves (InternLM2) or in neighbours over half a head (ChatGLM2). Code that the checkpoints
name (`auto_map`) is a file that must not be run.
"""

import json
import shutil
from pathlib import Path

HEADS, GROUPS, SIZE, WIDTH, LAYERS, INNER = 4, 2, 16, 64, 2, 96
PIECES = Path("tests/unit/sentencepiece")
CODE = "raise SystemExit('code of a checkpoint was run')\n"


def _packed(random, rows, columns):
    import torch

    return torch.randn(rows, columns, generator=random) * 0.15


def internlm2_weights(vocabulary):
    import torch

    random = torch.Generator().manual_seed(3)
    names = {"model.tok_embeddings.weight": (vocabulary, WIDTH), "output.weight": (vocabulary, WIDTH)}
    for layer in range(LAYERS):
        start = f"model.layers.{layer}."
        names |= {
            f"{start}attention.wqkv.weight": ((HEADS + 2 * GROUPS) * SIZE, WIDTH),
            f"{start}attention.wo.weight": (WIDTH, HEADS * SIZE),
            f"{start}feed_forward.w1.weight": (INNER, WIDTH),
            f"{start}feed_forward.w3.weight": (INNER, WIDTH),
            f"{start}feed_forward.w2.weight": (WIDTH, INNER),
        }
    found = {name: _packed(random, *shape) for name, shape in names.items()}
    norms = [f"model.layers.{n}.{which}_norm.weight" for n in range(LAYERS) for which in ("attention", "ffn")]
    return found | {name: 1 + _packed(random, 1, WIDTH)[0] for name in [*norms, "model.norm.weight"]}


def chatglm2_weights(vocabulary):
    import torch

    random = torch.Generator().manual_seed(4)
    names = {
        "transformer.embedding.word_embeddings.weight": (vocabulary, WIDTH),
        "transformer.output_layer.weight": (vocabulary, WIDTH),
    }
    layers = [f"transformer.encoder.layers.{layer}." for layer in range(LAYERS)]
    packed = (HEADS + 2 * GROUPS) * SIZE
    for start in layers:
        names |= {
            f"{start}self_attention.query_key_value.weight": (packed, WIDTH),
            f"{start}self_attention.dense.weight": (WIDTH, HEADS * SIZE),
            f"{start}mlp.dense_h_to_4h.weight": (2 * INNER, WIDTH),
            f"{start}mlp.dense_4h_to_h.weight": (WIDTH, INNER),
        }
    found = {name: _packed(random, *shape) for name, shape in names.items()}
    found |= {f"{start}self_attention.query_key_value.bias": _packed(random, 1, packed)[0] for start in layers}
    norms = [f"{start}{which}_layernorm.weight" for start in layers for which in ("input", "post_attention")]
    norms += ["transformer.encoder.final_layernorm.weight"]
    found |= {name: 1 + _packed(random, 1, WIDTH)[0] for name in norms}
    return found | {"transformer.rotary_pos_emb.inv_freq": torch.ones(SIZE // 4)}


def _norm(states, weight, least):
    return weight * states * (states.pow(2).mean(-1, keepdim=True) + least).rsqrt()


def _attended(query, key, value):
    """(length, heads, size) of each; a head reads its group's key and value."""
    import torch

    length, each = query.shape[0], HEADS // GROUPS
    later = torch.full((length, length), float("-inf")).triu(1)
    heads = []
    for head in range(HEADS):
        weights = (query[:, head] @ key[:, head // each].T / SIZE**0.5 + later).softmax(-1)
        heads.append(weights @ value[:, head // each])
    return torch.cat(heads, -1)


def _angles(length, size, base):
    import torch

    return torch.arange(length)[:, None] / base ** (torch.arange(0, size, 2) / size)[None]


def internlm2_logits(weights, ids):
    """Of each place of one row."""
    import torch

    states, length = weights["model.tok_embeddings.weight"][ids], len(ids)
    cos, sin = (wave(_angles(length, SIZE, 1e6))[:, None] for wave in (torch.cos, torch.sin))

    def turned(x):
        first, second = x[..., : SIZE // 2], x[..., SIZE // 2 :]
        return torch.cat([first * cos - second * sin, second * cos + first * sin], -1)

    for layer in range(LAYERS):
        own = {name.removeprefix(f"model.layers.{layer}."): weight for name, weight in weights.items()}
        normed = _norm(states, own["attention_norm.weight"], 1e-5)
        packed = (normed @ own["attention.wqkv.weight"].T).view(length, GROUPS, HEADS // GROUPS + 2, SIZE)
        query = packed[:, :, :-2].reshape(length, HEADS, SIZE)
        states = states + _attended(turned(query), turned(packed[:, :, -2]), packed[:, :, -1]) @ (
            own["attention.wo.weight"].T
        )
        normed = _norm(states, own["ffn_norm.weight"], 1e-5)
        gate = torch.nn.functional.silu(normed @ own["feed_forward.w1.weight"].T)
        states = states + gate * (normed @ own["feed_forward.w3.weight"].T) @ own["feed_forward.w2.weight"].T
    return _norm(states, weights["model.norm.weight"], 1e-5) @ weights["output.weight"].T


def chatglm2_logits(weights, ids):
    import torch

    states, length = weights["transformer.embedding.word_embeddings.weight"][ids], len(ids)
    cos, sin = (wave(_angles(length, SIZE // 2, 1e4))[:, None] for wave in (torch.cos, torch.sin))

    def turned(x):
        pairs = x[..., : SIZE // 2].reshape(length, -1, SIZE // 4, 2)
        even, odd = pairs[..., 0], pairs[..., 1]
        found = torch.stack([even * cos - odd * sin, odd * cos + even * sin], -1).flatten(-2)
        return torch.cat([found, x[..., SIZE // 2 :]], -1)

    for layer in range(LAYERS):
        start = f"transformer.encoder.layers.{layer}."
        own = {name.removeprefix(start): weight for name, weight in weights.items()}
        normed = _norm(states, own["input_layernorm.weight"], 1e-5)
        packed = normed @ own["self_attention.query_key_value.weight"].T + own["self_attention.query_key_value.bias"]
        query, key, value = (
            part.view(length, -1, SIZE) for part in packed.split([HEADS * SIZE, GROUPS * SIZE, GROUPS * SIZE], -1)
        )
        states = states + _attended(turned(query), turned(key), value) @ own["self_attention.dense.weight"].T
        normed = _norm(states, own["post_attention_layernorm.weight"], 1e-5)
        gate, up = (normed @ own["mlp.dense_h_to_4h.weight"].T).chunk(2, -1)
        states = states + torch.nn.functional.silu(gate) * up @ own["mlp.dense_4h_to_h.weight"].T
    normed = _norm(states, weights["transformer.encoder.final_layernorm.weight"], 1e-5)
    return normed @ weights["transformer.output_layer.weight"].T


CONFIGS = {
    "internlm2": {
        **{"model_type": "internlm2", "architectures": ["InternLM2ForCausalLM"], "bias": False, "vocab_size": 602},
        **{"hidden_size": WIDTH, "num_hidden_layers": LAYERS, "num_attention_heads": HEADS, "hidden_act": "silu"},
        **{"num_key_value_heads": GROUPS, "intermediate_size": INNER, "max_position_embeddings": 512},
        **{"rms_norm_eps": 1e-5, "rope_theta": 1000000, "rope_scaling": {"type": "dynamic", "factor": 2.0}},
        **{"bos_token_id": 1, "eos_token_id": 2, "pad_token_id": 2, "tie_word_embeddings": False},
        **{"torch_dtype": "float32", "attn_implementation": "eager", "transformers_version": "4.43.4"},
    },
    "chatglm2": {
        **{"model_type": "chatglm", "architectures": ["ChatGLMModel"], "padded_vocab_size": 608, "vocab_size": 608},
        **{"hidden_size": WIDTH, "num_layers": LAYERS, "num_attention_heads": HEADS, "ffn_hidden_size": INNER},
        **{"kv_channels": SIZE, "multi_query_group_num": GROUPS, "multi_query_attention": True, "seq_length": 512},
        **{"layernorm_epsilon": 1e-5, "rmsnorm": True, "post_layer_norm": True, "add_qkv_bias": True},
        **{"add_bias_linear": False, "apply_residual_connection_post_layernorm": False, "attention_dropout": 0.0},
        **{"apply_query_key_layer_scaling": True, "pre_seq_len": None, "quantization_bit": 0},
        **{"eos_token_id": 2, "pad_token_id": 0, "tie_word_embeddings": False, "torch_dtype": "float32"},
    },
}
SAID = {
    "internlm2": {
        **{"tokenizer_class": "InternLM2Tokenizer", "bos_token": "<s>", "eos_token": "</s>", "pad_token": "</s>"},
        "added_tokens_decoder": {
            **{str(n): {"content": text, "special": True} for n, text in enumerate(("<unk>", "<s>", "</s>"))},
            "600": {"content": "<|im_end|>", "special": True},
            "601": {"content": "<|im_start|>", "special": True},
        },
        "chat_template": (
            "{{ bos_token }}{% for m in messages %}{{ '<|im_start|>' + m['role'] + '\n' + m['content'] + '<|im_end|>'"
            " + '\n' }}{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}"
        ),
    },
    "chatglm2": {"tokenizer_class": "ChatGLMTokenizer", "remove_space": False, "do_lower_case": False},
}
MAKERS = {"internlm2": (internlm2_weights, 602), "chatglm2": (chatglm2_weights, 608)}
LOGITS = {"internlm2": internlm2_logits, "chatglm2": chatglm2_logits}


def weights_of(form: str) -> dict:
    """As published, the same ones every time."""
    make, vocabulary = MAKERS[form]
    return make(vocabulary)


def write_published(form: str, folder: Path) -> Path:
    """The checkpoint as on the hub: ChatGLM2's weights in two pickles, InternLM2's as safetensors."""
    import torch
    from safetensors.torch import save_file

    folder.mkdir(parents=True, exist_ok=True)
    named = {"AutoConfig": f"configuration_{form}.C", "AutoModelForCausalLM": f"modeling_{form}.M"}
    (folder / "config.json").write_text(json.dumps(CONFIGS[form] | {"auto_map": named}), encoding="utf-8")
    for module in ("configuration", "modeling", "tokenization"):
        (folder / f"{module}_{form}.py").write_text(CODE, encoding="utf-8")
    own = {"auto_map": {"AutoTokenizer": [f"tokenization_{form}.T", None]}}
    (folder / "tokenizer_config.json").write_text(json.dumps(SAID[form] | own), encoding="utf-8")
    shutil.copy(PIECES / f"{form}.model", folder / "tokenizer.model")
    weights = weights_of(form)
    names = sorted(weights)
    if form == "internlm2":
        save_file(weights, folder / "model.safetensors")
        return folder
    for number, part in enumerate((names[:5], names[5:]), 1):
        path = folder / f"pytorch_model-{number:05}-of-00002.bin"
        torch.save({name: weights[name] for name in part}, path)
    (folder / "pytorch_model.bin.index.json").write_text("{}", encoding="utf-8")
    return folder
