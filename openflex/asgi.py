"""The asynchronous door: Daphne serves websockets through it, and in development the pages too."""

import os

from channels.routing import ProtocolTypeRouter
from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "openflex.settings")

pages = get_asgi_application()

from openflex.core.memory import settle  # noqa: E402 - models are there once the application is set up
from openflex.live.consumers import live_socket  # noqa: E402
from openflex.live.sending import quicken_daphne  # noqa: E402

application = ProtocolTypeRouter({"http": pages, "websocket": live_socket})
quicken_daphne()
settle()
