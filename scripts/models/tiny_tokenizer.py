"""The tokenizer of the tiny base: byte-level BPE over whole words, value labels as single tokens, a chat template."""

from collections.abc import Iterable

BEGIN, END_OF_TURN, HEAD, HEAD_END, PAD = "<|begin|>", "<|end_of_turn|>", "<|role|>", "<|text|>", "<|pad|>"
LONGEST = 1024  # positions of the tiny base, in tokens

# The shape of Llama's own template; the generation markers let trainers tell the assistant's tokens.
CHAT_TEMPLATE = (
    "{{- bos_token }}{% for message in messages %}"
    f"{{{{- '{HEAD}' + message['role'] + '{HEAD_END}' }}}}"
    "{% if message['role'] == 'assistant' %}"
    f"{{% generation %}}{{{{- message['content'] | trim + '{END_OF_TURN}' }}}}{{% endgeneration %}}"
    f"{{% else %}}{{{{- message['content'] | trim + '{END_OF_TURN}' }}}}{{% endif %}}"
    "{% endfor %}"
    f"{{% if add_generation_prompt %}}{{{{- '{HEAD}assistant{HEAD_END}' }}}}{{% endif %}}"
)


def train_tokenizer(texts: Iterable[str], labels: list[str], vocab_size: int):
    """A `PreTrainedTokenizerFast` padded on the left; its words keep their leading space and never split at a hyphen.

    Every byte has a token, so that any text can be encoded. `labels` become one token each, wherever they stand: a
    model this small copies and looks up single tokens far better than runs of them.
    """
    from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, pre_tokenizers, trainers
    from transformers import PreTrainedTokenizerFast

    raw = Tokenizer(models.BPE())
    words = Regex(r" ?[A-Za-z]+(?:-[A-Za-z]+)*| ?[^\sA-Za-z]+|\s")
    raw.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(words, behavior="isolated"),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
        ]
    )
    raw.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=vocab_size - len(labels),
        special_tokens=[BEGIN, END_OF_TURN, HEAD, HEAD_END, PAD],
        initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet()),
        show_progress=False,
    )
    raw.train_from_iterator(texts, trainer)
    raw.add_tokens([AddedToken(label, single_word=True, normalized=False) for label in labels])
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=raw,
        bos_token=BEGIN,
        eos_token=END_OF_TURN,
        pad_token=PAD,
        padding_side="left",
        model_max_length=LONGEST,
        clean_up_tokenization_spaces=False,
    )
    tokenizer.chat_template = CHAT_TEMPLATE
    return tokenizer
