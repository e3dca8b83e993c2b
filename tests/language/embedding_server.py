"""An OpenAI-compatible embeddings endpoint on a real socket; its vectors are FakeEncoder's, three times as long."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from shelfwise.language.encoders.fake import FakeEncoder

Answer = tuple[int, dict[str, str], bytes]


class EmbeddingServer:
    """Runs in a thread between `with` and its end. `faults` are answered first, one a request, in order."""

    def __init__(self, *faults: Answer | Callable[[dict[str, Any]], Answer], delay: float = 0.0) -> None:
        self.faults = list(faults)
        self.delay = delay
        self.requests: list[dict[str, Any]] = []
        self.headers: list[dict[str, str]] = []
        self._http = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._http.daemon_threads = True
        self._thread = threading.Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.01})
        self.url = f"http://127.0.0.1:{self._http.server_port}/v1"

    def __enter__(self) -> EmbeddingServer:
        self._thread.start()
        return self

    def __exit__(self, *args: object) -> None:
        self._http.shutdown()
        self._thread.join()
        self._http.server_close()

    def answer(self, path: str, body: dict[str, Any]) -> Answer:
        if self.faults:
            fault = self.faults.pop(0)
            return fault(body) if callable(fault) else fault
        if path != "/v1/embeddings" or any(not text for text in body["input"]):
            return 400, {}, b'{"error": {"message": "bad request"}}'
        return 200, {}, json.dumps({"object": "list", "data": rows(body)}).encode()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["content-length"])))
                server.requests.append(body)
                server.headers.append({key.lower(): value for key, value in self.headers.items()})
                time.sleep(server.delay)
                status, headers, content = server.answer(self.path, body)
                self.send_response(status)
                for key, value in (headers | {"content-length": str(len(content))}).items():
                    self.send_header(key, value)
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, format: str, *args: object) -> None:
                pass

        return Handler


def rows(body: dict[str, Any]) -> list[dict[str, Any]]:
    """The answer's data, last text first: the index says which is which."""
    vectors = FakeEncoder().encode(body["input"], "product") * 3
    data = [{"object": "embedding", "index": at, "embedding": row} for at, row in enumerate(vectors.tolist())]
    return data[::-1]
