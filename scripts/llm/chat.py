"""Opens the chat of a model entry: the one door through which stages ask models.

with open_chat(json.loads(args.model), Sampling(1.0, 1.0, 1024), args.output) as chat:
    answers = chat.ask([Request("p1", "A-INT", messages)], parse)
"""

from pathlib import Path

from scripts.llm.asking import Chat
from scripts.llm.batch import batched
from scripts.llm.exchange import Answer, Request, Sampling
from scripts.llm.journal import journal_path
from scripts.llm.remote import open_remote

__all__ = ["Answer", "Chat", "Request", "Sampling", "journal_path", "open_chat", "open_remote"]


def open_chat(entry: dict, sampling: Sampling, output: str | Path, epoch: int = 0) -> Chat:
    """A chat with the model of a config entry, journalled for the artifact `output`."""
    return batched(open_remote(entry, sampling, journal_path(output), epoch))
