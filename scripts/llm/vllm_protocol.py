"""What a request says to vLLM's chat completions beyond OpenAI's, and what its answer says of single tokens.

The code is part of a served model's identity (scripts/llm/serve.py): an edit asks anew. Read against the source of
vLLM 0.32.0 and 0.33.0 (entrypoints/openai/chat_completion), not yet against a running one.
"""


def completion_body(body: dict, prefix: str, key: str, ends: list[int]) -> dict:
    """A request's body with its seed, its end tokens and the beginning that its answer is to go on from.

    The seed follows from the request's key, so that every sample has its own and keeps it.
    """
    if prefix != prefix.strip():
        raise ValueError("a chat template strips blanks, so the beginning of an answer can have none at its ends")
    sent = {**body, "seed": int(key[:15], 16), "stop_token_ids": ends}
    if prefix:
        sent["messages"] = [*body["messages"], {"role": "assistant", "content": prefix}]
        sent |= {"add_generation_prompt": False, "continue_final_message": True}
    return sent


def token_logprobs(choice: dict, text: str) -> list[list]:
    """[token text, natural log-probability before temperature] of each token; the texts joined are `text`.

    The token that ended the answer is listed by the server and is no text. ValueError when the texts do not join.
    """
    listed = (choice.get("logprobs") or {}).get("content") or []
    tokens = [[token["token"], round(token["logprob"], 5)] for token in listed]
    if choice.get("finish_reason") == "stop" and _joined(tokens) != text:
        del tokens[-1:]
    if _joined(tokens) != text:
        raise ValueError("the tokens do not join to the answer")
    return tokens


def _joined(tokens: list[list]) -> str:
    return "".join(piece for piece, _ in tokens)
