"""*Accueil* as a page: its filters, what it costs, how it stays true while one looks."""

import uuid

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from opportunities.services.comments import add_comment
from settings_admin.scoping import unscoped
from tests.dashboard.conftest import HOME
from tests.make import make_opportunity
from tests.support.htmx import content, parse, swap

pytestmark = pytest.mark.django_db


class TestThePage:
    def test_signing_in_lands_on_it(self, cast, client_for):
        assert client_for(cast.sam).get("/")["Location"] == HOME
        nobody = client_for(cast.nobody)
        assert nobody.get("/").status_code == 200
        assert nobody.get(HOME)["Location"] == "/"
        assert client_for(cast.max).get(HOME).status_code == 404

    def test_an_empty_day_says_so(self, cast, client_for):
        page = client_for(cast.sam).get(HOME).content.decode()
        assert "Rien ne vous attend." in page
        assert "Tout est à jour" in page

    def test_the_most_urgent_comes_first_and_is_counted(self, cast, things, rows, client_for):
        things.offer("OFFRE", days=2)
        things.due_today("JOUR")
        things.late("ANCIEN", days=9, last_contact_at=timezone.now())
        things.late("RECENT", days=1)
        assert list(rows(cast.sam)) == ["ANCIEN", "RECENT", "JOUR", "OFFRE"]
        page = parse(client_for(cast.sam).get(HOME))
        assert page.select_one("#home-count").text == "4\u00a0choses à faire, dont 2 en retard."
        assert [heading.text for heading in page.select(".todo-section h2")] == [
            "En retard",
            "Aujourd’hui",
            "À prévoir",
        ]

    def test_it_narrows_to_one_kind(self, cast, things, rows):
        things.due_today("JOUR")
        things.late("TARD")
        assert list(rows(cast.sam, "?type=overdue")) == ["TARD"]
        assert list(rows(cast.sam, "?type=<script>")) == ["TARD", "JOUR"]

    def test_many_are_shortened_with_the_way_to_the_rest(self, cast, things, client_for):
        for number in range(11):
            things.late(f"CLIENT{number}")
        page = parse(client_for(cast.sam).get(HOME))
        assert len(page.select("li.todo")) == 8
        rest = page.select_one(".todo-rests a")
        assert rest.text.strip() == "et 3 autres opportunités en souffrance"
        listed = parse(client_for(cast.sam).get(rest["href"]))
        assert len(listed.select("tbody tr[data-row]")) == 11
        assert page.select_one("#home-count").text.startswith("11\u00a0choses à faire, dont 11 en retard")

    def test_the_rest_of_the_offers_and_of_what_has_no_price_is_a_list_of_just_those(self, cast, things, client_for):
        for number in range(10):
            things.offer(f"OFFRE{number}")
            things.vehicle(f"SANS{number}", sale_price=None)
        things.offer("PLUS TARD", days=9)
        things.vehicle("CHIFFREE")
        things.vehicle("A DETRUIRE", sale_price=None, destination="scrap")
        things.offer("DE MARC", salesperson=cast.marc)
        for user, words, address in (
            (cast.sam, "et 2 autres offres qui expirent", "/opportunites/?offer=expires"),
            (cast.vera, "et 2 autres véhicules sans prix", "/vehicules/?price=missing"),
        ):
            client = client_for(user)
            rests = {" ".join(one.text.split()): one["href"] for one in parse(client.get(HOME)).select(".todo-rests a")}
            assert rests[words] == address
            assert len(parse(client.get(address)).select("tbody tr[data-row]")) == 10, address
        team = parse(client_for(cast.marc).get(f"{HOME}?qui=equipe")).select(".todo-rests a[href*=offer]")
        assert len(parse(client_for(cast.marc).get(team[0]["href"])).select("tbody tr[data-row]")) == 11

    def test_the_entity_is_named_to_who_works_in_several(self, cast, things, client_for):
        customer_of = things.late(salesperson=cast.alice)
        make_opportunity(
            customer=customer_of.customer, salesperson=cast.alice, point_of_sale=cast.north_1,
            overdue_on=customer_of.overdue_on, next_action="call", next_action_on=customer_of.next_action_on,
        )  # fmt: skip
        page = parse(client_for(cast.alice, scope="all").get(HOME))
        assert [caption.text for caption in page.select(".todo .caption")] == ["Nord", "Nord"]

    def test_a_swapped_page_equals_a_reloaded_one(self, cast, things, client_for):
        things.late()
        things.appointment("AGENDA", hours=1)
        client, htmx = client_for(cast.marc), client_for(cast.marc, htmx=True)
        for address in ("?qui=equipe", "?qui=equipe&type=overdue"):
            answer = htmx.get(HOME + address, headers={"HX-Target": "home"})
            swapped = swap(parse(client.get(HOME)), answer, target="#home")
            assert content(swapped) == content(parse(client.get(HOME + address)))

    def test_it_costs_the_same_whatever_there_is(self, cast, things, client_for, today):
        def cost(user):
            client = client_for(user)
            with CaptureQueriesContext(
                connection,
            ) as queries:
                assert client.get(HOME).status_code == 200
            return len(queries)

        def fill(number):
            things.late(f"A{number}", salesperson=cast.marc)
            things.due_today(f"B{number}", salesperson=cast.marc)
            things.offer(f"C{number}", salesperson=cast.marc)
            things.trade_in(f"I{number}", salesperson=cast.marc)
            things.trade_in(f"J{number}", state="approved", salesperson=cast.marc)
            things.request(f"D{number}", of=cast.marc)
            things.appointment(f"E{number}", hours=number, salesperson=cast.marc)
            things.vehicle(f"F{number}", inspection_due_on=today)
            things.vehicle(f"G{number}", sale_price=None)
            row = things.opportunity(f"H{number}", salesperson=cast.marc)
            with unscoped("test data"):
                add_comment(
                    opportunity=row, text="Lu\u00a0?", author=cast.alice, is_from_manager=True, key=uuid.uuid4(),
                    now=timezone.now(),
                )  # fmt: skip

        fill(0)
        one = cost(cast.marc)
        for number in (1, 2):
            fill(number)
        assert cost(cast.marc) == one
        for number in range(3, 10):
            fill(number)
        assert cost(cast.marc) == one
        assert one <= 12, one
