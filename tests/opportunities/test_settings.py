"""What an entity decides about its opportunities: figures, reasons of closing, messages; and what follows from them."""

import uuid
from datetime import timedelta
from urllib.parse import unquote

import pytest
from django.urls import reverse
from django.utils import timezone

from openflex.core.dates import today_paris
from opportunities import messages
from opportunities.models import CloseReason, Exchange, MessageTemplate, Opportunity, OpportunitySettings
from settings_admin.models import Entity, TimelineEntry
from settings_admin.scoping import unscoped
from tests.access.settings_forms import figures
from tests.make import make_opportunity
from tests.support.htmx import parse
from tests.vehicles.way import form_data, value_of

pytestmark = pytest.mark.django_db
AT = "/opportunites/reglages"


@pytest.fixture
def alice(cast, client_for):
    return client_for(cast.alice, scope=f"e{cast.north.pk}")


def fresh(row):
    with unscoped("the test looks at what was written"):
        return type(row).objects.get(pk=row.pk)


def kinds():
    with unscoped("the test looks at what was written"):
        rows = TimelineEntry.objects.filter(target_type="opportunities.opportunitysettings").order_by("pk")
        return list(rows.values_list("kind", "is_audited"))


class TestFigures:
    def save(self, client, cast, **typed):
        sent = figures(cast.north, **typed)
        return client.post(sent.url, sent.data)

    def test_another_delay_counts_at_once_for_what_is_open_in_this_entity(self, cast, alice, opportunity):
        now = timezone.now()
        today = today_paris(now)
        with unscoped("test data"):
            due = make_opportunity(
                customer=opportunity.customer, salesperson=cast.sam, next_action="call",
                next_action_on=today + timedelta(days=1),
            )  # fmt: skip
            closed = make_opportunity(
                customer=opportunity.customer, salesperson=cast.sam, status="won", closed_at=now, overdue_on=None
            )
        assert self.save(alice, cast, overdue_after_days="10").status_code == 303
        assert fresh(opportunity).overdue_on == today + timedelta(days=10)
        assert fresh(due).overdue_on == today + timedelta(days=2)
        assert fresh(closed).overdue_on is None
        page = alice.get(f"{AT}/suivi/{cast.north.pk}/").text
        assert "a modifié les réglages des opportunités" in page
        assert "7 → <b>10</b>" in page
        assert kinds() == [("changed", True)]

    @pytest.mark.parametrize(("typed", "said"), [("0", "1"), ("91", "90"), ("dix", "entier"), ("", "obligatoire")])
    def test_what_cannot_be_is_refused_beside_its_field(self, cast, alice, typed, said):
        response = self.save(alice, cast, overdue_after_days=typed, offer_valid_days="30")
        field = parse(response).select_one("[name=overdue_after_days]").find_parent(class_="field")
        assert response.status_code == 422
        assert said in field.select_one(".field-error, .error, [id$=_error]").text
        assert parse(response).select_one("[name=offer_valid_days]")["value"] == "30"
        with unscoped("test"):
            assert not OpportunitySettings.objects.exists()

    def test_two_editors(self, cast, alice):
        self.save(alice, cast, overdue_after_days="10")
        # Somebody else had it open: another field stays beside it, the same one comes back.
        self.save(alice, cast, offer_valid_days="30")
        response = self.save(alice, cast, overdue_after_days="12")
        assert response.status_code == 422
        assert "Quelqu’un l’a changé entre-temps en «\u00a010\u00a0»" in response.text
        again = form_data(response)
        assert again["overdue_after_days"] == "12"
        assert alice.post(f"{AT}/suivi/{cast.north.pk}/enregistrer/", again).status_code == 303
        with unscoped("test"):
            own = OpportunitySettings.objects.get()
        assert (own.overdue_after_days, own.offer_valid_days) == (12, 30)


class TestReasons:
    @pytest.fixture
    def prices(self, cast):
        with unscoped("test data"):
            return [
                CloseReason.objects.create(entity=cast.north, status="lost", label=label, position=position)
                for position, label in enumerate(("Prix", "Délai", "Financement"))
            ]

    def offered(self, client, opportunity):
        page = parse(client.get(f"/opportunites/{opportunity.pk}/cloturer/perdue/"))
        return [option.text.strip() for option in page.select("[name=reason] option:not([value=''])")]

    def post(self, client, path, **data):
        return client.post(f"{AT}/{path}/", {"key": str(uuid.uuid4()), **data})

    def test_an_added_one_is_offered_last_and_once(self, cast, alice, client_for, opportunity, prices):
        data = {"label": "Météo", "key": str(uuid.uuid4())}
        for _ in range(2):
            assert self.post(alice, f"motifs/{cast.north.pk}/ajouter/lost", **data).status_code == 303
        assert self.offered(client_for(cast.sam), opportunity) == ["Prix", "Délai", "Financement", "Météo"]
        refused = self.post(alice, f"motifs/{cast.north.pk}/ajouter/lost", label="météo")
        assert (refused.status_code, "Ce motif existe déjà" in refused.text) == (422, True)

    def test_they_are_put_in_another_order(self, cast, alice, client_for, opportunity, prices):
        for _ in range(2):
            self.post(alice, f"motif/{prices[2].pk}/deplacer", position="0")
        assert self.offered(client_for(cast.sam), opportunity) == ["Financement", "Prix", "Délai"]
        self.post(alice, f"motif/{prices[2].pk}/deplacer", position="99")
        assert self.offered(client_for(cast.sam), opportunity) == ["Prix", "Délai", "Financement"]

    def test_what_was_closed_keeps_its_words(self, cast, alice, client_for, opportunity, prices, read):
        seller = client_for(cast.sam)
        seller.post(f"/opportunites/{opportunity.pk}/cloturer/perdue/", {"reason": prices[0].pk})
        self.post(alice, f"motif/{prices[0].pk}", label="Prix trop haut", **{"initial-label": "Prix"})
        self.post(alice, f"motif/{prices[1].pk}", label="Délai trop long", **{"initial-label": "Délai"})
        self.post(alice, f"motif/{prices[2].pk}/proposer", offer="no")
        assert "Prix trop haut" not in read(cast.sam)
        assert fresh(opportunity).close_reason_id == prices[0].pk
        assert fresh(prices[0]).label == "Prix"
        # One that nothing was closed with is renamed itself.
        assert fresh(prices[1]).label == "Délai trop long"
        seller.post(f"/opportunites/{opportunity.pk}/rouvrir/")
        assert self.offered(seller, opportunity) == ["Prix trop haut", "Délai trop long"]
        assert [kind for kind, _ in kinds()] == ["reason_renamed", "reason_renamed", "reason_retired"]

    def test_two_editors_of_one(self, cast, alice, prices):
        self.post(alice, f"motif/{prices[0].pk}", label="Prix trop haut", **{"initial-label": "Prix"})
        late = self.post(alice, f"motif/{prices[0].pk}", label="Trop cher", **{"initial-label": "Prix"})
        assert late.status_code == 422
        assert "changé entre-temps en «\u00a0Prix trop haut\u00a0»" in late.text
        assert "Trop cher" in late.text
        assert fresh(prices[0]).label == "Prix trop haut"

    def test_the_last_one_stays(self, alice, prices):
        for reason in prices[:2]:
            self.post(alice, f"motif/{reason.pk}/proposer", offer="no")
        assert self.post(alice, f"motif/{prices[2].pk}/proposer", offer="no").status_code == 409
        assert fresh(prices[2]).is_active
        self.post(alice, f"motif/{prices[0].pk}/proposer", offer="yes")
        assert fresh(prices[0]).is_active


class TestPlaces:
    def test_are_filled_and_an_empty_one_takes_its_space_along(self):
        values = {"civilité": "", "nom": "SARL Bâti"}
        assert messages.fill("Bonjour {civilité} {NOM}, {prix} {", values) == "Bonjour SARL Bâti, {prix} {"

    def test_what_nothing_fills_is_named(self):
        assert messages.unknown_places("{prix} {client} {prix} {} { }") == ["{prix}", "{}", "{ }"]

    def test_accents_typed_in_two_keys_count(self):
        assert messages.fill("{ve\u0301hicule}", {"véhicule": "208"}) == "208"


class TestMessages:
    def save(self, client, cast, **typed):
        data = {
            "key": str(uuid.uuid4()), "label": "Relance", "means": "email", "subject": "Votre {véhicule}",
            "body": "Bonjour {civilité} {nom},\n{vendeur}", **typed,
        }  # fmt: skip
        return client.post(f"{AT}/messages/{cast.north.pk}/nouveau/", data)

    @pytest.mark.parametrize(
        ("typed", "field", "said"),
        [
            ({"body": "Bonjour {prénom}"}, "body", "{prénom} n’existe pas"),
            ({"subject": "{x} {y}"}, "subject", "{x}, {y} n’existent pas"),
            ({"subject": ""}, "subject", "Un e-mail a un objet."),
            ({"label": ""}, "label", "obligatoire"),
        ],
    )
    def test_is_refused_beside_its_field_and_nothing_is_lost(self, cast, alice, typed, field, said):
        response = self.save(alice, cast, **{"label": "À garder", **typed})
        assert response.status_code == 422
        control = parse(response).select_one(f"form [name={field}]")
        assert said in control.find_parent(class_="field").text
        assert parse(response).select_one("[name=means][value=email]").has_attr("checked")
        assert "{vendeur}" in response.text or "body" in typed
        with unscoped("test"):
            assert not MessageTemplate.objects.exists()

    def test_a_name_is_taken_once(self, cast, alice):
        assert self.save(alice, cast).status_code == 303
        assert "Ce nom est déjà pris." in self.save(alice, cast, label="RELANCE").text

    def test_two_editors_of_one(self, cast, alice):
        self.save(alice, cast)
        with unscoped("test"):
            url = f"{AT}/message/{MessageTemplate.objects.get().pk}/"
        opened = form_data(alice.get(url))
        assert alice.post(url, {**opened, "body": "Bonjour,\nà bientôt"}).status_code == 303
        assert alice.post(url, {**opened, "label": "Relance 2"}).status_code == 303
        late = alice.post(url, {**opened, "body": "Bonsoir"})
        assert late.status_code == 422
        assert "changé entre-temps" in late.text
        with unscoped("test"):
            row = MessageTemplate.objects.get()
        assert (row.label, row.body.splitlines()) == ("Relance 2", ["Bonjour,", "à bientôt"])

    def test_the_preview_is_of_what_is_typed(self, cast, alice):
        data = {"means": "email", "subject": "{véhicule}", "body": "Bonjour {civilité} {nom} <b>{prix}"}
        page = parse(alice.get(f"{AT}/messages/{cast.north.pk}/apercu/", data)).select_one("#message-preview")
        assert "PEUGEOT 3008" in page.text
        assert "Bonjour Madame DUVAL <b>{prix}" in page.text
        assert "{prix} n’existe pas" in page.text

    def test_a_salesperson_begins_with_one_sends_it_and_it_is_recorded(
        self, cast, alice, client_for, opportunity, read
    ):
        with unscoped("test data"):
            type(opportunity.customer).objects.filter(pk=opportunity.customer_id).update(email="rino@example.test")
            Opportunity.objects.filter(pk=opportunity.pk).update(wish="SUV hybride")
        self.save(alice, cast)
        self.save(alice, cast, label="Par SMS", means="sms", subject="oublié")
        seller = client_for(cast.sam)
        url = f"/opportunites/{opportunity.pk}/relancer/"
        dialog = parse(seller.get(url))
        # Without a mobile there is no SMS.
        (chip,) = dialog.select("[aria-label='Modèles de messages'] a")
        filled = seller.get(url + chip["href"].removeprefix(url))
        form = parse(filled).select_one(".dialog-form")
        data = {control["name"]: value_of(control) for control in form.select("[name]")}
        assert (data["means"], data["outcome"], data["subject"]) == ("email", "message_left", "Votre SUV hybride")
        assert data["text"].splitlines() == ["Bonjour Professeur RINO,", cast.sam.full_name]
        link = parse(filled).select_one("a[data-message]")["href"]
        assert link.startswith("mailto:rino@example.test?subject=Votre%20SUV%20hybride&body=")
        assert unquote(link).endswith(f"Bonjour Professeur RINO,\r\n{cast.sam.full_name}")
        data |= {"text": "Bonjour, à demain.", "next_action_on": "01/12/2030"}
        assert seller.post(url, data).status_code == 303
        with unscoped("test"):
            exchange = Exchange.objects.get()
            sms = MessageTemplate.objects.get(means="sms")
        assert (exchange.means, exchange.subject, exchange.text) == ("email", "Votre SUV hybride", "Bonjour, à demain.")
        assert "Votre SUV hybride<br>Bonjour, à demain." in read(cast.sam)
        assert sms.subject == ""

    def test_one_that_is_retired_is_offered_no_more(self, cast, alice, client_for, opportunity):
        with unscoped("test data"):
            type(opportunity.customer).objects.filter(pk=opportunity.customer_id).update(email="rino@example.test")
        self.save(alice, cast)
        url = f"/opportunites/{opportunity.pk}/relancer/"
        assert "Relance</a>" in client_for(cast.sam).get(url).text
        with unscoped("test"):
            template = MessageTemplate.objects.get()
        alice.post(f"{AT}/message/{template.pk}/proposer/", {"offer": "no"})
        assert "Relance</a>" not in client_for(cast.sam).get(url).text


class TestWho:
    @pytest.mark.parametrize("page", ["suivi", "motifs", "messages"])
    def test_the_entities_that_one_manages(self, cast, client_for, page):
        listed = client_for(cast.alice).get(f"{AT}/{page}/").text
        assert "Nord" in listed
        assert "Sud" in listed
        assert client_for(cast.eve).get(f"{AT}/{page}/")["Location"] == f"{AT}/{page}/{cast.south.pk}/"
        assert client_for(cast.sam).get(f"{AT}/{page}/").status_code == 403
        assert client_for(cast.eve).get(f"{AT}/{page}/{cast.north.pk}/").status_code == 404

    def test_a_new_entity_begins_with_the_usual(self, cast, alice):
        alice.post(reverse("organisation:add_entity"), {"key": str(uuid.uuid4()), "name": "Est"})
        with unscoped("test"):
            est = Entity.objects.get(name="Est")
            assert CloseReason.objects.filter(entity=est, status="lost").first().label == "Prix"
            templates = list(MessageTemplate.objects.filter(entity=est))
        assert len(templates) == 3
        assert not any(messages.unknown_places(one.subject + one.body) for one in templates)
