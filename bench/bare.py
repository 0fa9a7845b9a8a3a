"""python -m bench.bare PORT: the least that hands a line of stdin to everybody who is connected.

The limit beside which the live layer is measured: no database, no rights, no Redis, no queue.
"""

import asyncio
import sys


class Peer(asyncio.Protocol):
    def __init__(self, peers: set[asyncio.Transport]) -> None:
        self.peers = peers

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)  # noqa: S101
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        if data.startswith(b"GET "):
            self.transport.write(
                b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n"
            )
            self.peers.add(self.transport)

    def connection_lost(self, exc: Exception | None) -> None:
        self.peers.discard(self.transport)


async def main(port: int) -> None:
    loop = asyncio.get_running_loop()
    peers: set[asyncio.Transport] = set()
    await loop.create_server(lambda: Peer(peers), "127.0.0.1", port, backlog=1000)
    lines = asyncio.StreamReader()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(lines), sys.stdin)
    print("ready", flush=True)
    while line := (await lines.readline()).strip():
        frame = bytes([0x81, 126]) + len(line).to_bytes(2, "big") + line
        for peer in peers:
            peer.write(frame)


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1])))
