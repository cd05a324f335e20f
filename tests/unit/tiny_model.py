"""A random tiny Llama with a chat template and adapters, for the tests of local generation."""

from pathlib import Path

from scripts.llm.chat import Request

TEMPLATE = (
    "{{- bos_token }}{% for m in messages %}{{- '<|start_header_id|>' + m['role'] + '<|end_header_id|>\n\n' }}"
    "{{- m['content'] | trim + '<|eot_id|>' }}{% endfor %}"
    "{% if add_generation_prompt %}{{- '<|start_header_id|>assistant<|end_header_id|>\n\n' }}{% endif %}"
)
SPECIAL = ["<|begin_of_text|>", "<|eot_id|>", "<|start_header_id|>", "<|end_header_id|>", "<|pad|>"]
TEXTS = ["I am sad about work, ideas and freedom.", "Maybe some walking would help you, for your kindness."]
WORDS = "I am sad about work and freedom so maybe walking would help with ideas".split()


def questions(count: int, prefix: str = "") -> list[Request]:
    return [
        Request(f"q{i}", "A-RG", [{"role": "user", "content": " ".join(WORDS[: 2 + i % 9]) + f" {i}"}], prefix=prefix)
        for i in range(count)
    ]


def byte_level(vocabulary: int, special: list[str], texts: list[str]):
    """A byte-level BPE tokenizer of the tokenizers library, trained on the texts."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers

    bpe = Tokenizer(models.BPE())
    bpe.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    bpe.decoder = decoders.ByteLevel()
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(
        vocab_size=vocabulary, special_tokens=special, initial_alphabet=alphabet, show_progress=False
    )
    bpe.train_from_iterator(texts, trainer)
    return bpe


def write_base(folder: Path, seed: int = 0, hidden: int = 64) -> Path:
    """A checkpoint of 2 layers whose turns end now and then (the end token's row is enlarged)."""
    import torch
    from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=byte_level(330, SPECIAL, TEXTS),
        bos_token=SPECIAL[0],
        eos_token=SPECIAL[1],
        pad_token=SPECIAL[4],
        padding_side="left",
    )
    tokenizer.chat_template = TEMPLATE
    tokenizer.save_pretrained(folder)
    torch.manual_seed(seed)
    config = LlamaConfig(
        vocab_size=len(tokenizer),
        hidden_size=hidden,
        intermediate_size=128,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=2,
        max_position_embeddings=512,
        initializer_range=0.2,
        bos_token_id=0,
        eos_token_id=1,
        pad_token_id=4,
    )
    model = LlamaForCausalLM(config)
    with torch.no_grad():
        model.lm_head.weight[1] *= 2.0
    model.save_pretrained(folder)
    return folder


def write_adapter(base: Path, folder: Path, seed: int) -> Path:
    """A LoRA adapter with random (non-zero) weights."""
    import torch
    from peft import LoraConfig, get_peft_model
    from transformers import AutoModelForCausalLM

    torch.manual_seed(seed)
    settings = LoraConfig(
        r=4, lora_alpha=8, target_modules=["q_proj", "v_proj"], task_type="CAUSAL_LM", init_lora_weights=False
    )
    get_peft_model(AutoModelForCausalLM.from_pretrained(base), settings).save_pretrained(folder)
    return folder


def write_roles(root: Path, *names: str) -> Path:
    """`base`, and an adapter of its own below each name."""
    base = write_base(root / "base")
    for seed, name in enumerate(names, 1):
        write_adapter(base, root / name, seed)
    return root
