"""How a request is named in the logs."""

from django.http import HttpRequest
from django_structlog.middlewares import RequestMiddleware


class RequestLogMiddleware(RequestMiddleware):
    """Method and path, never the query (it carries plates and names), nor the key of a password reset."""

    @staticmethod
    def format_request(request: HttpRequest) -> str:
        path = request.path
        if "/mot-de-passe/nouveau/" in path:
            path = "/mot-de-passe/nouveau/…/"
        return f"{request.method} {path}"
