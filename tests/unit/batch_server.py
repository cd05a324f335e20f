"""A server of the Batch API on loopback, after its protocol, beside live chat completions; it misbehaves as told."""

import json
import random
import threading
import time
from collections import Counter
from contextlib import contextmanager
from email.parser import BytesParser
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

from tests.unit.llm_server import completion

PATH = "/v1/chat/completions"
STAGES = ("validating", "in_progress", "finalizing", "completed")
ENDED = ("completed", "failed", "expired", "cancelled")
PAGE = 2  # batches a page of the list, whatever limit is asked for: more than one page is the rule


class Server(ThreadingHTTPServer):
    """`answer(body)` is a chat's text, or a dict: {status, code} for a request that fails, `lost` for one that has no
    line at all. A batch goes one of its `stages` further with every look. `misbehave(method, path, number)` may give a
    status, or "hang" (what was asked is done, and no answer ever comes), where number counts the calls of that kind."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, answer, stages=STAGES, misbehave=None, share=1.0):
        super().__init__(("127.0.0.1", 0), _Handler)
        self.answer, self.stages, self.misbehave = answer, stages, misbehave
        self.share = share  # of a batch's requests that are answered before it expires
        self.lock = threading.RLock()
        self.files: dict[str, dict] = {}
        self.batches: dict[str, dict] = {}
        self.looks: Counter = Counter()
        self.calls: Counter = Counter()
        self.live: list[dict] = []  # bodies of live requests
        self.billed: Counter = Counter()  # answers that were given in batches, by custom_id
        self.hung = threading.Event()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/v1"

    def handle_error(self, request, client_address):
        """A client that was killed is part of the tests."""

    def add_file(self, content: bytes, purpose: str, name: str) -> dict:
        id = f"file-{len(self.files) + 1}"
        self.files[id] = {"content": content, "purpose": purpose}
        return {
            **{"id": id, "object": "file", "bytes": len(content), "created_at": int(time.time())},
            **{"filename": name, "purpose": purpose, "status": "processed"},
        }

    def add_batch(self, asked: dict) -> tuple[int, dict]:
        file = self.files.get(asked.get("input_file_id"))
        if file is None or file["purpose"] != "batch" or asked.get("completion_window") != "24h":
            return 400, {"error": {"code": "invalid_request", "message": "no such file or window"}}
        metadata = asked.get("metadata") or {}
        if len(metadata) > 16 or any(len(key) > 64 or len(value) > 512 for key, value in metadata.items()):
            return 400, {"error": {"code": "invalid_metadata", "message": "too long"}}
        id = f"batch_{len(self.batches) + 1}"
        self.batches[id] = {
            **{"id": id, "object": "batch", "endpoint": asked["endpoint"], "input_file_id": asked["input_file_id"]},
            **{"completion_window": "24h", "status": "validating", "created_at": int(time.time())},
            **{"metadata": metadata, "output_file_id": None, "error_file_id": None, "errors": None},
            **{"request_counts": {"total": 0, "completed": 0, "failed": 0}},
        }
        return 200, self.batches[id]

    def look(self, id: str) -> tuple[int, dict]:
        batch = self.batches.get(id)
        if batch is None:
            return 404, {"error": {"code": "not_found", "message": "no such batch"}}
        if batch["status"] not in ENDED:
            batch["status"] = self.stages[min(self.looks[id], len(self.stages) - 1)]
            self.looks[id] += 1
            if batch["status"] in ENDED:
                self._end(batch)
        return 200, batch

    def _end(self, batch: dict) -> None:
        lines = self.files[batch["input_file_id"]]["content"].splitlines()
        if problems := faults_in(lines, batch["endpoint"]):
            batch["status"] = "failed"
        if batch["status"] == "failed":
            data = problems or [{"code": "token_limit_exceeded", "line": None, "message": "secret words"}]
            batch["errors"] = {"object": "list", "data": data}
            return
        requests = [json.loads(line) for line in lines]
        random.Random(batch["id"]).shuffle(requests)
        cut = len(requests) if batch["status"] == "completed" else int(self.share * len(requests))
        good, bad = [], []
        for number, request in enumerate(requests):
            record = {"id": f"batch_req_{number}", "custom_id": request["custom_id"], "response": None, "error": None}
            if number >= cut:
                code = f"batch_{batch['status']}"
                bad.append(record | {"error": {"code": code, "message": "secret words"}})
                continue
            said = self.answer(request["body"])
            if said == "lost":
                continue
            status = said["status"] if isinstance(said, dict) else 200
            body = {"error": {"code": said["code"]}} if isinstance(said, dict) else completion(said)
            response = {"status_code": status, "request_id": f"r{number}", "body": body}
            if status == 200:
                self.billed[request["custom_id"]] += 1
            (good if status == 200 else bad).append(record | {"response": response})
        batch["request_counts"] = {"total": len(requests), "completed": len(good), "failed": len(bad)}
        for name, records in (("output_file_id", good), ("error_file_id", bad)):
            if records:
                content = "".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records)
                batch[name] = self.add_file(content.encode(), "batch_output", "out.jsonl")["id"]

    def page(self, after: str | None) -> dict:
        newest = list(reversed(self.batches.values()))
        start = [batch["id"] for batch in newest].index(after) + 1 if after else 0
        data = newest[start : start + PAGE]
        return {
            **{"object": "list", "data": data, "has_more": start + PAGE < len(newest)},
            **{"first_id": data[0]["id"] if data else None, "last_id": data[-1]["id"] if data else None},
        }


def faults_in(lines: list[bytes], endpoint: str) -> list[dict]:
    """What the service refuses a whole file for."""
    records = [json.loads(line) for line in lines]
    found = []
    if len({record["custom_id"] for record in records}) != len(records):
        found.append("duplicate_custom_id")
    if len({record["body"]["model"] for record in records}) != 1:
        found.append("mismatched_model")
    if any((record["method"], record["url"]) != ("POST", endpoint) for record in records) or endpoint != PATH:
        found.append("invalid_url")
    if not 1 <= len(records) <= 50_000:
        found.append("invalid_number")
    return [{"code": code, "line": 1, "message": "secret words", "param": None} for code in found]


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_POST(self):
        content = self.rfile.read(int(self.headers["Content-Length"]))
        self._serve("POST", lambda path, query: self._posted(path, content))

    def do_GET(self):
        self._serve("GET", self._got)

    def _serve(self, method, handle):
        server, where = self.server, urlsplit(self.path)
        with server.lock:
            kind = where.path.removeprefix("/v1/").split("/")[0]
            server.calls[method, kind] += 1
            fault = server.misbehave and server.misbehave(method, where.path, server.calls[method, kind])
            if isinstance(fault, int):
                return self._send(fault, {"error": {"code": "server_error", "message": "secret words"}})
            status, body = handle(where.path, parse_qs(where.query))
        if fault == "hang":
            server.hung.set()
            time.sleep(60)
        elif fault == "drop":
            self.close_connection = True
        else:
            self._send(status, body)

    def _posted(self, path, content):
        server = self.server
        if path == "/v1/files":
            fields = self._fields(content)
            return 200, server.add_file(fields["file"][1], fields["purpose"][1].decode(), fields["file"][0])
        if path == "/v1/batches":
            return server.add_batch(json.loads(content))
        assert path == PATH
        body = json.loads(content)
        server.live.append(body)
        said = server.answer(body)
        return (200, completion(said)) if isinstance(said, str) else (said["status"], {"error": {"code": said["code"]}})

    def _got(self, path, query):
        server, parts = self.server, path.removeprefix("/v1/").split("/")
        if parts == ["batches"]:
            return 200, server.page(query.get("after", [None])[0])
        if parts[0] == "batches":
            return server.look(parts[1])
        file = server.files.get(parts[1])
        return (200, file["content"]) if file else (404, {"error": {"code": "not_found", "message": "gone"}})

    def _fields(self, content):
        """Name -> (file name, bytes) of a multipart body."""
        head = f"Content-Type: {self.headers['Content-Type']}\r\n\r\n".encode()
        parts = BytesParser().parsebytes(head + content).get_payload()
        return {
            part.get_param("name", header="content-disposition"): (part.get_filename(), part.get_payload(decode=True))
            for part in parts
        }

    def _send(self, status, body):
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_):
        pass


@contextmanager
def serving(answer, **options):
    server = Server(answer, **options)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
