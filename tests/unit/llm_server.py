"""A chat completions server on loopback for the tests of asking; it misbehaves as told."""

import json
import threading
import time
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


def completion(text: str, finish: str = "stop", **message: object) -> dict:
    return {
        "id": "c",
        "object": "chat.completion",
        "model": "m",
        "choices": [
            {"index": 0, "message": {"role": "assistant", "content": text, **message}, "finish_reason": finish}
        ],
        "usage": {"prompt_tokens": 7, "completion_tokens": 2, "total_tokens": 9},
    }


class Server(ThreadingHTTPServer):
    """`behave(body, number)` gives (status, headers, body) of the number-th call, or None to echo the question."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, behave=None, delay=0.0):
        super().__init__(("127.0.0.1", 0), _Handler)
        self.behave, self.delay = behave, delay
        self.bodies, self.headers, self.answered = [], [], 0
        self.lock = threading.Lock()

    def handle_error(self, request, client_address):
        """A client that was killed is part of the tests."""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/v1"


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        with self.server.lock:
            self.server.bodies.append(body)
            self.server.headers.append(dict(self.headers))
            number = len(self.server.bodies)
        time.sleep(self.server.delay)
        answer = self.server.behave(body, number) if self.server.behave else None
        question = body["messages"][-1]["content"]
        status, headers, content = answer or (200, {}, completion(f"echo {question}"))
        data = content if isinstance(content, bytes) else json.dumps(content).encode()
        self.send_response(status)
        for name, value in ({"Content-Type": "application/json", "Content-Length": str(len(data))} | headers).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(data)
        with self.server.lock:
            self.server.answered += 1

    def log_message(self, *_):
        pass


@contextmanager
def serving(behave=None, delay=0.0):
    server = Server(behave, delay)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
