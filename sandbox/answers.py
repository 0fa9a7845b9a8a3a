"""What a handler gives back, before the headers every answer gets and before any fault."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sandbox.problems import Problem

JSON = "application/json"
PROBLEM_JSON = "application/problem+json"


@dataclass
class Answer:
    body: Any = None
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    media_type: str = JSON
    cacheable: bool = False
    trigger: str = ""  # number and stage of the fault that a special plate asked for

    def encoded(self) -> bytes:
        return b"" if self.body is None else json.dumps(self.body, ensure_ascii=False).encode()


def problem_answer(problem: Problem, request_id: str) -> Answer:
    return Answer(problem.body(request_id), problem.status, dict(problem.headers), PROBLEM_JSON)


def json_object(raw: bytes) -> Mapping[str, Any]:
    """The JSON object of a request body; raises Problem 422 for anything else."""
    try:
        found = json.loads(raw)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise Problem(422, "validation_failed", "Le corps de la demande doit être un objet JSON.")
    return found
