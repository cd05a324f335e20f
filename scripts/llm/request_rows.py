"""The requests that `scripts.llm.ask` is given: every line is read and checked before anything is asked."""

import json
from pathlib import Path

from scripts.provenance.errors import Problem

ROW = '{"id": "…", "body": {"model": "…", "messages": [{"role": "user", "content": "…"}]}, "sample": 0}'
_NUMBERS = ("temperature", "top_p", "presence_penalty", "frequency_penalty")
_COUNTS = ("max_tokens", "max_completion_tokens", "n", "seed")
_NAMES = {dict: "an object", list: "a list", str: "a string", bool: "true or false", type(None): "null"}


def read_requests(path: str | Path) -> list[dict]:
    """The rows in their order; a Problem with the line and the field of the first that is no request."""
    try:
        lines = Path(path).read_bytes().split(b"\n")
    except OSError as error:
        raise Problem(f"{path} cannot be read ({error.strerror}). Name the file of requests.") from None
    rows: list[dict] = []
    first: dict[tuple, int] = {}  # line by id and sample
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            row = _read(line)
            check_request(row)
            named = row["id"], row.get("sample", 0)
            if named in first:
                raise ValueError(
                    f"`id` {_short(named[0])} with `sample` {named[1]} stands in line {first[named]} already. "
                    "Give each line an id of its own, or another sample"
                )
        except ValueError as error:
            raise Problem(f"{path}, line {number}: {error}. Nothing was asked.") from None
        first[named] = number
        rows.append(row)
    return rows


def check_request(row: object) -> None:
    """ValueError naming the field that is wrong, what it holds and what to write."""
    if not isinstance(row, dict):
        raise ValueError(f"it is {_kind(row)}. Write an object {ROW}")
    for name in ("id", "body"):
        if name not in row:
            raise ValueError(f"`{name}` is missing. Write {ROW}")
    if not (isinstance(row["id"], str) or _whole(row["id"])):
        raise ValueError(f"`id` is {_kind(row['id'])}. Write a string or a whole number")
    sample = row.get("sample", 0)
    if not _whole(sample) or sample < 0:
        raise ValueError(f"`sample` is {_kind(sample)}. Write a whole number of at least 0, or leave it out")
    _check_body(row["body"])


def _check_body(body: object) -> None:
    if not isinstance(body, dict):
        raise ValueError(f"`body` is {_kind(body)}. Write an object with `model` and `messages`")
    if not isinstance(body.get("model"), str) or not body["model"]:
        raise ValueError(f"`body.model` is {_held(body, 'model')}. Write the model's name")
    messages = body.get("messages")
    if not isinstance(messages, list) or not messages:
        held = "an empty list" if messages == [] else _held(body, "messages")
        raise ValueError(f'`body.messages` is {held}. Write a list of {{"role", "content"}}')
    for place, message in enumerate(messages):
        _check_message(message, f"body.messages[{place}]")
    for name in _NUMBERS:
        if not (body.get(name) is None or _whole(body[name]) or isinstance(body[name], float)):
            raise ValueError(f"`body.{name}` is {_kind(body[name])}. Write a number, or leave it out")
    for name in _COUNTS:
        if not (body.get(name) is None or _whole(body[name])):
            raise ValueError(f"`body.{name}` is {_kind(body[name])}. Write a whole number, or leave it out")
    if body.get("stream"):
        raise ValueError("`body.stream` is set, and answers are read whole. Leave it out")


def _check_message(message: object, place: str) -> None:
    if not isinstance(message, dict):
        raise ValueError(f'`{place}` is {_kind(message)}. Write {{"role", "content"}}')
    if not isinstance(message.get("role"), str):
        raise ValueError(f"`{place}.role` is {_held(message, 'role')}. Write system, user or assistant")
    content = message.get("content")
    parts = isinstance(content, list) and all(isinstance(part, dict) for part in content)
    calls = content is None and message["role"] == "assistant"  # of a tool, or a refusal: these have no content
    if not (isinstance(content, str) or parts or calls):
        held = "a list of other things than objects" if isinstance(content, list) else _held(message, "content")
        raise ValueError(f"`{place}.content` is {held}. Write a string, or a list of parts (objects)")


def _read(line: bytes) -> object:
    try:
        text = line.decode("utf-8")
    except UnicodeDecodeError as error:
        raise ValueError(f"byte {error.start + 1} is no UTF-8. Save the file as UTF-8") from None
    try:
        row = json.loads(text, parse_constant=_no_number)
        json.dumps(row, ensure_ascii=False, allow_nan=False).encode()
    except UnicodeEncodeError:
        raise ValueError("it holds half a surrogate pair. Mend the text") from None
    except json.JSONDecodeError as error:
        raise ValueError(f"it is not JSON ({error.msg}, column {error.colno}). Write one object a line") from None
    except (ValueError, RecursionError) as error:
        cause = "it is nested too deep" if isinstance(error, RecursionError) else "it holds a number that JSON has not"
        raise ValueError(f"{cause}. Mend it") from None
    return row


def _no_number(name: str) -> float:
    raise ValueError(name)


def _whole(value: object) -> bool:
    return type(value) is int  # true and false are numbers to isinstance


def _held(entry: dict, name: str) -> str:
    return _kind(entry[name]) if name in entry else "missing"


def _kind(value: object) -> str:
    """A value in words; of a text only that it is one, for prompts are shown nowhere."""
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return _short(value)
    return "an empty string" if value == "" else _NAMES[type(value)]


def _short(value: object) -> str:
    text = str(value)
    return text if len(text) <= 40 else text[:39] + "…"
