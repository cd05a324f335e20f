"""The model, the chats and the clockwork of bench_gpu: all of it made on the spot."""

import gc
import importlib.util
import random
import resource
import time
from dataclasses import dataclass

from benchmarks.flops import Shape

WORDS = 100  # of the synthetic chats, one token each
SPECIAL = ["<pad>", "<user>", "<assistant>", "<end>"]
TEMPLATE = (
    "{% for m in messages %}{{ '<' + m['role'] + '> ' + m['content'] + ' ' }}"
    "{% if m['role'] == 'assistant' %}{{ '<end>' }}{% endif %}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<assistant> ' }}{% endif %}"
)
AROUND = 3  # tokens of a chat beside its words


@dataclass(frozen=True)
class Plan:
    """What is measured: the model, rows of up to `length` tokens, `batch` of them a step, `steps` after two more."""

    shape: Shape
    length: int
    batch: int
    steps: int
    rank: int
    precision: str
    matrix: int  # rows of the square matrices of the rate

    def settings(self) -> dict:
        """A `train` block of config.yaml, but for the batch."""
        return {
            "learning_rate": 1e-5,
            "epochs": 1,
            "effective_batch": self.batch,
            "max_length": self.length,
            "warmup_ratio": 0.03,
            "scheduler": "cosine",
            "optimizer": "adamw_torch",
            "weight_decay": 0.0,
            "max_grad_norm": 1.0,
            "precision": self.precision,
            "gradient_checkpointing": True,
        }


def device() -> str:
    import torch

    return "cuda" if torch.cuda.is_available() else "cpu"


def kernel() -> str:
    """The attention in use: flash_attention_2 where it is installed and a GPU is there, else PyTorch's own."""
    return "flash_attention_2" if device() == "cuda" and importlib.util.find_spec("flash_attn") else "sdpa"


def dtype(plan: Plan):
    import torch

    return torch.bfloat16 if plan.precision == "bf16" and device() == "cuda" else torch.float32


def wait() -> None:
    """Until the device has done what it was given."""
    import torch

    if device() == "cuda":
        torch.cuda.synchronize()


def matrix_rate(plan: Plan, rounds: int = 5, products: int = 10) -> float:
    """Operations a second of square matrix products, the best round."""
    import torch

    a, b = (torch.randn(plan.matrix, plan.matrix, device=device(), dtype=dtype(plan)) for _ in range(2))
    seconds = []
    for _ in range(rounds + 1):
        wait()
        began = time.perf_counter()
        for _ in range(products):
            a @ b
        wait()
        seconds.append(time.perf_counter() - began)
    return products * 2 * plan.matrix**3 / min(seconds[1:])


def random_model(plan: Plan):
    """A Llama of the shape, built on the device."""
    import torch
    from transformers import AutoModelForCausalLM, LlamaConfig

    shape = plan.shape
    config = LlamaConfig(
        vocab_size=shape.vocabulary,
        hidden_size=shape.width,
        intermediate_size=shape.inner,
        num_hidden_layers=shape.layers,
        num_attention_heads=shape.heads,
        num_key_value_heads=shape.key_value_heads,
        max_position_embeddings=2 * plan.length,
        tie_word_embeddings=False,
        bos_token_id=None,
        eos_token_id=3,
        pad_token_id=0,
    )
    torch.manual_seed(0)
    with torch.device(device()):
        return AutoModelForCausalLM.from_config(config, dtype=dtype(plan), attn_implementation=kernel())


def word_tokenizer():
    """One token a word, and a chat template: chats then have the lengths that are asked for."""
    from tokenizers import Tokenizer, models, pre_tokenizers
    from transformers import PreTrainedTokenizerFast

    names = [*SPECIAL, *(f"w{number}" for number in range(WORDS - len(SPECIAL)))]
    words = Tokenizer(models.WordLevel({name: place for place, name in enumerate(names)}, unk_token="<pad>"))
    words.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    tokenizer = PreTrainedTokenizerFast(tokenizer_object=words, pad_token="<pad>", eos_token="<end>")
    tokenizer.chat_template = TEMPLATE
    return tokenizer


def chats(kind: str, count: int, length: int) -> list[dict]:
    """Chats of a quarter of `length` to all of it, half of it the answer; the rejected answer of a pair is as long."""
    draw = random.Random(0)

    def words(number: int) -> str:
        return " ".join(f"w{draw.randrange(WORDS - len(SPECIAL))}" for _ in range(number))

    rows = []
    for _ in range(count):
        total = draw.randint(length // 4, length) - AROUND
        prompt = [{"role": "user", "content": words(total // 2)}]
        answers = ["completion"] if kind == "sft" else ["chosen", "rejected"]
        said = {name: [{"role": "assistant", "content": words(total - total // 2)}] for name in answers}
        rows.append({"prompt": prompt, **said})
    return rows


def peak() -> int:
    """Bytes at most: of the device since `forget`, or of this process."""
    import torch

    if device() == "cuda":
        return torch.cuda.max_memory_allocated()
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def forget() -> None:
    """Frees what is no longer named, and counts peaks anew."""
    import torch

    gc.collect()
    if device() == "cuda":
        torch.cuda.empty_cache()
        torch.cuda.reset_peak_memory_stats()
