"""The SDK client of the remote backends: over the network, or to the offline world in this process."""

import json
from pathlib import Path

RETRIES = 8  # of the SDK: exponential up to 8 s, or what Retry-After says up to 120 s
READ_SECONDS, CONNECT_SECONDS = 600.0, 10.0  # the server goes on with what timed out, and bills it
TIMEOUT_RETRIES = 2


def open_client(base_url: str, key: str, world: Path | None):
    """An AsyncOpenAI client; with a `world`, one whose requests the offline responder answers."""
    import httpx2
    import openai

    timeout = httpx2.Timeout(READ_SECONDS, connect=CONNECT_SECONDS)
    if world:
        client = httpx2.AsyncClient(transport=_offline_transport(world))
    else:
        client = _network_client(timeout)
    return openai.AsyncOpenAI(
        api_key=key,
        base_url=base_url,
        max_retries=0 if world else RETRIES,
        timeout=timeout,
        http_client=client,
    )


def _network_client(timeout):
    import anyio
    import httpx2
    import openai

    class Client(openai.DefaultAsyncHttpxClient):
        """Bounds a whole exchange: httpx's own time-outs start anew with every byte that drips in."""

        async def send(self, request, **options):
            try:
                with anyio.fail_after(READ_SECONDS):
                    return await super().send(request, **options)
            except (TimeoutError, httpx2.ReadTimeout):
                if int(request.headers.get("x-stainless-retry-count", 0)) >= TIMEOUT_RETRIES:
                    raise openai.APITimeoutError(request=request) from None
                raise httpx2.ReadTimeout("too slow", request=request) from None

    return Client(timeout=timeout, event_hooks={"response": [_stop_on_empty_quota]})


async def _stop_on_empty_quota(response) -> None:
    """Tells the SDK not to retry a 429 that waiting cannot mend."""
    if response.status_code == 429 and b"insufficient_quota" in await response.aread():
        response.headers["x-should-retry"] = "false"


def _offline_transport(world: Path):
    import httpx2

    from scripts.llm.offline import load_world, respond

    lexicon = load_world(world)

    def handle(request: httpx2.Request) -> httpx2.Response:
        body = json.loads(request.content)
        kind, sample = request.headers["x-affirm-kind"], request.headers["x-affirm-sample"]
        text = respond(kind, body["messages"], sample, lexicon)
        prompt = sum(len(message["content"]) for message in body["messages"])
        return httpx2.Response(
            200,
            json={
                "object": "chat.completion",
                "model": body["model"],
                "choices": [{"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": "stop"}],
                "usage": {"prompt_tokens": prompt // 4, "completion_tokens": len(text) // 4},
            },
        )

    return httpx2.MockTransport(handle)
