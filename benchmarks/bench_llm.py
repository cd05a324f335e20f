"""What asking costs beside a plain AsyncOpenAI loop with a semaphore, in the same run, taking turns.

Run from the repository's root: python -m benchmarks.bench_llm [--write]   (--write: into benchmarks/README.md)

In process, answers come from httpx2's MockTransport, so that all CPU is the client's; over a socket, from an asyncio
server in a process of its own that answers after 100 ms. Prompts have 1.5 kB. The SDK's import (about a second, once
a job that asks anything) is outside every figure but that of the replayed command, which does not need it.
"""

import asyncio
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2
import openai

from benchmarks.page import renew
from scripts.llm.ask import ask_all
from scripts.llm.asking import Replayer
from scripts.llm.gate import Gate
from scripts.llm.journal import open_journal
from scripts.llm.operation import Endpoint
from scripts.llm.remote import Remote
from tests.unit.llm_server import FastServer, completion

REQUESTS, AT_ONCE, ROUNDS, DELAY = 2000, 64, 5, 0.1
NOWHERE = Endpoint("http://127.0.0.1:9/v1", "")
TEXT = "word " * 300


def rows(tag: str) -> list[dict]:
    """Requests that no journal holds yet."""
    messages = [{"role": "user", "content": f"{tag} {TEXT}"}]
    return [
        {"id": str(number), "body": {"model": "m", "messages": messages, "max_tokens": 100, "seed": number}}
        for number in range(REQUESTS)
    ]


def mock_client() -> openai.AsyncOpenAI:
    answer = json.dumps(completion("echo")).encode()
    transport = httpx2.MockTransport(
        lambda request: httpx2.Response(200, content=answer, headers={"content-type": "application/json"})
    )
    http = httpx2.AsyncClient(transport=transport)
    return openai.AsyncOpenAI(api_key="none", base_url=NOWHERE.base_url, http_client=http, max_retries=0)


def ours(place: Endpoint, journal: Path, requests: list[dict], client: openai.AsyncOpenAI | None = None) -> None:
    """What `python -m scripts.llm.ask` does, without writing the output."""
    backend = Remote("openai", None, "", place)
    backend.concurrency, backend.keeps_responses = AT_ONCE, True
    if client:
        backend._gate = Gate(place, client, AT_ONCE)
    replayer = Replayer(backend, open_journal(journal))
    ask_all(requests, replayer)
    replayer.close()


def plain(client: openai.AsyncOpenAI, requests: list[dict]) -> None:
    """The loop that everybody writes first: nothing is kept, nothing is checked."""

    async def loop() -> None:
        slots = asyncio.Semaphore(AT_ONCE)

        async def one(body: dict) -> object:
            async with slots:
                return await client.chat.completions.create(**body)

        async with client:
            await asyncio.gather(*(one(request["body"]) for request in requests))

    asyncio.run(loop())


@contextmanager
def server() -> Iterator[str]:
    """The address of a server in another process."""
    serve = f"from benchmarks.bench_llm import serve; serve({DELAY})"
    process = subprocess.Popen([sys.executable, "-c", serve], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        yield process.stdout.readline().strip()
    finally:
        process.communicate()


def serve(delay: float) -> None:
    """Answers until its standard input ends."""
    with FastServer(delay) as running:
        print(running.url, flush=True)
        sys.stdin.read()


def measured(work: Callable[[], None]) -> tuple[float, float]:
    """Seconds, and CPU seconds of this process."""
    wall, cpu = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - wall, time.process_time() - cpu


def in_turn(first: Callable[[int], None], second: Callable[[int], None]) -> list[tuple[float, float]]:
    """Least seconds and CPU seconds of the two over ROUNDS (other work only adds), after one that does not count."""
    found: list[list[tuple[float, float]]] = [[], []]
    for number in range(-1, ROUNDS):
        for place, work in enumerate((first, second)):
            times = measured(lambda work=work, number=number: work(number))
            if number >= 0:
                found[place].append(times)
    return [tuple(map(min, zip(*times, strict=True))) for times in found]


def replayed(folder: Path) -> tuple[float, float]:
    """Seconds of replaying in this process and as a command, its start included."""
    requests = rows("replay")
    ours(NOWHERE, folder / "replay.jsonl", requests, mock_client())
    inside = min(measured(lambda: ours(NOWHERE, folder / "replay.jsonl", requests))[0] for _ in range(ROUNDS))
    (folder / "r.jsonl").write_text("".join(json.dumps(request) + "\n" for request in requests), encoding="utf-8")
    words = [sys.executable, "-m", "scripts.llm.ask", "--requests", folder / "r.jsonl", "--output", folder / "o.jsonl"]
    words += ["--journal", folder / "replay.jsonl", "--base-url", NOWHERE.base_url, "--concurrency", "1"]
    run = lambda: subprocess.run(words, check=True, capture_output=True)  # noqa: E731
    return inside, min(measured(run)[0] for _ in range(ROUNDS))


def report() -> str:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        inside = in_turn(
            lambda number: ours(NOWHERE, folder / f"{number}.jsonl", rows(f"in {number}"), mock_client()),
            lambda number: plain(mock_client(), rows(f"in {number}")),
        )
        with server() as url:
            outside = in_turn(
                lambda number: ours(Endpoint(url, ""), folder / f"out{number}.jsonl", rows(f"out {number}")),
                lambda number: plain(openai.AsyncOpenAI(api_key="none", base_url=url), rows(f"out {number}")),
            )
        replay = replayed(folder)
    each = [1000 * cpu / REQUESTS for _, cpu in inside]
    ideal = -(-REQUESTS // AT_ONCE) * DELAY
    shares = [ideal / seconds for seconds, _ in outside]
    cpu = [1000 * seconds / REQUESTS for _, seconds in outside]
    cores, load = os.cpu_count(), os.getloadavg()[0]
    seconds = f"{outside[0][0]:.2f} | {outside[1][0]:.2f}"
    return f"""
{REQUESTS} requests of 1.5 kB, the best of {ROUNDS} rounds in which the two take turns (other work only adds);
{cores} CPU cores, load average {load:.1f} at the end. Made by `python -m benchmarks.bench_llm --write`. The plain loop
is `AsyncOpenAI` and a semaphore: it keeps nothing. The SDK's import (about 1 s, once a job that asks anything) is not
in these figures.

| | ours | plain loop | wanted of ours |
|:--|--:|--:|--:|
| CPU for a request in process, ms | {each[0]:.2f} | {each[1]:.2f} | <= 3 |
| server that answers after 100 ms, {AT_ONCE} at once: seconds (ideal {ideal:.1f}) | {seconds} | |
| the same, share of the ideal rate | {shares[0]:.0%} | {shares[1]:.0%} | >= 60 % |
| the same, client's CPU for a request, ms | {cpu[0]:.2f} | {cpu[1]:.2f} | |
| all answers replayed in process, seconds | {replay[0]:.2f} | | < 2 |
| all answers replayed by the command, its start included, seconds | {replay[1]:.2f} | | < 2 |
"""


def main(argv: list[str]) -> None:
    text = report()
    print(text)
    if argv == ["--write"]:
        renew("bench-llm", "Asking models", text)


if __name__ == "__main__":
    main(sys.argv[1:])
