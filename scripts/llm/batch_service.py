"""The Batch API of an endpoint: send requests as a file, find the batch again, see how it stands, fetch its answers.

A batch costs money as soon as it exists, so it is never created blindly: before, and after each attempt whose outcome
is unknown, the service's list is searched for the digest of the requests, which stands in the batch's metadata.
"""

import json
import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from scripts.llm.batch_state import Batch
from scripts.llm.faults import what
from scripts.llm.operation import Endpoint
from scripts.llm.transport import CONNECT_SECONDS, READ_SECONDS, RETRIES
from scripts.provenance.errors import Problem

log = logging.getLogger(__name__)

PATH = "/v1/chat/completions"
MARK = "affirm_requests"  # in the metadata of a batch: the digest of its requests
CREATE_TRIES = 5
CREATE_PAUSE_SECONDS = 2.0
_AGAIN = "What was submitted is kept: run the same command again."


class Service:
    """The endpoint's files and batches. Errors of the SDK carry what was sent, so only their kind is told."""

    def __init__(self, place: Endpoint, key: str):
        import httpx2
        import openai

        timeout = httpx2.Timeout(READ_SECONDS, connect=CONNECT_SECONDS)
        self._place = place
        self._client = openai.OpenAI(api_key=key, base_url=place.base_url, max_retries=RETRIES, timeout=timeout)

    def find(self, batch: Batch) -> str | None:
        """The id of a batch of the same requests that answers or has answered, and was not collected here before."""
        with self._told("its batches could not be listed"):
            for other in self._client.batches.list(limit=100):
                marked = (other.metadata or {}).get(MARK) == batch.digest
                if marked and other.status != "failed" and other.id not in batch.done:
                    return other.id
        return None

    def create(self, batch: Batch, name: str, lines: bytes) -> str:
        """The id of a new batch of the request lines for the artifact `name`."""
        import openai

        with self._told("the requests could not be sent"):
            file = self._client.files.create(file=(f"{batch.digest[:16]}.jsonl", lines), purpose="batch")
        once = self._client.with_options(max_retries=0)
        with self._told("the batch could not be created"):
            for left in reversed(range(CREATE_TRIES)):
                try:
                    return once.batches.create(
                        input_file_id=file.id,
                        endpoint=PATH,
                        completion_window="24h",
                        metadata={MARK: batch.digest, "affirm_artifact": name[-512:]},
                    ).id
                except (openai.APIConnectionError, openai.APIStatusError) as error:
                    if not _passing(error) or not left:
                        raise
                time.sleep(CREATE_PAUSE_SECONDS)
                if found := self.find(batch):
                    return found
        raise AssertionError("unreachable")

    def see(self, batch: Batch) -> Any:
        """How the service says the batch stands."""
        import openai

        with self._told(f"{batch.id} could not be seen"):
            try:
                return self._client.batches.retrieve(batch.id)
            except openai.NotFoundError:
                raise Problem(
                    f"{self._place.base_url} does not know {batch.id}. Use the key it was submitted with, or remove "
                    f"{batch.path} to give it up."
                ) from None

    def lines(self, file: str | None) -> Iterator[dict]:
        """The records of an output or error file; none when there is no file or it is gone."""
        import openai

        if not file:
            return
        with self._told(f"{file} could not be fetched"):
            try:
                content = self._client.files.content(file).content
            except openai.NotFoundError:
                log.warning("%s is gone from %s", file, self._place.base_url)
                return
        for line in content.split(b"\n"):  # not splitlines: a text may hold other line separators
            try:
                record = json.loads(line)
            except ValueError:
                continue  # its request stays unanswered
            if isinstance(record, dict):
                yield record

    @contextmanager
    def _told(self, doing: str) -> Iterator[None]:
        import openai

        try:
            yield
        except openai.APIError as error:
            url = self._place.base_url
            key = f" (key from {self._place.key_env})" if getattr(error, "status_code", None) == 401 else ""
            raise Unseen(f"{url}: {doing} ({what(error)}){key}. {_AGAIN}", _passing(error)) from None


class Unseen(Problem):
    """The service did not do what was asked; `passing` when it may the next time."""

    def __init__(self, message: str, passing: bool):
        super().__init__(message)
        self.passing = passing


def _passing(error: Exception) -> bool:
    """Whether waiting may help; the outcome of what was sent is then unknown."""
    status = getattr(error, "status_code", None)
    if getattr(error, "code", None) == "insufficient_quota":
        return False
    return status is None or status in (408, 409, 429) or status >= 500
