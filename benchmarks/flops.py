"""Floating point operations of a Llama's steps, by its shape: what the model needs, whatever a program adds to it.

Counted are matrix products, 2 operations a weight and token: the layers' projections on every token, the output layer
on the tokens that are learnt, attention on the pairs of a token and those up to it, each sequence for itself. Backward
takes once the forward's operations for the gradients of the activations and once for those of the weights that are
trained. Not counted: padding, activations computed again (gradient checkpointing), embeddings, norms, the optimizer.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Shape:
    """A Llama's sizes; the defaults are those of Llama-3-8B."""

    vocabulary: int = 128256
    width: int = 4096
    inner: int = 14336
    layers: int = 32
    heads: int = 32
    key_value_heads: int = 8

    @property
    def layer_products(self) -> list[tuple[int, int]]:
        """(rows, columns) of each projection of a layer: query, key, value, output, gate, up, down."""
        narrow = self.width * self.key_value_heads // self.heads
        return [
            (self.width, self.width),
            (self.width, narrow),
            (self.width, narrow),
            (self.width, self.width),
            (self.width, self.inner),
            (self.width, self.inner),
            (self.inner, self.width),
        ]

    @property
    def body(self) -> int:
        """Weights of all layers' projections."""
        return self.layers * sum(rows * columns for rows, columns in self.layer_products)

    @property
    def head(self) -> int:
        """Weights of the output layer."""
        return self.width * self.vocabulary

    def lora(self, rank: int) -> int:
        """Weights of an adapter of that rank on every projection."""
        return self.layers * rank * sum(rows + columns for rows, columns in self.layer_products)


@dataclass(frozen=True)
class Seen:
    """What a step reads: tokens, how many of them are learnt, and the lengths of the sequences they come in."""

    lengths: tuple[int, ...]
    learnt: int

    @property
    def tokens(self) -> int:
        return sum(self.lengths)


def forward(shape: Shape, seen: Seen) -> int:
    """Operations of reading once."""
    return 2 * shape.body * seen.tokens + 2 * shape.head * seen.learnt + attention(shape, seen)


def attention(shape: Shape, seen: Seen) -> int:
    """Scores and weighted sums, 2 operations each for every pair, in every layer."""
    pairs = sum(length * (length + 1) // 2 for length in seen.lengths)
    return 4 * shape.layers * shape.width * pairs


def full_step(shape: Shape, seen: Seen) -> int:
    """Forward and backward with every weight trained; both factors of attention's products have gradients too."""
    return 3 * forward(shape, seen)


def lora_step(shape: Shape, seen: Seen, rank: int) -> int:
    """Forward and backward through a base that stays, with an adapter on every projection."""
    weights = shape.body * seen.tokens + shape.head * seen.learnt
    return 4 * weights + 3 * attention(shape, seen) + 6 * shape.lora(rank) * seen.tokens


def dpo_step(shape: Shape, seen: Seen, rank: int) -> int:
    """A LoRA step on chosen and rejected answers (both in `seen`), and the reference reading them once."""
    return lora_step(shape, seen, rank) + forward(shape, seen)
