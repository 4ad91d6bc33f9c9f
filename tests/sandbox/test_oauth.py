"""Signing in: the page, codes, token pairs, refreshing, and what becomes of tokens."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from tests.sandbox.support import CALLBACK, Application, Client, HandClock
from tradegecko_bridge.sandbox import Sandbox


def refused(answer: httpx.Response) -> str:
    """The error code of a refusal of the token endpoint, which is always 401 with a text."""
    assert answer.status_code == 401, answer.text
    assert list(answer.json()) == ["error", "error_description"]
    assert answer.json()["error_description"] in answer.headers["WWW-Authenticate"]
    return str(answer.json()["error"])


def test_the_whole_way_in(app: Application) -> None:
    """A person allows the application in a browser; the code becomes a pair that acts as that person."""
    page = app.ask(state='a"b&c')
    assert page.status_code == 200
    assert "Demo application" in page.text
    assert 'type="password"' in page.text
    back = app.decide(page, state='a"b&c')
    target = urlsplit(back.headers["Location"])
    assert back.status_code == 302
    assert back.headers["Location"].startswith(CALLBACK)
    fields = parse_qs(target.query)
    assert fields["state"] == ['a"b&c']
    answer = app.token(grant_type="authorization_code", redirect_uri=CALLBACK, code=fields["code"][0])
    pair = answer.json()
    assert answer.headers["Cache-Control"] == "no-store"
    assert list(pair) == ["access_token", "token_type", "expires_in", "refresh_token", "scope", "created_at"]
    assert re.fullmatch("[0-9a-f]{64}", pair["access_token"])
    assert (pair["token_type"], pair["expires_in"], pair["scope"]) == ("bearer", 7200, "public")
    assert type(pair["created_at"]) is int
    assert app.call(pair) == (200, "")


def test_the_page_escapes_what_it_was_sent(app: Application) -> None:
    """State and e-mail cannot break out of the form."""
    page = app.ask(state='"><script>')
    assert "<script>" not in page.text
    again = app.decide(page, email='"><script>', password="wrong")
    assert "<script>" not in again.text


def test_denying_and_wrong_passwords(app: Application) -> None:
    """Deny sends access_denied back with the state; a wrong password shows the form again."""
    page = app.ask(state="s")
    fields = parse_qs(urlsplit(app.decide(page, "deny").headers["Location"]).query)
    assert (fields["error"], fields["state"]) == (["access_denied"], ["s"])
    again = app.decide(page, password="wrong")
    assert again.status_code == 401
    assert "Invalid email or password" in again.text
    assert 'name="state" value="s"' in again.text


@pytest.mark.parametrize(
    "fields",
    [
        {"client_id": "nobody"}, {"client_id": ""}, {"redirect_uri": ""}, {"redirect_uri": "https://evil.example/"},
        {"redirect_uri": "http://127.0.0.1.evil.example/"}, {"redirect_uri": "http://127.0.0.1@evil.example/"},
        {"redirect_uri": "http://127.0.0.1:80#x"}, {"redirect_uri": "http://127.0.0.1:99999/"},
        {"redirect_uri": "https://127.0.0.1/"}, {"redirect_uri": "http://127.0.0.1/\r\nX: y"},
        {"redirect_uri": "javascript:alert(1)"}, {"redirect_uri": "http://127.0.0.1:0/"},
        {"redirect_uri": "http://127.0.0.1:1/\u65e5"}, {"redirect_uri": "http://127.0.0.1:1/\x7f"},
    ],
)  # fmt: skip
def test_nobody_is_sent_to_an_unknown_place(app: Application, fields: dict[str, Any]) -> None:
    """Unknown clients and redirect URIs get an error page, from the form as well, never a redirect."""
    page = app.ask(**fields)
    assert (page.status_code, "Location" in page.headers) == (400, False)
    assert "An error has occurred" in page.text
    assert app.decide(app.ask(), **fields).status_code == 400


@pytest.mark.parametrize(
    ("fields", "error"),
    [
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"response_type": ""}, "invalid_request"),
        ({"scope": "admin"}, "invalid_scope"),
    ],
)
def test_other_mistakes_go_back_to_the_application(app: Application, fields: dict[str, str], error: str) -> None:
    """With a known redirect URI the application is told what is wrong; its own query is kept."""
    answer = app.ask(redirect_uri=CALLBACK + "?a=1", **fields)
    assert parse_qs(urlsplit(answer.headers["Location"]).query)["error"] == [error]
    assert "a=1" in answer.headers["Location"]


def test_a_code_works_once_for_ten_minutes_and_one_redirect_uri(app: Application, clock: HandClock) -> None:
    """Used, old and foreign codes are invalid_grant; a wrong redirect URI does not use the code up."""
    grant = {"grant_type": "authorization_code", "redirect_uri": CALLBACK}
    code = app.code()
    assert refused(app.token(**{**grant, "redirect_uri": CALLBACK + "/x"}, code=code)) == "invalid_grant"
    assert app.token(**grant, code=code).status_code == 200
    assert refused(app.token(**grant, code=code)) == "invalid_grant"
    late = app.code()
    clock.forward(seconds=600)
    assert refused(app.token(**grant, code=late)) == "invalid_grant"
    assert refused(app.token(grant_type="authorization_code", code=app.code())) == "invalid_request"


def test_forms_trailing_slashes_and_basic_authentication(app: Application) -> None:
    """The token endpoint takes a form as well as JSON, a slash at the end, and HTTP Basic."""
    grant = {"grant_type": "authorization_code", "redirect_uri": CALLBACK}
    answer = app.http.post("/oauth/token/", data={**app.keys, **grant, "code": app.code()})
    assert answer.status_code == 200
    basic = (app.keys["client_id"], app.keys["client_secret"])
    assert app.http.post("/oauth/token", data={**grant, "code": app.code()}, auth=basic).status_code == 200
    assert app.http.get("/oauth/token").status_code == 404
    assert app.http.post("/oauth/token", content=b"{", headers={"Content-Type": "application/json"}).status_code == 400


@pytest.mark.parametrize(
    ("fields", "error"),
    [
        ({}, "invalid_request"),
        ({"grant_type": "client_credentials"}, "unsupported_grant_type"),
        ({"grant_type": "refresh_token", "client_id": "x"}, "invalid_client"),
        ({"grant_type": "refresh_token", "client_secret": "x"}, "invalid_client"),
        ({"grant_type": "refresh_token", "client_secret": ""}, "invalid_client"),
        ({"grant_type": "refresh_token"}, "invalid_request"),
        ({"grant_type": "refresh_token", "refresh_token": "x"}, "invalid_grant"),
        ({"grant_type": "password", "username": "dana@demo.example", "password": "x"}, "invalid_grant"),
        ({"grant_type": "authorization_code", "code": "x", "redirect_uri": CALLBACK}, "invalid_grant"),
    ],
)
def test_errors_of_the_token_endpoint(app: Application, fields: dict[str, str], error: str) -> None:
    """Every error is 401 with error and error_description."""
    assert refused(app.token(**fields)) == error


def test_the_errors_of_the_first_years(app: Application) -> None:
    """The switch gives a spent refresh token the documented invalid_request, and its own word to bad passwords."""
    app.sandbox.set_switch("legacy_oauth_errors", True)
    pair = app.pair()
    app.refresh(pair)
    spent = app.token(grant_type="refresh_token", refresh_token=pair["refresh_token"])
    assert refused(spent) == "invalid_request"
    assert spent.json()["error_description"].startswith("The request is missing a required parameter")
    wrong = app.token(grant_type="password", username="x", password="y")
    assert refused(wrong) == "invalid_resource_owner"


def test_a_password_grant_is_for_the_application_s_own_account(app: Application) -> None:
    """E-mail and password give a pair only where the application was made; a switch takes the grant away."""
    user = app.sandbox.users[0]
    grant = {"grant_type": "password", "username": user.email.upper(), "password": user.password}
    assert app.token(**grant).status_code == 200
    state = app.sandbox.instance.context.state
    with state.transaction():
        state.update("applications", state["applications"].rows[1], {"account_id": 2})
    assert refused(app.token(**grant)) == "invalid_grant"
    app.sandbox.set_switch("password_grant", False)
    assert refused(app.token(**grant)) == "unsupported_grant_type"


def test_signing_in_is_remembered(app: Application, api: Client, clock: HandClock) -> None:
    """By page or by password, of that user only; a wrong password, a refresh and a request are none."""

    def last() -> list[str | None]:
        return [user["last_sign_in_at"] for user in api.get("/users", order="id asc")["users"][:2]]

    changed = [user["updated_at"] for user in api.get("/users")["users"]]
    assert last() == [None, None]
    app.decide(app.ask(), password="wrong")
    assert last() == [None, None]
    pair = app.pair(who=1)
    first = last()[1]
    assert first is not None
    assert last() == [None, first]
    clock.forward(seconds=60)
    app.refresh(pair)
    grant = {"grant_type": "password", "username": app.sandbox.users[0].email}
    assert app.token(**grant, password="wrong").status_code == 401
    assert last() == [None, first]
    assert app.token(**grant, password=app.sandbox.users[0].password).status_code == 200
    second, same = last()
    assert (same, second is not None and second > first) == (first, True)
    assert [user["updated_at"] for user in api.get("/users")["users"]] == changed


def test_refreshing_rotates_and_ends_the_old_token_at_once(app: Application) -> None:
    """The new pair is all new; the old access token was revoked, the old refresh token is spent."""
    old = app.pair()
    new = app.refresh(old)
    assert not {old["access_token"], old["refresh_token"]} & {new["access_token"], new["refresh_token"]}
    assert app.call(old) == (401, "The access token was revoked")
    assert app.call(new) == (200, "")
    assert refused(app.token(grant_type="refresh_token", refresh_token=old["refresh_token"])) == "invalid_grant"


def test_refreshing_can_wait_for_the_first_use(app: Application) -> None:
    """With the switch the old pair lives until the new access token is used, so a lost answer does no harm."""
    app.sandbox.set_switch("refresh_revokes_on_first_use", True)
    old = app.pair()
    app.refresh(old)
    new = app.refresh(old)
    assert app.call(old) == (200, "")
    assert app.call(new) == (200, "")
    assert app.call(old) == (401, "The access token was revoked")
    assert refused(app.token(grant_type="refresh_token", refresh_token=old["refresh_token"])) == "invalid_grant"


def test_a_lost_answer_to_a_refresh_has_spent_the_token(app: Application) -> None:
    """Dropped after the commit the old pair is dead; dropped before it, it still refreshes."""
    pair = app.pair()
    app.sandbox.fault("POST", "/oauth/token", "drop_before_commit")
    with pytest.raises(httpx.RemoteProtocolError):
        app.refresh(pair)
    pair = app.refresh(pair)
    app.sandbox.fault("POST", "/oauth/token", "drop_after_commit")
    with pytest.raises(httpx.RemoteProtocolError):
        app.refresh(pair)
    assert refused(app.token(grant_type="refresh_token", refresh_token=pair["refresh_token"])) == "invalid_grant"


def test_signing_in_twice_shares_one_pair_until_someone_refreshes(app: Application, clock: HandClock) -> None:
    """The same user gets the same unexpired pair; the first refresh ends it for the other connection."""
    first = app.pair()
    clock.forward(minutes=20)
    second = app.pair()
    assert second["access_token"] == first["access_token"]
    assert 5990 <= second["expires_in"] <= 6000
    app.refresh(first)
    assert app.call(second) == (401, "The access token was revoked")
    assert refused(app.token(grant_type="refresh_token", refresh_token=second["refresh_token"])) == "invalid_grant"
    assert app.pair(who=1)["access_token"] != app.pair()["access_token"]
    app.sandbox.set_switch("reuse_access_token", False)
    assert app.pair()["access_token"] != app.pair()["access_token"]


def test_tokens_expire_and_are_ended_on_demand(app: Application, clock: HandClock) -> None:
    """After 7200 s, or when told so, a token expired and refreshes; revoked ones are dead with their pair."""
    pair = app.pair()
    clock.forward(seconds=7199)
    assert app.call(pair)[0] == 200
    clock.forward(seconds=1)
    assert app.call(pair) == (401, "The access token expired")
    pair = app.refresh(pair)
    assert app.sandbox.expire_tokens() >= 1
    assert app.call(pair) == (401, "The access token expired")
    pair = app.refresh(pair)
    assert app.sandbox.revoke_tokens(pair["access_token"]) == 1
    assert app.call(pair) == (401, "The access token was revoked")
    assert refused(app.token(grant_type="refresh_token", refresh_token=pair["refresh_token"])) == "invalid_grant"
    assert app.call({"access_token": "0" * 64}) == (401, "The access token is invalid")
    assert app.call({"access_token": app.sandbox.access_token}) == (200, "")


def test_an_application_gives_its_tokens_back(app: Application) -> None:
    """/oauth/revoke ends the pair of an access or a refresh token, is always 200, and needs the right client."""
    for name in ("access_token", "refresh_token"):
        pair = app.pair()
        assert app.http.post("/oauth/revoke", data={"token": pair[name]}).json() == {}
        assert app.call(pair)[0] == 200
        assert app.http.post("/oauth/revoke", data={**app.keys, "token": pair[name]}).json() == {}
        assert app.call(pair) == (401, "The access token was revoked")


def test_tokens_also_travel_in_the_query(app: Application) -> None:
    """access_token and bearer_token in the query are taken where there is no header, and never logged."""
    token = app.sandbox.access_token
    for name in ("access_token", "bearer_token"):
        assert app.http.get("/users/current", params={name: token}).status_code == 200
    assert app.http.get("/users/current").json()["message"] == "The access token is invalid"
    app.ask(code="secret-code")
    assert token not in str(app.sandbox.requests())
    assert "secret-code" not in str(app.sandbox.requests())


def test_a_deleted_login_is_not_found(app: Application, api: Client) -> None:
    """Tokens of a deleted user answer 404 about the login, as a user reported, and nobody signs in as them."""
    pair, second = app.pair(who=1), app.sandbox.users[1]
    key = next(row["id"] for row in api.get("/users")["users"] if row["email"] == second.email)
    assert api("DELETE", f"/users/{key}").status_code == 204
    assert app.call(pair) == (404, "Couldn't find Login with 'id'=2")
    assert app.decide(app.ask(), email=second.email, password=second.password).status_code == 401


def test_a_state_file_of_an_earlier_release_lets_people_in(tmp_path: Any) -> None:
    """A file without passwords and client ids is completed when it is opened."""
    with Sandbox(state=tmp_path / "state", seed="empty") as sandbox:
        state = sandbox.instance.context.state
        with sandbox.instance.lock, state.transaction():
            state.update("applications", state["applications"].rows[1], {"client_id": None, "client_secret": None})
            state.update("users", state["users"].rows[1], {"password": None})
    with Sandbox(state=tmp_path / "state") as sandbox:
        app = Application(sandbox)
        assert app.call(app.pair()) == (200, "")
        app.http.close()


def test_tokens_survive_a_restart(tmp_path: Any) -> None:
    """Pairs, and what was revoked, are in the state file."""
    with Sandbox(state=tmp_path / "state") as sandbox:
        app = Application(sandbox)
        old = app.pair()
        new = app.refresh(old)
        app.http.close()
    with Sandbox(state=tmp_path / "state") as sandbox:
        app = Application(sandbox)
        assert (app.call(old)[0], app.call(new)[0]) == (401, 200)
        assert app.refresh(new)["expires_in"] == 7200
        app.http.close()
