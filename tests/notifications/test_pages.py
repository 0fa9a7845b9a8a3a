"""The bell, its panel, the page with all: what each shows, and to whom."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from openflex.core.lists import PAGE_SIZE
from openflex.notifications import registry
from settings_admin.scoping import unscoped
from tests.make import make_notification, make_vehicle
from tests.notifications.way import NO_ACCESS, PAGE, REMARK, SECRET, entries_of, lose_access, tell
from tests.support.htmx import content, parse, swap

PANEL = "/notifications/dernieres/"


def bell(response):
    page = parse(response)
    count = page.select_one("#bell-count")
    return "" if count.has_attr("hidden") else count.text, page.title.text


def shown(response):
    return [
        entry.select_one(".notification-body").get_text(" ", strip=True)
        for entry in parse(response).select("main .notification")
    ]


class TestBell:
    @pytest.mark.parametrize(
        ("person", "address"),
        [("sam", "/vehicules/"), ("sam", "/compte/"), ("max", "/priceback/"), ("max", "/compte/")],
    )
    def test_it_says_on_every_page_how_many_are_unread(self, cast, client_for, person, address):
        user = getattr(cast, person)
        client = client_for(user)
        assert bell(client.get(address))[0] == ""
        assert not bell(client.get(address))[1].startswith("(")
        for _ in range(4):
            make_notification(recipient=user)
        make_notification(recipient=cast.marc)
        count, title = bell(client.get(address))
        assert count == "4"
        assert title.startswith("(4) ")
        assert "4\u00a0non lues" in parse(client.get(address)).select_one("#bell")["aria-label"].replace(
            " non", "\u00a0non"
        )

    def test_also_where_nothing_else_may_be_read(self, cast, client_for):
        make_notification(recipient=cast.sam)
        client = client_for(cast.sam)
        assert bell(client.get("/vehicules/999999/"))[0] == "1"  # not found
        assert bell(client.get("/parametres/utilisateurs/"))[0] == "1"  # not allowed

    def test_beyond_99_it_does_not_count_on(self, cast, client_for):
        with unscoped("test data"):
            for _ in range(101):
                make_notification(recipient=cast.sam)
        assert bell(client_for(cast.sam).get("/vehicules/"))[0] == "99+"

    def test_it_costs_one_statement_a_page_and_none_a_fragment(self, cast, client_for):
        for _ in range(3):
            make_notification(recipient=cast.sam)

        def asked(client, address):
            with CaptureQueriesContext(connection) as seen:
                client.get(address)
            return [query["sql"] for query in seen.captured_queries if "notifications_notification" in query["sql"]]

        assert len(asked(client_for(cast.sam), "/vehicules/")) == 1
        assert asked(client_for(cast.sam, htmx=True), "/vehicules/") == []


class TestEntries:
    @pytest.mark.parametrize("address", [PAGE, PANEL])
    def test_they_show_the_whole_text_as_text_the_newest_first(self, cast, client_for, vehicle, address):
        tell(cast.sam, about=vehicle, actor=cast.marc, text="Un")
        hostile = "<script>alert(1)</script>" + "x" * 20_000
        tell(cast.sam, about=vehicle, actor=cast.marc, text=hostile, title="<b>Titre</b>")
        response = client_for(cast.sam).get(address)
        first, second = shown(response)
        assert first.startswith("<b>Titre</b> , non lue Marc Nom a commenté le véhicule GD-642-JM")
        assert hostile in first
        assert "Un" in second
        assert parse(response).select("main script, main .notification-body b")[0].text == "Marc Nom"

    def test_those_of_others_are_nowhere(self, cast, client_for, vehicle):
        (foreign,) = tell(cast.vera, about=vehicle)
        client = client_for(cast.sam)
        assert shown(client.get(PAGE)) == shown(client.get(PANEL)) == []
        for act in ("ouvrir", "lire"):
            assert client.post(f"{PAGE}{foreign.pk}/{act}/").status_code == 404
        assert client.get(f"{PAGE}{foreign.pk}/apercu/").status_code == 404
        client.post(f"{PAGE}tout-lire/")
        assert entries_of(cast.vera)[0].read_at is None

    def test_whoever_stands_in_reads_for_whom(self, cast, client_for, vehicle):
        make_notification(
            recipient=cast.sam, kind=REMARK, target_id=vehicle.pk, target_type="vehicles.vehicle", meant_for=cast.vera
        )
        assert "Pendant l’absence de Vera Nom" in shown(client_for(cast.sam).get(PAGE))[0]

    @pytest.mark.parametrize("address", [PAGE, PANEL])
    def test_without_access_the_entry_is_there_and_nothing_of_its_content(self, cast, client_for, vehicle, address):
        (entry,) = tell(cast.sam, about=vehicle, actor=cast.marc, title="Prix de la GOLF")
        client = client_for(cast.sam)
        assert SECRET in client.get(address).text
        lose_access(cast.sam)
        response = client.get(address)
        (words,) = shown(response)
        assert NO_ACCESS in words
        for hidden in (SECRET, "Prix de la GOLF", "Marc", "GD-642-JM", f"/vehicules/{vehicle.pk}/"):
            assert hidden not in response.text
        assert not parse(response).select(f"form[action='{PAGE}{entry.pk}/ouvrir/']")

    def test_a_row_of_another_site_or_that_is_gone_shows_nothing(self, cast, client_for):
        """Asked at each reading: the vehicle moved on, the notification stayed."""
        vehicle = make_vehicle(entity=cast.north, point_of_sale=cast.north_2)
        tell(cast.momo, about=vehicle)
        client = client_for(cast.momo)
        assert SECRET in client.get(PAGE).text
        with unscoped("it moves to the other site"):
            vehicle.point_of_sale = cast.north_1
            vehicle.save(update_fields=["point_of_sale"])
        assert SECRET not in client.get(PAGE).text
        with unscoped("it is deleted"):
            vehicle.delete()
        assert shown(client.get(PAGE))[0].count(NO_ACCESS) == 1

    def test_a_kind_whose_module_is_gone_shows_nothing(self, cast, client_for, vehicle, monkeypatch):
        tell(cast.sam, about=vehicle)
        monkeypatch.delitem(registry._kinds, REMARK)
        response = client_for(cast.sam).get(PAGE)
        assert SECRET not in response.text
        assert NO_ACCESS in shown(response)[0]

    def test_it_is_seen_from_any_of_ones_entities(self, cast, client_for):
        """The bell opens in all of them, whichever one is working in."""
        there = make_vehicle(entity=cast.south, point_of_sale=cast.south_1)
        tell(cast.alice, about=there)
        assert SECRET in client_for(cast.alice, scope=f"e{cast.north.pk}").get(PAGE).text

    @pytest.mark.parametrize("address", [PAGE, PANEL])
    def test_the_statements_do_not_grow(self, cast, client_for, address):
        client = client_for(cast.sam)
        counts = []
        for _ in range(3):
            tell(cast.sam, about=make_vehicle(entity=cast.north), actor=cast.marc)
            with CaptureQueriesContext(connection) as seen:
                client.get(address)
            counts.append(len(seen))
        assert counts[0] == counts[1] == counts[2] <= 12


class TestReading:
    def test_opening_posts_marks_as_read_and_leads_to_the_target(self, cast, client_for, vehicle):
        tell(cast.sam, about=vehicle)
        client = client_for(cast.sam)
        form = parse(client.get(PAGE)).select_one("main .notification form")
        assert form["method"] == "post"
        assert client.get(form["action"]).status_code == 405
        response = client.post(form["action"])
        assert (response.status_code, response["Location"]) == (303, f"/vehicules/{vehicle.pk}/")
        assert entries_of(cast.sam)[0].read_at is not None
        again = entries_of(cast.sam)[0].read_at
        assert client.post(form["action"]).status_code == 303
        assert entries_of(cast.sam)[0].read_at == again

    def test_without_access_it_leads_back_to_the_list(self, cast, client_for, vehicle):
        (entry,) = tell(cast.sam, about=vehicle)
        lose_access(cast.sam)
        assert client_for(cast.sam).post(f"{PAGE}{entry.pk}/ouvrir/")["Location"] == PAGE

    def test_one_or_all_are_marked_and_one_comes_back_to_the_page(self, cast, client_for, vehicle):
        for _ in range(3):
            tell(cast.sam, about=vehicle)
        client = client_for(cast.sam)
        first = entries_of(cast.sam)[0]
        response = client.post(f"{PAGE}{first.pk}/lire/", {"next": "/vehicules/?q=clio"})
        assert response["Location"] == "/vehicules/?q=clio"
        assert bell(client.get(PAGE))[0] == "2"
        assert client.post(f"{PAGE}tout-lire/", {"next": "https://evil.test/"})["Location"] == PAGE
        assert bell(client.get(PAGE))[0] == ""

    def test_a_script_is_told_what_the_socket_tells(self, cast, client_for, vehicle):
        entries = [tell(cast.sam, about=vehicle)[0] for _ in range(2)]
        response = client_for(cast.sam, htmx=True).post(f"{PAGE}{entries[1].pk}/lire/")
        assert response.status_code == 204
        assert '"unread": 1' in response["HX-Trigger"]
        assert '"is_unread": false' in response["HX-Trigger"]
        assert SECRET not in response["HX-Trigger"]


class TestToast:
    def test_it_has_the_whole_text_and_stays_when_its_kind_does(self, cast, client_for, vehicle):
        (entry,) = tell(cast.sam, about=vehicle, actor=cast.marc, text="<i>" + "y" * 20_000)
        toast = parse(client_for(cast.sam).get(f"{PAGE}{entry.pk}/apercu/"))
        assert toast.select_one(".toast").has_attr("data-stay")
        assert toast.select_one(".whole-text").text == "<i>" + "y" * 20_000
        assert toast.select_one(".whole-text")["tabindex"] == "0"
        assert toast.select_one("form")["action"] == f"{PAGE}{entry.pk}/ouvrir/"
        plain = make_notification(recipient=cast.sam)
        leaves = parse(client_for(cast.sam).get(f"{PAGE}{plain.pk}/apercu/")).select_one(".toast")
        assert not leaves.has_attr("data-stay")

    def test_what_was_read_or_may_not_be_has_none(self, cast, client_for, vehicle):
        (entry,) = tell(cast.sam, about=vehicle)
        client = client_for(cast.sam)
        lose_access(cast.sam)
        response = client.get(f"{PAGE}{entry.pk}/apercu/")
        assert (response.status_code, response.content) == (204, b"")
        plain = make_notification(recipient=cast.sam)
        client.post(f"{PAGE}{plain.pk}/lire/")
        assert client.get(f"{PAGE}{plain.pk}/apercu/").status_code == 204


class TestList:
    @pytest.fixture
    def some(self, cast, vehicle, time_machine):
        """An export of last month, one of last week, a remark of today, read."""
        for day in ("2026-10-01", "2026-11-20"):
            time_machine.move_to(f"{day}T09:00:00+01:00")
            make_notification(recipient=cast.sam)
        time_machine.move_to("2026-11-24T10:00:00+01:00")
        (entry,) = tell(cast.sam, about=vehicle)
        with unscoped("it is read"):
            entry.read_at = entry.created_at
            entry.save(update_fields=["read_at"])

    @pytest.mark.parametrize(
        ("query", "count"),
        [
            ("", 3),
            ("?tab=unread", 2),
            ("?kind=remark", 1),
            ("?kind=export_ended", 2),
            ("?kind=export_ended&kind=remark", 3),
            ("?period=today", 1),
            ("?period=week", 2),
            ("?period=month", 2),
            ("?tab=unread&period=today", 0),
            ("?kind=nonsense", 3),
        ],
    )
    @pytest.mark.usefixtures("some")
    def test_it_is_narrowed(self, cast, client_for, query, count):
        assert len(shown(client_for(cast.sam).get(PAGE + query))) == count

    @pytest.mark.usefixtures("some")
    def test_a_swap_equals_a_reload(self, cast, client_for):
        client, fragments = client_for(cast.sam), client_for(cast.sam, htmx=True)
        for query in ("?tab=unread", "?kind=remark", "?period=today"):
            page = parse(client.get(PAGE))
            swapped = swap(page, fragments.get(PAGE + query, headers={"HX-Target": "list"}), target="#list")
            assert content(swapped) == content(parse(client.get(PAGE + query)))

    def test_its_pages_follow_one_another(self, cast, client_for, time_machine):
        for number in range(PAGE_SIZE + 5):
            time_machine.shift(1)
            make_notification(recipient=cast.sam, title=f"Export {number}")
        client = client_for(cast.sam)
        first = client.get(PAGE)
        assert len(shown(first)) == PAGE_SIZE
        assert shown(first)[0].startswith(f"Export {PAGE_SIZE + 4}")
        following = parse(first).select_one("a[rel=next]")["href"]
        assert len(shown(client.get(PAGE + following))) == 5

    def test_nothing_is_said(self, cast, client_for):
        client = client_for(cast.sam)
        assert "Aucune notification pour l’instant" in client.get(PAGE).text
        assert "Tout est lu" in client.get(PAGE + "?tab=unread").text
        assert "Aucune notification avec ces filtres" in client.get(PAGE + "?period=today").text

    def test_a_search_would_find_what_one_may_not_read(self, cast, client_for, vehicle):
        tell(cast.sam, about=vehicle)
        lose_access(cast.sam)
        client = client_for(cast.sam)
        assert len(shown(client.get(PAGE + "?q=nowhere"))) == len(shown(client.get(PAGE))) == 1
