"""The asynchronous door: Daphne serves websockets through it, and in development the pages too."""

import os

from autobahn.websocket import protocol
from channels.routing import ProtocolTypeRouter
from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "openflex.settings")

# Daphne's library colours three words a frame for a debug line that nobody prints: a tenth of what a frame costs.
protocol.hltype = protocol.hlval = lambda value, *colours: value  # type: ignore[attr-defined]

pages = get_asgi_application()

from openflex.core.memory import settle  # noqa: E402 - models are there once the application is set up
from openflex.live.consumers import live_socket  # noqa: E402

application = ProtocolTypeRouter({"http": pages, "websocket": live_socket})
settle()
