"""The context of the two shells: navigation, switch of entity, the person, their preferences."""

from dataclasses import dataclass, field
from typing import Any, Final

from django.http import HttpRequest
from django.urls import reverse

from settings_admin import scoping
from settings_admin.access.news import newest
from settings_admin.access.selectors.belonging import ALL_ENTITIES, Belonging
from settings_admin.registries import NavEntry, nav_entries, settings_pages

PREFERENCES = {
    "theme": ("system", "light", "dark"),
    "density": ("comfortable", "compact"),
    "rail": ("open", "collapsed"),
    "shortcuts": ("on", "off"),
}
BOTTOM_BAR_ENTRIES = 4
SETTINGS_KEY = "settings"


@dataclass(frozen=True)
class NavItem:
    key: str
    label: str
    icon: str
    url: str
    shortcut: str
    is_active: bool


@dataclass(frozen=True)
class OwnPage:
    """A page of the person themselves: in the menu with their name, unless it has its own place in the top bar, and
    found by « Rechercher partout », by `words` besides its label."""

    label: str
    icon: str
    url_name: str
    words: str = ""
    in_menu: bool = True
    is_for_merchants: bool = False


OWN_PAGES: Final = (
    OwnPage("Mon compte", "user", "my_account", "profil photo mot de passe absences", is_for_merchants=True),
    OwnPage("Notifications", "bell", "notifications:list", "préférences alertes", in_menu=False, is_for_merchants=True),
    OwnPage("Mes exports", "file-export", "exports:list", "fichiers excel"),
    OwnPage("Nouveautés", "wand", "news", "version"),
)


@dataclass(frozen=True)
class SwitchChoice:
    label: str
    value: str
    is_current: bool
    points_of_sale: list["SwitchChoice"] = field(default_factory=list)


@dataclass
class Shell:
    """What `base.html` needs to draw itself around a page."""

    base: str = "base.html"  # what a page that is for the staff and for merchants extends
    user_name: str = ""
    user_job: str = ""
    entity_label: str = ""
    point_of_sale_label: str = ""
    holding_label: str = ""
    is_all: bool = False
    scope: str = ""  # the choice of the top bar, which what this page sends goes on in
    can_see_all: bool = False
    switcher: list[SwitchChoice] = field(default_factory=list)
    nav: list[NavItem] = field(default_factory=list)
    settings_nav: list[NavItem] = field(default_factory=list)
    menu: list[OwnPage] = field(default_factory=list)
    theme: str = "system"
    density: str = "comfortable"
    rail_collapsed: bool = False
    live_topics: str = ""  # what every page of the person watches; a page adds its own
    has_news: bool = False  # a version whose notes the person has not opened
    single_keys: bool = True  # shortcuts of one key, without Ctrl

    @property
    def bottom_nav(self) -> list[NavItem]:
        return self.nav[:BOTTOM_BAR_ENTRIES]

    @property
    def more_nav(self) -> list[NavItem]:
        return self.nav[BOTTOM_BAR_ENTRIES:] + self.settings_nav


def shell(request: HttpRequest) -> dict[str, Any]:
    """Context processor; no statement of its own: the middleware has read everything."""
    result = Shell(
        theme=_preference(request, "theme"),
        density=_preference(request, "density"),
        rail_collapsed=_preference(request, "rail") == "collapsed",
        single_keys=_preference(request, "shortcuts") == "on",
    )
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return {"shell": result}
    result.user_name, result.user_job = user.full_name, user.job_title
    result.live_topics = f"user.{user.pk}"
    if user.merchant_id is not None:
        result.base = "priceback_base.html"
    belonging: Belonging | None = getattr(request, "belonging", None)
    result.menu = [page for page in OWN_PAGES if page.in_menu and (page.is_for_merchants or belonging is not None)]
    if belonging is not None:
        result.has_news = user.seen_version != newest()
        result.scope = request.scope_choice  # type: ignore[attr-defined]
        _describe_place(result, belonging, request.scope_choice)  # type: ignore[attr-defined]
        active = _active_key(request)
        items = [_item(entry, is_active=entry.key == active) for entry in nav_entries() if may_enter(entry)]
        result.nav = [item for item in items if item.key != SETTINGS_KEY]
        result.settings_nav = [item for item in items if item.key == SETTINGS_KEY]
    return {"shell": result}


def _preference(request: HttpRequest, name: str) -> str:
    value = request.COOKIES.get(f"openflex_{name}", "")
    return value if value in PREFERENCES[name] else PREFERENCES[name][0]


def may_enter(entry: NavEntry) -> bool:
    scope = scoping.current_scope()
    return entry.opens(scope) if entry.opens else scope.allows_somewhere(entry.right)


def _active_key(request: HttpRequest) -> str:
    """The entry that the page belongs to: a page of *Paramètres* that another app owns belongs to *Paramètres*."""
    match = request.resolver_match
    view_name = match.view_name if match else ""
    if any(view_name.startswith(page.url_prefix or page.url_name) for page in settings_pages()):
        return SETTINGS_KEY
    found = (entry.key for entry in nav_entries() if view_name.startswith(entry.url_prefixes))
    return next(found, "")


def _item(entry: NavEntry, *, is_active: bool) -> NavItem:
    return NavItem(
        key=entry.key,
        label=entry.label,
        icon=entry.icon,
        url=reverse(entry.url_name),
        shortcut=entry.shortcut,
        is_active=is_active,
    )


def _describe_place(result: Shell, belonging: Belonging, choice: str) -> None:
    result.is_all = choice == ALL_ENTITIES
    result.can_see_all = len(belonging.places) > 1
    for place in belonging.places:
        points = [SwitchChoice(point.name, f"p{point.pk}", choice == f"p{point.pk}") for point in place.points_of_sale]
        result.switcher.append(SwitchChoice(place.entity.name, place.key, choice == place.key, points))
        result.holding_label = place.entity.holding.name
        chosen_point = next((point for point in points if point.is_current), None)
        if choice == place.key or chosen_point:
            result.entity_label = place.entity.name
            result.point_of_sale_label = chosen_point.label if chosen_point else "Tous les points de vente"
    if result.is_all:
        result.entity_label = "Toutes mes entités"
