"""What one gets by e-mail, kind by kind."""

from dataclasses import replace

from openflex.notifications import registry
from openflex.notifications.enums import EmailChoice
from openflex.notifications.models import Preference
from settings_admin.scoping import unscoped
from tests.notifications.way import REMARK, REMARK_KIND, entries_of, tell
from tests.support.htmx import parse

URL = "/notifications/preferences/"


def chosen(client):
    page = parse(client.get(URL))
    return {box["name"]: box["value"] for box in page.select("main input[type=radio][checked]")}


def of_the_test(chosen):
    """The kinds of modules come and go: these two are looked at."""
    return {name: chosen[name] for name in (REMARK, "export_ended")}


def test_each_kind_proposes_its_own_until_one_chooses(cast, client_for):
    client = client_for(cast.sam)
    proposed = chosen(client)
    assert of_the_test(proposed) == {REMARK: "at_once", "export_ended": "never"}
    for _ in range(2):  # a second click changes nothing more
        response = client.post(URL, {**proposed, REMARK: "daily", "export_ended": "at_once"})
        assert (response.status_code, response["Location"]) == (303, URL)
    assert of_the_test(chosen(client)) == {REMARK: "daily", "export_ended": "at_once"}
    with unscoped("the test looks at what was written"):
        assert Preference.objects.filter(kind__in=(REMARK, "export_ended")).count() == 2
    assert of_the_test(chosen(client_for(cast.vera))) == {REMARK: "at_once", "export_ended": "never"}


def test_a_merchant_is_offered_what_may_come_to_them(cast, client_for):
    client = client_for(cast.max)
    assert chosen(client) == {REMARK: "at_once"}
    assert client.post(URL, {REMARK: "never", "export_ended": "at_once"}).status_code == 303
    assert chosen(client) == {REMARK: "never"}


def test_what_is_missing_or_unknown_is_refused_beside_its_field(cast, client_for):
    client = client_for(cast.sam)
    response = client.post(URL, {REMARK: "hourly", "export_ended": "daily"})
    assert response.status_code == 422
    page = parse(response)
    assert page.select_one("#id_remark_error") is not None
    assert page.select_one("input[name=export_ended][value=daily]").has_attr("checked")
    assert chosen(client)["export_ended"] == "never"


def test_what_is_no_longer_wanted_is_not_sent_any_more(cast, client_for, vehicle):
    tell(cast.sam, about=vehicle)
    assert entries_of(cast.sam)[0].email_due == EmailChoice.AT_ONCE
    client = client_for(cast.sam)
    client.post(URL, {**chosen(client), REMARK: "never"})
    assert entries_of(cast.sam)[0].email_due == EmailChoice.NEVER


def boxes(client):
    """Whether each kind is told in the application; those that always are have no box."""
    return {
        box["name"].removesuffix("-app"): box.has_attr("checked")
        for box in parse(client.get(URL)).select("main input[type=checkbox]")
    }


def test_what_one_does_not_want_in_the_application_is_told_by_email_alone(
    cast, client_for, vehicle, remark, monkeypatch, django_capture_on_commit_callbacks, mailoutbox
):
    client = client_for(cast.sam)
    assert REMARK not in boxes(client)  # its toast waits to be closed: somebody waits for it to be read
    monkeypatch.setitem(registry._kinds, REMARK, replace(REMARK_KIND, stays=False))
    assert boxes(client)[REMARK] is True
    tell(cast.sam, about=vehicle)
    client.post(URL, {**chosen(client), "export_ended-app": "on"})
    assert (boxes(client)[REMARK], boxes(client)["export_ended"]) == (False, True)
    with django_capture_on_commit_callbacks(execute=True):
        tell(cast.sam, cast.vera, about=vehicle, text="Le second")
    assert {mail.to[0] for mail in mailoutbox} == {cast.sam.email, cast.vera.email}
    page = client.get("/notifications/").text
    assert "Le second" not in page
    assert parse(client.get("/notifications/")).select_one("#bell")["data-unread"] == "1"
    assert "Le second" not in client.get("/notifications/dernieres/").text
    hidden = entries_of(cast.sam)[-1]
    assert client.get(f"/notifications/{hidden.pk}/apercu/").status_code == 404
    assert "Le second" in client_for(cast.vera).get("/notifications/").text


def test_what_is_wanted_nowhere_is_not_kept_and_what_waits_to_be_closed_cannot_be_put_away(
    cast, client_for, vehicle, monkeypatch
):
    client = client_for(cast.sam)
    client.post(URL, {**chosen(client), REMARK: "never"})
    tell(cast.sam, about=vehicle)
    assert len(entries_of(cast.sam)) == 1
    monkeypatch.setitem(registry._kinds, REMARK, replace(REMARK_KIND, stays=False))
    client.post(URL, {**chosen(client), REMARK: "never"})
    assert tell(cast.sam, about=vehicle) == []
    assert len(entries_of(cast.sam)) == 1


def test_all_read_leaves_what_is_only_to_be_sent(cast, client_for, vehicle, monkeypatch):
    monkeypatch.setitem(registry._kinds, REMARK, replace(REMARK_KIND, stays=False))
    client = client_for(cast.sam)
    client.post(URL, {**chosen(client), REMARK: "daily"})
    tell(cast.sam, about=vehicle)
    client.post("/notifications/tout-lire/")
    assert entries_of(cast.sam)[0].email_due == EmailChoice.DAILY


def test_my_account_leads_there(cast, client_for):
    for person in (cast.sam, cast.max):
        assert parse(client_for(person).get("/compte/")).select(f"main a[href='{URL}']")
