"""A server that writes its answers byte by byte as it likes: framings that no library offers. python3 raw-server.py PORT"""

import asyncio
import sys

BODY = b"a needle in the hay\n"


def head(status, *lines):
    return b"\r\n".join([b"HTTP/1.1 " + status, *lines]) + b"\r\n\r\n"


def chunked(chunks, trailers=b""):
    out = b"".join(b"%x\r\n%s\r\n" % (len(chunk), chunk) for chunk in chunks)
    return out + b"0\r\n" + trailers + b"\r\n"


CHUNKED = b"Transfer-Encoding: chunked"

# Path: the writes of an answer, each in a packet of its own as far as the system goes along.
ANSWERS = {
    # One byte a chunk, one write a chunk; sizes with leading zeros and extensions.
    "/bytes": [head(b"200 OK", CHUNKED)] + [b"%x\r\n%c\r\n" % (1, byte) for byte in BODY] + [b"0\r\n\r\n"],
    "/extended": [head(b"200 OK", b"transfer-encoding:chunked", b"x-empty:"), b"0014;a=1;b=\"q\"\r\n" + BODY + b"\r\n0;last\r\n\r\n"],
    "/trailers": [head(b"200 OK", CHUNKED, b"Trailer: x-sum"), chunked([BODY], b"X-Sum: 1\r\nX-More: 2\r\n")],
    # The head in two halves, the rest byte by byte.
    "/slow": [b"HTTP/1.1 200 OK\r\nContent-Le", b"ngth: 20\r\n\r", b"\n"] + [bytes([byte]) for byte in BODY],
    # Interim answers before the real one.
    "/interim": [head(b"103 Early Hints", b"Link: </style.css>"), head(b"102 Processing"), head(b"200 OK", b"Content-Length: 20") + BODY],
    "/none": [head(b"204 No Content")],
    "/unchanged": [head(b"304 Not Modified", b"ETag: \"1\"", b"Content-Length: 20")],
    # Without a length: the body ends with the connection.
    "/to-close": [head(b"200 OK", b"Connection: close"), BODY, None],
    "/old": [b"HTTP/1.0 200 OK\r\n\r\n" + BODY, None],
    "/old-kept": [b"HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 20\r\n\r\n" + BODY],
    # The server says that it closes after an answer of known length.
    "/last": [head(b"200 OK", b"Content-Length: 20", b"connection: CLOSE") + BODY, None],
    # Faults.
    "/cut": [head(b"200 OK", b"Content-Length: 21") + BODY, None],
    "/cut-chunk": [head(b"200 OK", CHUNKED) + b"14\r\n" + BODY[:7], None],
    "/two-lengths": [head(b"200 OK", b"Content-Length: 20", b"Content-Length: 21") + BODY, None],
    "/both": [head(b"200 OK", b"Content-Length: 20", CHUNKED) + chunked([BODY]), None],
    "/not-http": [b"SSH-2.0-OpenSSH_9.2\r\n", None],
}


async def serve(reader, writer):
    try:
        while True:
            request = await reader.readuntil(b"\r\n\r\n")
            method, target, _ = request.split(b"\r\n")[0].decode().split(" ")
            print(method, target, flush=True)
            parts = ANSWERS[target]
            if method == "HEAD":
                whole = b"".join(parts)
                parts = [whole[: whole.index(b"\r\n\r\n") + 4]]
            for part in parts:
                if part is None:
                    return
                writer.write(part)
                await writer.drain()
    except (asyncio.IncompleteReadError, ConnectionError):
        pass
    finally:
        writer.close()


async def main():
    server = await asyncio.start_server(serve, "127.0.0.1", int(sys.argv[1]), backlog=512)
    await server.serve_forever()


asyncio.run(main())
