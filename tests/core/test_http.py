"""What views promise about reading and writing, and where one may be sent back to."""

import pytest
from django.http import HttpResponse
from django.test import RequestFactory

from openflex.core.errors import Refused
from openflex.core.http import RefusalMiddleware, WriteInReadOnlyView, public, read_only, safe_next, writes
from settings_admin.models import AccessLog, User
from settings_admin.records.services import record_seen
from settings_admin.scoping import unscoped

GET, POST = RequestFactory().get("/"), RequestFactory().post("/")


def write(request):
    User.objects.filter(pk=0).update(first_name="x")
    return HttpResponse("written")


def read(request):
    User.objects.filter(pk=0).exists()
    return HttpResponse("read")


@pytest.mark.django_db
def test_a_page_that_writes_while_it_is_read_raises():
    with pytest.raises(WriteInReadOnlyView, match="UPDATE"):
        read_only(write)(GET)
    with pytest.raises(WriteInReadOnlyView):
        writes("GET", "POST")(write)(GET)


@pytest.mark.django_db
@pytest.mark.parametrize("request_", [GET, RequestFactory().head("/")])
def test_reading_is_allowed(request_):
    assert read_only(read)(request_).content == b"read"
    assert writes("GET", "POST")(read)(request_).content == b"read"


@pytest.mark.django_db
def test_a_post_may_write():
    assert writes("POST")(write)(POST).content == b"written"


@pytest.mark.django_db
def test_the_access_log_is_the_one_table_a_reading_page_appends_to(cast):
    def look(request):
        record_seen(user=cast.vera, kind="seen")
        return HttpResponse()

    with unscoped("nobody's request"):
        assert read_only(look)(GET).status_code == 200
        assert AccessLog.objects.filter(kind="seen").count() == 1


@pytest.mark.django_db
def test_a_locked_read_in_a_reading_page_is_still_a_read(cast):
    def lock(request):
        list(User.objects.select_for_update().filter(pk=0))
        return HttpResponse()

    assert read_only(lock)(GET).status_code == 200


@pytest.mark.parametrize(
    ("view", "request_", "allowed"),
    [
        (read_only(read), POST, "GET"),
        (writes("POST")(read), GET, "POST"),
        (writes("GET", "POST")(read), RequestFactory().delete("/"), "GET, POST"),
        (writes("POST")(read), RequestFactory().head("/"), "POST"),
    ],
)
def test_another_method_is_not_allowed(view, request_, allowed):
    response = view(request_)
    assert (response.status_code, response["Allow"]) == (405, allowed)


READS = {"Accept": "text/html,application/xhtml+xml"}


@pytest.mark.parametrize(
    ("path", "page"),
    [
        ("/vehicules/7/prix/", "/vehicules/7/"),
        ("/cotations/7/cote/", "/cotations/7/"),
        ("/cotations/fournisseur/7/identifiants/retirer/", "/cotations/fournisseur/7/"),
        ("/cotations/identifier/", "/cotations/"),
        ("/perimetre/", "/"),
    ],
)
def test_who_comes_to_read_where_one_only_writes_is_led_to_the_page_above(rf, path, page):
    response = writes("POST")(read)(rf.get(path, headers=READS))
    assert (response.status_code, response["Location"]) == (303, page)
    assert writes("POST")(read)(rf.get(path, headers=READS | {"HX-Request": "true"})).status_code == 405


def test_a_public_view_says_so():
    assert public(lambda request: None).declared_right == "public"


@pytest.mark.parametrize("target", ["/vehicules/", "/vehicules/?q=a&sort=model", "/", "/é"])
def test_one_comes_back_to_an_address_of_ours(target):
    assert safe_next(RequestFactory().post("/", {"next": target}), default="/default") == target


@pytest.mark.parametrize(
    "target",
    ["", "https://evil.test/", "//evil.test", "///evil.test", "javascript:alert(1)", "\\\\evil.test", "/\\evil.test",
     "vehicules", "http:///evil", " //evil.test", "data:text/html,x", "https:evil.test", "/\t/evil.test", "\x00/a"],
)  # fmt: skip
def test_one_is_never_sent_to_an_address_of_others(target):
    assert safe_next(RequestFactory().post("/", {"next": target}), default="/default") == "/default"
    assert safe_next(RequestFactory().get("/", {"next": target}), default="/default") == "/default"


def test_a_refusal_nobody_showed_becomes_a_page_and_a_defect_stays_one(rf):
    middleware = RefusalMiddleware(lambda request: HttpResponse())
    response = middleware.process_exception(rf.get("/"), Refused("held", "Ce véhicule est réservé."))
    assert response.status_code == 409
    assert "Ce véhicule est réservé." in response.text
    assert middleware.process_exception(rf.get("/"), ValueError("x")) is None


def test_the_name_is_not_offered_to_the_list_of_the_browsers_unless_asked(client):
    policy = client.get("/healthz", secure=True)["Strict-Transport-Security"]
    assert "max-age=31536000" in policy
    assert "preload" not in policy
