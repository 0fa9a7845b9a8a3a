"""A browser's name for itself, in words that its owner recognises: « Chrome sur Windows »."""

# In this order: each of them also calls itself by the names that come after.
_BROWSERS = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser", "Samsung Internet"),
    ("Firefox", "Firefox"),
    ("FxiOS", "Firefox"),
    ("CriOS", "Chrome"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)
_SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("CrOS", "ChromeOS"),
    ("Windows", "Windows"),
    ("Macintosh", "Mac"),
    ("Linux", "Linux"),
)
_HAND_HELD = ("iPhone", "iPad", "Android")


def describe_device(user_agent: str) -> str:
    browser, system = _first(_BROWSERS, user_agent), _first(_SYSTEMS, user_agent)
    if browser and system:
        return f"{browser} sur {system}"
    return browser or system or "Appareil inconnu"


def is_hand_held(user_agent: str) -> bool:
    return _first(_SYSTEMS, user_agent) in _HAND_HELD


def _first(names: tuple[tuple[str, str], ...], user_agent: str) -> str:
    return next((name for mark, name in names if mark in user_agent), "")
