"""One opportunity: its head, its tabs, and what stands beside them."""

from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone

from openflex.core import htmx
from openflex.core.dates import today_paris
from openflex.core.http import read_only, row_number
from opportunities import deal, enums, history, selectors
from opportunities.forms import CommentForm, SummaryForm
from opportunities.models import Comment, Opportunity
from opportunities.rights import AS_MANAGER, EDIT, REASSIGN, VIEW
from settings_admin.access.requests import StaffRequest
from settings_admin.guards import get_for, right
from settings_admin.models import User
from settings_admin.scoping import current_scope
from vehicles.models import Vehicle

TEMPLATE = "opportunities/page.html"
TABS = {"": "Historique", "synthese": "Synthèse", "offres": "Offres", "reprise": "Reprise"}


@right(VIEW, on="row")
@read_only
def page(request: StaffRequest, pk: int, tab: str = "") -> HttpResponse:
    """`?type=comments` narrows the history, `?avant=123` continues it, `?commentaire=7` opens it where that one is."""
    opportunity = fetch(request, pk)
    if opportunity.merged_into_id:
        kept = reverse("opportunities:page", args=[opportunity.merged_into_id])
        comment = row_number(request.GET.get("commentaire", ""))
        return htmx.redirect(request, f"{kept}?commentaire={comment}" if comment else kept)
    return render_page(request, opportunity, tab=tab)


def fetch(request: StaffRequest, pk: int, *, right: str = VIEW) -> Opportunity:
    return get_for(request, selectors.all_rows(), pk, right=right)


def may(code: str, opportunity: Opportunity) -> bool:
    return current_scope().allows(code, opportunity.entity_id, opportunity.point_of_sale_id)


def render_page(
    request: StaffRequest, opportunity: Opportunity, *, tab: str = "", status: int = 200, **extra: Any
) -> HttpResponse:
    """The whole page, or what its tabs swap."""
    context = {**_context(request, opportunity, tab), **extra}
    return htmx.render_part(request, TEMPLATE, "opportunity", context, status=status)


def _context(request: StaffRequest, opportunity: Opportunity, tab: str) -> dict[str, Any]:
    today = today_paris(timezone.now())
    shown = selectors.beside(opportunity)
    followers = selectors.shown_followers(opportunity)
    offer = deal.offer_of_deal(shown.offers)
    context: dict[str, Any] = {
        "opportunity": opportunity,
        "today": today,
        "tab": tab,
        "here": _here(request, opportunity, tab),
        "tabs": [(key, label, shown.counts.get(key)) for key, label in TABS.items()],
        "is_overdue": opportunity.is_overdue(today),
        "badge": enums.OVERDUE_BADGE if opportunity.is_overdue(today) else enums.STATUS_BADGES[opportunity.status],
        "status_label": enums.status_label(opportunity.status, is_overdue=opportunity.is_overdue(today)),
        "days_late": selectors.days_late(opportunity, today),
        "may_edit": may(EDIT, opportunity),
        "may_reassign": may(REASSIGN, opportunity),
        "may_quote": may("quotation.use", opportunity),
        "is_manager": may(AS_MANAGER, opportunity),
        "beside": shown,
        "deal": deal.deal_of(offer) if offer and _sees_margin(offer.vehicle) else None,
        "followers": followers,
        "closings": [
            ("gagnee", "trophy", "Gagnée…"),
            ("perdue", "circle-x", "Perdue…"),
            ("abandonnee", "circle-minus", "Abandonnée…"),
        ],
        "vehicle_url": reverse("vehicles:sheet", args=[opportunity.vehicle_id])
        if opportunity.vehicle_id and may("vehicles.view", opportunity)
        else "",
        "live_topics": f"opportunity.{opportunity.pk}",
    }
    if tab == "":
        context |= _history_context(request, opportunity, followers)
    if tab == "synthese":
        context["form"] = SummaryForm(instance=opportunity)
    return context


def _here(request: StaffRequest, opportunity: Opportunity, tab: str) -> str:
    """Where the page that is shown can be asked for again: an act that it is the answer of cannot."""
    if request.method == "GET":
        return request.get_full_path()
    return (
        reverse("opportunities:tab", args=[opportunity.pk, tab])
        if tab
        else reverse("opportunities:page", args=[opportunity.pk])
    )


def _sees_margin(vehicle: Vehicle) -> bool:
    return current_scope().allows("vehicles.see_margin", vehicle.entity_id, vehicle.point_of_sale_id)


def _history_context(request: StaffRequest, opportunity: Opportunity, followers: list[User]) -> dict[str, Any]:
    group = request.GET.get("type", "")
    after, comment = (row_number(request.GET.get(name, "")) for name in ("avant", "commentaire"))
    page = history.page_of(opportunity, group=group, after=after, comment=comment)
    # Who will be told of what this person writes, whomever they name besides.
    told = [user for user in followers if user != request.user] if may(AS_MANAGER, opportunity) else []
    return {
        "history": page,
        "group": group if group in history.GROUPS else "",
        "groups": [(key, label) for key, (label, _) in history.GROUPS.items()],
        "comment_form": CommentForm(),
        "answers": _request(request, opportunity),
        "told_names": ", ".join(user.full_name for user in told),
    }


def _request(request: StaffRequest, opportunity: Opportunity) -> Comment | None:
    """The colleague's request that is being answered."""
    asked = row_number(request.GET.get("repondre", ""))
    waiting = Comment.objects.filter(opportunity=opportunity, asked_of__isnull=False, answered_by=None)
    return waiting.select_related("author").filter(pk=asked).first() if asked else None
