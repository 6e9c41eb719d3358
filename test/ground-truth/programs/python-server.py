"""A server of Python's standard library: python3 python-server.py CONFIG BACKING-PORT, see ../server-config.ts.

`threads`: ThreadingHTTPServer, a thread for each connection. `asyncio`: one event loop, in which the steps block.
"""
import asyncio
import gc
import hashlib
import json
import os
import queue
import random
import socket
import sys
import tempfile
import threading
import time
import urllib.parse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

config = json.loads(sys.argv[1])
backing_port = int(sys.argv[2])
block = b"\7" * 1024


def hash_often(times):
    """Small blocks: the interpreter's lock is held."""
    for _ in range(times):
        hashlib.sha256(block).digest()


def speed_of(work, times):
    work(times)
    best = 0.0
    for _ in range(5):
        start = time.thread_time()
        work(times)
        best = max(best, times / max(1e-4, (time.thread_time() - start) * 1000))
    return best


def derive(rounds):
    """The interpreter's lock is free meanwhile."""
    hashlib.pbkdf2_hmac("sha256", b"secret", b"ground truth", rounds)


hashes_per_ms = speed_of(hash_often, 2000)
rounds_per_ms = speed_of(derive, 4000)


class Connection:
    def __init__(self):
        self.socket = socket.create_connection(("127.0.0.1", backing_port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def query(self, query):
        self.socket.sendall(json.dumps(query).encode() + b"\n")
        if self.socket.recv(16) == b"":
            raise ConnectionError("the backing process closed the connection")


class Pool:
    """Connections that were made are used again, the last given back first; who finds none free waits."""

    def __init__(self, most):
        self.free = queue.LifoQueue()
        self.places = None if most is None else threading.Semaphore(most)

    def query(self, query):
        if self.places is not None:
            self.places.acquire()
        try:
            try:
                connection = self.free.get_nowait()
            except queue.Empty:
                connection = Connection()
            connection.query(query)
            self.free.put(connection)
        finally:
            if self.places is not None:
                self.places.release()


class Steps:
    def __init__(self):
        self.pool = Pool(config["pool"])
        self.locks = {}
        self.locks_lock = threading.Lock()
        self.entries = []
        self.versions = {}
        self.file = tempfile.TemporaryFile()

    def carry_out(self, steps, key, rows):
        for step in steps:
            getattr(self, step["do"].replace("-", "_"))(step, key, rows)

    def compute(self, step, key, rows):
        factor = min(40, (1 - random.random()) ** (-1 / 1.5)) if step.get("tail") else 1
        hash_often(max(1, round(step["ms"] * factor * hashes_per_ms)))

    def compute_aside(self, step, key, rows):
        derive(max(1, round(step["ms"] * rounds_per_ms)))

    def query(self, step, key, rows):
        self.pool.query(step["query"])

    blocking_query = query

    def query_each_row(self, step, key, rows):
        for _ in range(rows):
            self.pool.query(step["query"])

    def locked(self, step, key, rows):
        with self.locks_lock:
            lock = self.locks.setdefault("" if step["per"] == "server" else key, threading.Lock())
        with lock:
            self.carry_out(step["steps"], key, rows)

    def flush(self, step, key, rows):
        for _ in range(step["times"]):
            os.pwrite(self.file.fileno(), f"{key} was written\n".encode(), 0)
            os.fsync(self.file.fileno())

    def grow_and_scan(self, step, key, rows):
        for _ in range(step["entries"]):
            self.entries.append(f"entry {len(self.entries)} of {key}")
        sum(1 for entry in self.entries if entry.endswith("of nobody"))

    def optimistic(self, step, key, rows):
        while True:
            read = self.versions.get(id(step), 0)
            self.carry_out(step["steps"], key, rows)
            with self.locks_lock:
                if self.versions.get(id(step), 0) == read:
                    self.versions[id(step)] = read + 1
                    return


class Admission:
    def __init__(self, limit):
        self.limit = limit
        self.lock = threading.Lock()
        self.inside = 0
        self.tokens = limit["burst"] if limit and limit["kind"] == "rate" else 0
        self.at = time.monotonic()

    def refusal(self):
        """The status to refuse with, or None and one more is inside."""
        with self.lock:
            if self.limit and self.limit["kind"] == "in-flight" and self.inside >= self.limit["most"]:
                return 503
            if self.limit and self.limit["kind"] == "rate":
                now = time.monotonic()
                self.tokens = min(self.limit["burst"], self.tokens + (now - self.at) * self.limit["perSecond"])
                self.at = now
                if self.tokens < 1:
                    return self.limit["status"]
                self.tokens -= 1
            self.inside += 1
            return None

    def leave(self):
        with self.lock:
            self.inside -= 1


steps = Steps()
admission = Admission(config["limit"])
kept = {}


def answer(method, target, match):
    """(status, headers, body) of a request."""
    refused = admission.refusal()
    if refused is not None:
        late = {"Retry-After": "1"} if refused == 503 and config["limit"]["kind"] == "rate" else {}
        return refused, late, b'{"error":"too many requests"}'
    try:
        return admitted("GET" if method == "HEAD" else method, target, match)
    except OSError:
        return 500, {}, b'{"error":"the backing service failed"}'
    finally:
        admission.leave()


def admitted(method, target, match):
    url = urllib.parse.urlsplit(target)
    _, name, *rest = url.path.split("/")
    path = f"/{name}/{{id}}" if rest else f"/{name}"
    route = next((one for one in config["routes"] if one["method"] == method and one["path"] == path), None)
    if route is None:
        return 404, {}, b'{"error":"no such path"}'
    key = rest[0] if rest else ""
    limit = urllib.parse.parse_qs(url.query).get("limit", [route["rows"] or 1])[0]
    rows = min(500, int(limit))
    held = kept.get((url.path, rows)) if route["cached"] else None
    if held is None:
        steps.carry_out(route["steps"], key, rows)
        text = "x" * route["rowBytes"]
        value = {"id": key, "text": text} if route["rows"] is None else [
            {"id": row, "text": text} for row in range(rows)
        ]
        body = json.dumps(value).encode()
        if not route["cached"]:
            return (201 if method == "POST" else 200), {}, body
        held = kept[(url.path, rows)] = (body, f'"{hashlib.sha1(body).hexdigest()[:12]}"', time.monotonic())
    body, etag, at = held
    headers = {"ETag": etag, "Cache-Control": "max-age=60", "Age": str(int(time.monotonic() - at))}
    return (304, headers, b"") if match == etag else (200, headers, body)


def head_of(status, headers, body, close):
    lines = [f"HTTP/1.1 {status} Answered", "Content-Type: application/json", f"Content-Length: {len(body)}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    if close:
        lines.append("Connection: close")
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = not config["nagle"]

    def do_GET(self):
        length = int(self.headers.get("Content-Length") or 0)
        if length:
            self.rfile.read(length)
        status, headers, body = answer(self.command, self.path, self.headers.get("If-None-Match"))
        close = not config["keepAlive"] or self.headers.get("Connection", "").lower() == "close"
        head = head_of(status, headers, body, close)
        sent = b"" if self.command == "HEAD" else body
        if config["nagle"]:
            self.wfile.write(head)
            self.wfile.write(sent)
        else:
            self.wfile.write(head + sent)
        self.close_connection = close

    do_POST = do_HEAD = do_GET

    def log_message(self, *args):
        pass


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 1024

    def handle_error(self, request, client_address):
        pass


async def serve_connection(reader, writer):
    try:
        while True:
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
            method, target, _ = head[0].split(" ", 2)
            fields = dict(line.lower().split(":", 1) for line in head[1:] if ":" in line)
            length = int(fields.get("content-length", "0"))
            if length:
                await reader.readexactly(length)
            match = next((line.split(":", 1)[1].strip() for line in head if line.lower().startswith("if-none-match:")), None)
            status, headers, body = answer(method, target, match)
            close = not config["keepAlive"] or fields.get("connection", "").strip() == "close"
            writer.write(head_of(status, headers, body, close) + (b"" if method == "HEAD" else body))
            await writer.drain()
            if close:
                break
    except (asyncio.IncompleteReadError, ConnectionError):
        pass
    finally:
        writer.close()


def collect():
    start = time.perf_counter()
    gc.collect()
    return (time.perf_counter() - start) * 1000


def heap_of(ms):
    """As many lists that hold themselves as a collection needs so long to look through."""
    gc.disable()
    heap = []
    while min(collect(), collect()) < ms and len(heap) < 6_000_000:
        for _ in range(200_000):
            ring = []
            ring.append(ring)
            heap.append(ring)
    return heap


def collect_every(every_ms):
    """On a thread of its own; all others stand still meanwhile."""
    while True:
        time.sleep(every_ms / 1000)
        collect()


def end_with_parent():
    sys.stdin.read()
    os._exit(0)


def tell(port):
    print(json.dumps({"port": port}), flush=True)


async def serve_asyncio():
    server = await asyncio.start_server(serve_connection, "127.0.0.1", 0, backlog=1024)
    tell(server.sockets[0].getsockname()[1])
    await server.serve_forever()


threading.Thread(target=end_with_parent, daemon=True).start()
if config["stall"]:
    heap = heap_of(config["stall"]["ms"])
    threading.Thread(target=collect_every, args=(config["stall"]["everyMs"],), daemon=True).start()
if config["stack"] == "asyncio":
    asyncio.run(serve_asyncio())
else:
    server = Server(("127.0.0.1", 0), Handler)
    tell(server.server_address[1])
    server.serve_forever()
