"""The only exception that users read."""


class Refused(Exception):
    """A business rule said no.

    `code` is stable and for programs, `message` is the French sentence shown to the person, `field` names the
    form field it belongs beside (None: the whole form).
    """

    def __init__(self, code: str, message: str, field: str | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.field = field
