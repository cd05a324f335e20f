"""SentencePiece's tokenizer.model as a tokenizer.json that reads the same, without SentencePiece.

Checkpoints of the Llama family, ChatGLM and InternLM bring their pieces in Google's binary form alone, which
transformers reads only with two packages more. The fields read are those of sentencepiece_model.proto. Only BPE
models are: those of the checkpoints in use. How near: tests/unit/test_sentencepiece.py compares with what
SentencePiece 0.2.3 itself made of the same texts.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from scripts.provenance.errors import Problem

_BPE = 2  # trainer_spec.model_type
_NORMAL, _UNKNOWN, _CONTROL, _USER = 1, 2, 3, 4  # pieces' types; 5 unused, 6 byte
_SPACE = "\u2581"  # what a blank is in a piece


@dataclass
class Pieces:
    """What a tokenizer.model says: (text, score, type) in the order of ids, and how text is made ready."""

    pieces: list[tuple[str, float, int]] = field(default_factory=list)
    kind: int = 1  # the format's default, unigram
    byte_fallback: bool = False
    first_blank: bool = True  # a blank is put before the text
    fewer_blanks: bool = True  # several are made one, those at the ends go
    characters: bytes = b""  # the compiled map of a normalisation such as NFKC; none: the identity


def read_pieces(path: Path) -> Pieces:
    """The model's pieces; a file that is none is a Problem."""
    found = Pieces()
    try:
        for number, value in _fields(path.read_bytes()):
            if number == 1:
                piece = dict(_fields(value))
                score = struct.unpack("<f", piece[2])[0] if 2 in piece else 0.0
                found.pieces.append((piece[1].decode("utf-8"), score, piece.get(3, _NORMAL)))
            elif number == 2:
                trained = dict(_fields(value))
                found.kind, found.byte_fallback = trained.get(3, 1), bool(trained.get(35, 0))
            elif number == 3:
                normal = dict(_fields(value))
                found.characters = normal.get(2, b"")
                found.first_blank, found.fewer_blanks = bool(normal.get(3, 1)), bool(normal.get(4, 1))
    except (ValueError, IndexError, KeyError, AttributeError, TypeError, struct.error) as error:
        raise Problem(f"{path} is no SentencePiece model. Fetch the checkpoint again.") from error
    if not found.pieces or found.kind != _BPE:
        raise Problem(
            f"{path} holds no BPE pieces, the only ones that are read here. Name a checkpoint in the config that "
            "brings a tokenizer.json."
        )
    return found


def tokenizer_of(model: Pieces, renamed: dict[int, str], further: list[str]) -> Any:
    """The same as a Tokenizer of the tokenizers library.

    `renamed`: texts that stand for pieces, or for ids after the last piece, as the checkpoint's tokenizer_config.json
    says; `further`: special texts that get the ids after all of these.
    """
    from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers

    last = max([len(model.pieces) - 1, *renamed])
    texts = [renamed.get(place, piece) for place, (piece, *_) in enumerate(model.pieces)]
    texts += [renamed.get(place, f"[UNUSED_{place}]") for place in range(len(texts), last + 1)]
    vocabulary = {text: place for place, text in enumerate(texts)}
    if len(vocabulary) != len(texts):
        raise Problem("Two pieces of tokenizer.model have one name in tokenizer_config.json. Name another checkpoint.")
    unknown = next((text for text, (_, _, kind) in zip(texts, model.pieces, strict=False) if kind == _UNKNOWN), None)
    core = Tokenizer(
        models.BPE(
            vocabulary,
            _merges(model, vocabulary),
            unk_token=unknown,
            fuse_unk=True,
            byte_fallback=model.byte_fallback,
        )
    )
    steps: list[Any] = [normalizers.Precompiled(model.characters)] if model.characters else []
    if model.fewer_blanks:
        steps += [normalizers.Replace(Regex(" {2,}"), " "), normalizers.Strip()]
    steps += [normalizers.Prepend(_SPACE)] if model.first_blank else []
    core.normalizer = normalizers.Sequence([*steps, normalizers.Replace(" ", _SPACE)])
    ends = [decoders.Strip(" ", 1, 0)] if model.first_blank else []
    core.decoder = decoders.Sequence([decoders.Replace(_SPACE, " "), decoders.ByteFallback(), decoders.Fuse(), *ends])
    kinds = {text: kind for text, (_, _, kind) in zip(texts, model.pieces, strict=False)}
    named = {*renamed.values()}
    special = [text for text in texts if text in named or kinds.get(text) in (_UNKNOWN, _CONTROL)]
    core.add_special_tokens([AddedToken(text, normalized=False, special=True) for text in [*special, *further]])
    own = [text for text in texts if kinds.get(text) == _USER and text not in named]
    core.add_tokens([AddedToken(text, normalized=False, special=False) for text in own])
    return core


def _merges(model: Pieces, vocabulary: dict[str, int]) -> list[tuple[str, str]]:
    """Pairs of pieces that make a piece, the best piece first: SentencePiece joins by the score of what comes out."""
    found = []
    for text, score, kind in model.pieces:
        if kind != _NORMAL or text not in vocabulary:
            continue
        halves = [(text[:cut], text[cut:]) for cut in range(1, len(text))]
        pairs = [pair for pair in halves if pair[0] in vocabulary and pair[1] in vocabulary]
        found += [(-score, vocabulary[text], vocabulary[left], vocabulary[right], left, right) for left, right in pairs]
    return [(left, right) for *_, left, right in sorted(found)]


def _fields(data: bytes) -> Iterator[tuple[int, Any]]:
    """(number, value) of each field of a protocol buffer: integers, and bytes of all else."""
    place = 0
    while place < len(data):
        key, place = _integer(data, place)
        number, form = key >> 3, key & 7
        if form == 0:
            value, place = _integer(data, place)
            yield number, value
            continue
        size, place = _integer(data, place) if form == 2 else ({1: 8, 5: 4}.get(form), place)
        if size is None or place + size > len(data):
            raise ValueError("no protocol buffer")
        yield number, data[place : place + size]
        place += size


def _integer(data: bytes, place: int) -> tuple[int, int]:
    """(value, where the next begins) of a number that is written seven bits a byte."""
    value = shift = 0
    while True:
        byte = data[place]
        value |= (byte & 0x7F) << shift
        place, shift = place + 1, shift + 7
        if byte < 0x80:
            return value, place
