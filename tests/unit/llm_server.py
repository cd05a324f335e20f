"""A chat completions server on loopback for the tests of asking; it misbehaves as told."""

import asyncio
import json
import re
import socket
import struct
import threading
import time
from collections import Counter
from contextlib import contextmanager, suppress
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
    """`behave(body, number)` says what the number-th call gets: (status, headers, body), None for an echo of the
    question, or a function that is given the handler and writes to its socket what no HTTP library would."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, behave=None, delay=0.0, port=0):
        super().__init__(("127.0.0.1", port), _Handler)
        self.behave, self.delay = behave, delay
        self.bodies, self.headers, self.answered, self.connections = [], [], 0, 0
        self.lock = threading.Lock()
        self.open = []

    def process_request(self, request, client_address):
        self.connections += 1
        self.open.append(request)
        super().process_request(request, client_address)

    def hang_up(self):
        """Takes no more calls and resets those it has."""
        self.shutdown()
        self.server_close()
        for connection in self.open:
            with suppress(OSError):
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                connection.shutdown(socket.SHUT_RDWR)

    def handle_error(self, request, client_address):
        """A client that was killed is part of the tests."""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/v1"


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # head and body are two writes

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        with self.server.lock:
            self.server.bodies.append(body)
            self.server.headers.append(dict(self.headers))
            number = len(self.server.bodies)
        time.sleep(self.server.delay)
        answer = self.server.behave(body, number) if self.server.behave else None
        if callable(answer):
            return answer(self)
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
def serving(behave=None, delay=0.0, port=0):
    server = Server(behave, delay, port)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()


class FastServer:
    """Echoes questions after `delay` seconds, thousands at once, and counts them; keep-alive, asyncio, no checks."""

    def __init__(self, delay=0.0):
        self.delay = delay
        self.asked: Counter[str] = Counter()  # by question
        self.answered = 0
        self._loop = asyncio.new_event_loop()
        self._server = self._loop.run_until_complete(
            self._loop.create_server(lambda: _Exchange(self), "127.0.0.1", 0, backlog=1024)
        )
        self.url = f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}/v1"
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._server.close()
        self._loop.close()


class _Exchange(asyncio.Protocol):
    def __init__(self, server):
        self.server, self.data = server, b""

    def connection_made(self, transport):
        self.transport = transport

    def data_received(self, data):
        self.data += data
        head, found, rest = self.data.partition(b"\r\n\r\n")
        length = int(re.search(rb"content-length: (\d+)", head, re.IGNORECASE)[1]) if found else -1
        if found and len(rest) >= length:
            self.data = rest[length:]
            question = json.loads(rest[:length])["messages"][-1]["content"]
            self.server.asked[question] += 1
            asyncio.get_running_loop().call_later(self.server.delay, self._answer, question)

    def _answer(self, question):
        if self.transport.is_closing():
            return
        content = json.dumps(completion(f"echo {question}")).encode()
        head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(content)}\r\n\r\n"
        self.transport.write(head.encode() + content)
        self.server.answered += 1
