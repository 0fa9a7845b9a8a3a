"""Questions with made-up answers, for the tests of the store, the quota and the ledger."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from quotation.enums import AnswerKind
from quotation.providers import act
from quotation.providers.act import Deadline, PageAct
from quotation.providers.base import Answered
from quotation.providers.failures import ProviderFailure
from quotation.providers.wire import Raw
from quotation.services.asking import Asker, Request
from settings_admin.models import Entity, User

NOON = datetime(2024, 12, 2, 11, 0, tzinfo=UTC)  # noon in Paris


@dataclass
class Questions:
    """Makes questions and counts those that left; `answers` says what comes back, a failure is raised."""

    answers: Callable[[str], Any] = lambda name: {"name": name}
    sent: list[str] = field(default_factory=list)
    attempts: int = 1

    def one(self, name: str, kind: AnswerKind = AnswerKind.VALUATION) -> Request:
        def call(page: PageAct) -> Answered[Any]:
            self.sent.append(name)
            answer = self.answers(name)
            failure = answer if isinstance(answer, ProviderFailure) else None
            page.calls.append(
                act.ProviderCall(
                    name=kind.value,
                    paid=kind in (AnswerKind.VALUATION, AnswerKind.PLATE),
                    started_at=NOON,
                    duration_ms=120,
                    status=failure.status if failure else 200,
                    attempts=self.attempts,
                    sent=self.attempts,
                    request_id="0123456789abcdef",
                    failure=failure.code if failure else "",
                )
            )
            if failure:
                raise failure
            return Answered(answer, (Raw(json.dumps(answer), answer),))

        return Request(kind, {"about": name}, call)


def asker(entity: Entity, user: User, *, now: datetime = NOON, **more: Any) -> Asker:
    return Asker(entity=entity, user=user, act=PageAct(Deadline.after(8)), now=now, **more)
