"""The words for a device are those its owner would use."""

import pytest

from openflex.core.devices import describe_device, is_hand_held

WINDOWS = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36"
)


@pytest.mark.parametrize(
    ("user_agent", "words"),
    [
        (WINDOWS, "Chrome sur Windows"),
        (WINDOWS + " Edg/141.0.0.0", "Edge sur Windows"),
        (WINDOWS + " OPR/120.0", "Opera sur Windows"),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox sur Linux"),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
            "Version/19.0 Mobile/15E148 Safari/604.1",
            "Safari sur iPhone",
        ),
        (
            "Mozilla/5.0 (Linux; Android 16; Pixel 9) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 "
            "Mobile Safari/537.36",
            "Chrome sur Android",
        ),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 15_0) Version/19.0 Safari/605.1.15", "Safari sur Mac"),
        ("curl/8.5.0", "Appareil inconnu"),
        ("", "Appareil inconnu"),
    ],
)
def test_a_browser_is_described(user_agent, words):
    assert describe_device(user_agent) == words


def test_what_one_holds_in_the_hand():
    assert is_hand_held("(Linux; Android 16; Pixel 9)")
    assert not is_hand_held(WINDOWS)
