"""python -m bench.watchers PORT: many browsers without a screen, on one event loop of their own.

The first line on stdin lists them, each with its topic and cookie: [["bench.1", "sessionid=…"], …]. Each line after
that is obeyed and answered by one line: `open` (once every socket has its first frame, where there is one), `report N`
(milliseconds of each frame since the last report, once there are N of them), `stall N` and `wake N` (so many read
nothing, and read again; `wake` answers how many of them were told to start over).
"""

import asyncio
import json
import sys
import time

READ = 32  # as static/js/live.js
TEXT, PING, PONG = 1, 9, 10
PATIENCE = 30.0  # seconds


class Watcher(asyncio.Protocol):
    def __init__(self, topic: str, cookie: str, port: int) -> None:
        self.topic, self.expects_a_frame = topic, bool(cookie)
        self.request = (
            f"GET /live/ HTTP/1.1\r\nHost: localhost:{port}\r\nOrigin: http://localhost:{port}\r\n"
            f"Cookie: {cookie}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
        )
        self.buffer = b""
        self.is_open = False
        self.unread = 0
        self.latencies: list[float] = []
        self.has_begun = asyncio.get_running_loop().create_future()
        self.starts_over = 0
        self.is_stalled = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)  # noqa: S101
        self.transport = transport
        transport.write(self.request.encode())

    def data_received(self, data: bytes) -> None:
        now = time.perf_counter()
        self.buffer += data
        if not self.is_open:
            head, separator, self.buffer = self.buffer.partition(b"\r\n\r\n")
            if not separator:
                self.buffer = head
                return
            if b" 101 " not in head:
                raise RuntimeError(head.decode())
            self.is_open = True
            self.send({"watch": [self.topic]})
        while frame := self.next_frame():
            self.hear(frame, now)

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.has_begun.done():  # whoever waits for it would wait for ever
            self.has_begun.set_exception(RuntimeError("closed before its first frame"))

    def next_frame(self) -> bytes:
        if len(self.buffer) < 4:
            return b""
        size, start = self.buffer[1], 2
        if size == 126:
            size, start = int.from_bytes(self.buffer[2:4], "big"), 4
        if len(self.buffer) < start + size:
            return b""
        kind = self.buffer[0] & 0x0F
        frame, self.buffer = self.buffer[start : start + size], self.buffer[start + size :]
        if kind == PING:  # unanswered, Daphne would close
            self.transport.write(bytes([0x80 | PONG, 0x80 | len(frame), 0, 0, 0, 0]) + frame)
        return frame if kind == TEXT else self.next_frame()

    def hear(self, frame: bytes, now: float) -> None:
        if not self.has_begun.done():
            self.has_begun.set_result(None)
        self.unread += 1
        if self.unread == READ and not self.is_stalled:
            self.send({"read": self.unread})
            self.unread = 0
        at = frame.find(b'"at":')
        if at > 0:
            self.latencies.append((now - float(frame[at + 5 : frame.index(b"}", at)])) * 1000)
        self.starts_over += b'"resync"' in frame

    def send(self, message: object) -> None:
        """Short and masked with zeros: allowed, and the cheapest."""
        text = json.dumps(message).encode()
        self.transport.write(bytes([0x81, 0x80 | len(text), 0, 0, 0, 0]) + text)

    def stall(self) -> None:
        self.is_stalled = True
        self.transport.pause_reading()

    def wake(self) -> None:
        self.is_stalled = False
        self.transport.resume_reading()
        self.send({"read": 99})


async def _open(port: int, topic: str, cookie: str) -> Watcher:
    loop = asyncio.get_running_loop()
    _, watcher = await loop.create_connection(lambda: Watcher(topic, cookie, port), "127.0.0.1", port)
    return watcher


async def main(port: int) -> None:
    loop = asyncio.get_running_loop()
    lines = asyncio.StreamReader(limit=1_000_000)  # who watches what is one long line
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(lines), sys.stdin)
    wanted: list[list[str]] = json.loads(await lines.readline())
    watchers: list[Watcher] = []
    while line := (await lines.readline()).decode().split():
        answer: object = None
        match line:
            case ["open"]:
                for start in range(0, len(wanted), 20):
                    new = await asyncio.gather(*(_open(port, *one) for one in wanted[start : start + 20]))
                    await asyncio.gather(*(watcher.has_begun for watcher in new if watcher.expects_a_frame))
                    watchers += new
            case ["report", number]:
                give_up = time.monotonic() + PATIENCE
                while sum(len(watcher.latencies) for watcher in watchers) < int(number) and time.monotonic() < give_up:
                    await asyncio.sleep(0.2)
                answer = [latency for watcher in watchers for latency in watcher.latencies]
                for watcher in watchers:
                    watcher.latencies.clear()
            case ["stall", number]:
                for watcher in watchers[: int(number)]:
                    watcher.stall()
            case ["wake", number]:
                for watcher in watchers[: int(number)]:
                    watcher.wake()
                await asyncio.sleep(2)
                answer = sum(watcher.starts_over > 0 for watcher in watchers[: int(number)])
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1])))
