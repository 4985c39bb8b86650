"""The addresses of the product, and what can be in their places."""

import re

from django.urls import path, register_converter

from secretsapp.core.input_rules import NAME_LIMIT, UNIVERSE_ID_LIMIT
from secretsapp.web.views import (
    access,
    accounts,
    advice,
    api_keys,
    audit,
    audit_export,
    changes,
    channels,
    checkpoints,
    confirmation,
    creation,
    effective,
    evidence,
    first_run,
    frame,
    generation,
    granting,
    health,
    help_pages,
    home,
    invitation,
    invitations,
    me,
    passkeys,
    passwords,
    people,
    proposals,
    proposing,
    requests,
    required_factors,
    reviews,
    saved_searches,
    search,
    second_factors,
    secret_export,
    secrets,
    single_sign_on,
    styleguide,
    teams,
    universe_list,
    universe_settings,
    universes,
    witnesses,
)
from secretsapp.web.views.proposing import by_protection


class UniverseIdConverter:
    """A universe id that the database can hold."""

    regex = r"[1-9][0-9]{0,18}"

    def to_python(self, text: str) -> int:
        """The id; a ValueError makes the address one that does not exist."""
        number = int(text)
        if number > UNIVERSE_ID_LIMIT:
            raise ValueError("A universe id has 64 bits.")
        return number

    def to_url(self, universe_id: int) -> str:
        """The id in digits."""
        return str(universe_id)


class RowIdConverter(UniverseIdConverter):
    """The id of a row of ours, which is as large as a universe id at most."""


class SecretNameConverter:
    """The name of a secret: itself, or `hex-` and its bytes where it is none Roblox documents.

    Roblox may list any name, such as `a/b` or `..`, and browsers and proxies would take those for
    another address, however they are escaped. No documented name has a hyphen, so none is both.
    """

    _PLAIN = rf"[A-Za-z0-9_]{{1,{NAME_LIMIT}}}"
    _BYTES_AT_MOST = 4 * NAME_LIMIT
    regex = rf"{_PLAIN}|hex-(?:[0-9a-f]{{2}}){{1,{_BYTES_AT_MOST}}}"

    def to_python(self, text: str) -> str:
        """The name; a ValueError makes the address one that does not exist, as each has one."""
        digits = text.removeprefix("hex-")
        if digits == text:
            return text
        name = bytes.fromhex(digits).decode()
        if len(name) > NAME_LIMIT or not name.isprintable() or self.to_url(name) != text:
            raise ValueError("No secret has such an address.")
        return name

    def to_url(self, name: str) -> str:
        """The name itself where it can be in an address."""
        return name if re.fullmatch(self._PLAIN, name) else f"hex-{name.encode().hex()}"


register_converter(UniverseIdConverter, "universe_id")
register_converter(RowIdConverter, "row_id")
register_converter(SecretNameConverter, "secret_name")

PROPOSAL = "proposals/<uuid:proposal_id>/"
UNIVERSE = "universes/<universe_id:universe_id>/"
SECRET = f"{UNIVERSE}secrets/<secret_name:name>/"
ACCESS = "access/"
ACCESS_OF_UNIVERSE = f"{UNIVERSE}access/"
PERSON = "people/<row_id:person_id>/"
PASSKEY = "me/passkeys/<row_id:passkey_id>/"
TEAM = "teams/<row_id:team_id>/"
INVITATION = "invitations/<row_id:invitation_id>/"
API_KEY = "api-keys/<uuid:api_key_id>/"
CHANNEL = "channels/<uuid:channel_id>/"
REQUEST = "requests/<uuid:request_id>/"
ENDING = "requests/ending/<row_id:grant_id>/"

urlpatterns = [
    # What machines ask.
    path("healthz", health.alive, name="healthz"),
    path("readyz", health.ready, name="readyz"),
    path("metrics", health.metrics, name="metrics"),
    # What people see.
    path("", home.home, name="home"),
    path("search/", search.search, name="search"),
    path("theme/", frame.theme, name="theme"),
    path("shortcuts/", frame.shortcuts, name="shortcuts"),
    path("styleguide/", styleguide.styleguide, name="styleguide"),
    # Ways in.
    path("sign-in/", accounts.sign_in, name="account_login"),
    path("sign-in/second-factor/", second_factors.sign_in, name="second_factor"),
    path("sign-in/passkey/", passkeys.sign_in_alone, name="passkey_sign_in"),
    path("sign-in/with/<slug:provider_id>/", single_sign_on.sign_in, name="sso_sign_in"),
    path("sign-in/with/<slug:provider_id>/back/", single_sign_on.back, name="sso_back"),
    path("sign-in/disabled/", accounts.disabled, name="account_inactive"),
    path("sign-out/", accounts.sign_out, name="account_logout"),
    path("welcome/", first_run.claim, name="first_run"),
    path("password/", passwords.set_by_code, name="password_set"),
    path("password/forgotten/", passwords.forgotten, name="password_forgotten"),
    path("invitation/", invitation.invitation, name="invitation"),
    path("invitation/accept/", invitation.accept, name="invitation_accept"),
    # Help.
    path("help/roles/", help_pages.roles, name="help_roles"),
    path("help/shortcuts/", help_pages.shortcuts, name="help_shortcuts"),
    path("help/changes/", help_pages.changes, name="help_changes"),
    # Oneself.
    path("me/", me.me, name="me"),
    path("me/access/", effective.own, name="me_access"),
    path("me/activity/", audit.own, name="me_activity"),
    path("me/password/", me.password, name="me_password"),
    path("me/authenticator-app/", second_factors.app, name="me_app"),
    path("me/authenticator-app/remove/", second_factors.remove_app, name="me_app_remove"),
    path("me/second-factor/", second_factors.choose, name="me_second_factor"),
    path("me/passkeys/new/", passkeys.add, name="me_passkey_add"),
    path(f"{PASSKEY}rename/", passkeys.rename, name="me_passkey_rename"),
    path(f"{PASSKEY}remove/", passkeys.remove, name="me_passkey_remove"),
    path("me/connect/<slug:provider_id>/", single_sign_on.connect, name="me_connect"),
    path("me/disconnect/<row_id:identity_id>/", single_sign_on.disconnect, name="me_disconnect"),
    path("me/recovery-codes/", second_factors.codes, name="me_recovery_codes"),
    path("me/session/", confirmation.check, name="session_check"),
    path("confirm/", confirmation.confirm, name="confirm"),
    path("confirm/with/<slug:provider_id>/", single_sign_on.confirm, name="confirm_with"),
    path("me/sessions/end/", me.end_session, name="session_end"),
    path("me/sessions/end-others/", me.end_other_sessions, name="sessions_end_others"),
    # The installation.
    path("audit/", audit.log, name="audit"),
    path("audit/events/<row_id:sequence>/", audit.event, name="event"),
    path("audit/evidence/", evidence.page, name="evidence"),
    path("audit/evidence/verify_evidence.py", evidence.verifier, name="evidence_verifier"),
    path("audit/checkpoints/", checkpoints.listing, name="checkpoints"),
    path("audit/checkpoints/make/", checkpoints.make, name="checkpoint_make"),
    path("audit/checkpoints/witnesses/add/", witnesses.add, name="witness_add"),
    path("audit/checkpoints/witnesses/<row_id:witness_id>/", witnesses.edit, name="witness_edit"),
    path(
        "audit/checkpoints/witnesses/<row_id:witness_id>/try/",
        witnesses.try_again,
        name="witness_try",
    ),
    path(
        "audit/checkpoints/witnesses/<row_id:witness_id>/remove/",
        witnesses.remove,
        name="witness_remove",
    ),
    path("audit/checkpoint", checkpoints.newest, name="checkpoint"),
    path("audit/searches/", saved_searches.searches, name="audit_searches"),
    path("audit/export/", audit_export.log, name="audit_export"),
    path("audit/export/running/", audit_export.running, name="exports_running"),
    path("guide/", universe_settings.guide, name="guide"),
    path("people/", people.people, name="people"),
    path("people/new/", people.create, name="person_create"),
    path("people/invite/", invitations.invite, name="invite"),
    path("people/invitations/", invitations.sent, name="invitations"),
    path("invitations/links/", invitations.links, name="invitation_links"),
    path(f"{INVITATION}again/", invitations.send_again, name="invitation_again"),
    path(f"{INVITATION}revoke/", invitations.revoke, name="invitation_revoke"),
    path("people/second-factors/", required_factors.rules, name="required_factors"),
    path("people/second-factors/stop/", required_factors.stop, name="required_factors_stop"),
    path(PERSON, people.person, name="person"),
    path(f"{PERSON}access/", effective.of_person, name="person_access"),
    path(f"{PERSON}access/new/", granting.to_person, name="person_give"),
    path(f"{PERSON}password-link/", people.make_link, name="person_link"),
    path(f"{PERSON}disable/", people.disable, name="person_disable"),
    path(f"{PERSON}second-factors/reset/", second_factors.reset, name="person_factors_reset"),
    path(
        f"{PERSON}single-sign-on/disconnect/",
        single_sign_on.disconnect_person,
        name="person_disconnect",
    ),
    path(f"{PERSON}sessions/end/", people.end_sessions, name="person_sessions_end"),
    path(f"{PERSON}enable/", people.enable, name="person_enable"),
    path("teams/", teams.teams, name="teams"),
    path("teams/new/", teams.create, name="team_create"),
    path(TEAM, teams.team, name="team"),
    path(f"{TEAM}edit/", teams.edit, name="team_edit"),
    path(f"{TEAM}people/", teams.add_people, name="team_people"),
    path(f"{TEAM}people/<row_id:person_id>/", teams.remove_person, name="team_person_remove"),
    path(f"{TEAM}leave/", teams.leave, name="team_leave"),
    path(f"{TEAM}delete/", teams.delete, name="team_delete"),
    path("api-keys/", api_keys.api_keys, name="api_keys"),
    path("api-keys/new/", api_keys.create, name="api_key_create"),
    path(API_KEY, api_keys.api_key, name="api_key"),
    path(f"{API_KEY}edit/", api_keys.edit, name="api_key_edit"),
    path(f"{API_KEY}replace/", api_keys.replace, name="api_key_replace"),
    path(f"{API_KEY}test/", api_keys.test, name="api_key_test"),
    path(f"{API_KEY}remove/", api_keys.remove, name="api_key_remove"),
    path("channels/", channels.channels, name="channels"),
    path("channels/new/", channels.choose, name="channel_choose"),
    path("channels/new/<slug:kind>/", channels.create, name="channel_create"),
    path(CHANNEL, channels.channel, name="channel"),
    path(f"{CHANNEL}edit/", channels.edit, name="channel_edit"),
    path(f"{CHANNEL}test/", channels.test, name="channel_test"),
    path(f"{CHANNEL}decide/", channels.decide, name="channel_decide"),
    path(f"{CHANNEL}remove/", channels.remove, name="channel_remove"),
    # Who may do what: in all universes, or in one.
    path(ACCESS, access.access, name="access_everywhere"),
    path(f"{ACCESS}new/", granting.everywhere, name="access_everywhere_give"),
    path(f"{ACCESS}several/", granting.somewhere, name="access_several"),
    path(f"{ACCESS}reach/", access.typed_reach, name="access_everywhere_reach"),
    path(f"{ACCESS}<row_id:grant_id>/", access.change, name="access_everywhere_change"),
    path(f"{ACCESS}<row_id:grant_id>/revoke/", access.revoke, name="access_everywhere_revoke"),
    path(ACCESS_OF_UNIVERSE, access.access, name="access"),
    path(f"{ACCESS_OF_UNIVERSE}invite/", invitations.invite_here, name="access_invite"),
    path(f"{ACCESS_OF_UNIVERSE}invitations/", invitations.sent_here, name="access_invitations"),
    path(f"{ACCESS_OF_UNIVERSE}new/", access.give, name="access_give"),
    path(f"{ACCESS_OF_UNIVERSE}reach/", access.typed_reach, name="access_reach"),
    path(f"{ACCESS_OF_UNIVERSE}<row_id:grant_id>/", access.change, name="access_change"),
    path(f"{ACCESS_OF_UNIVERSE}<row_id:grant_id>/revoke/", access.revoke, name="access_revoke"),
    # Reviews of access.
    path("reviews/", reviews.reviews_list, name="reviews"),
    path("reviews/new/", reviews.start, name="review_start"),
    path("reviews/<row_id:review_id>/", reviews.review, name="review"),
    path("reviews/<row_id:review_id>/stop/", reviews.stop, name="review_stop"),
    # Requests for access, and access that ends soon.
    path("requests/", requests.all_requests, name="requests"),
    path(f"{UNIVERSE}requests/new/", requests.create, name="request_new"),
    path(REQUEST, requests.one, name="request"),
    path(f"{REQUEST}approve/", requests.approve, name="request_approve"),
    path(f"{REQUEST}decline/", requests.decline, name="request_decline"),
    path(f"{REQUEST}withdraw/", requests.withdraw, name="request_withdraw"),
    path(f"{ENDING}ask/", requests.create_renewal, name="renewal_ask"),
    path(f"{ENDING}keep/", requests.keep, name="renewal_keep"),
    path(f"{ENDING}end/", requests.let_end, name="renewal_end"),
    # Universes and their secrets.
    path("universes/", universe_list.universes, name="universes"),
    path("universes/new/", universe_settings.create, name="universe_create"),
    path("universes/new/test/", universe_settings.test, name="universe_test"),
    path(UNIVERSE, universes.universe, name="universe"),
    path(f"{UNIVERSE}refresh/", universes.refresh, name="universe_refresh"),
    path(f"{UNIVERSE}activity/", audit.activity, name="universe_activity"),
    path(f"{UNIVERSE}activity/export/", audit_export.activity, name="universe_export"),
    path(f"{UNIVERSE}export/", secret_export.page, name="secrets_export"),
    path(f"{UNIVERSE}open-changes/", universes.open_changes, name="universe_open_changes"),
    path(f"{UNIVERSE}pin/", universe_list.pin, name="universe_pin"),
    path(f"{UNIVERSE}settings/", universe_settings.edit, name="universe_settings"),
    path(f"{UNIVERSE}remove/", universe_settings.remove, name="universe_remove"),
    path(f"{UNIVERSE}protection/", proposals.protect, name="universe_protection"),
    path(f"{UNIVERSE}proposals/", proposals.universe, name="proposals"),
    path(f"{UNIVERSE}proposals/approve/", proposals.approve_several, name="proposals_approve"),
    path("proposals/", proposals.waiting_for, name="proposals_waiting"),
    path("proposals/approve/", proposals.approve_several, name="proposals_waiting_approve"),
    path(PROPOSAL, proposals.proposal, name="proposal"),
    path(f"{PROPOSAL}decide/", proposals.decide, name="proposal_decide"),
    path("domain-advice/", advice.domain, name="domain_advice"),
    # Not among the secrets: one of them may be named `new`, and none has a hyphen.
    path(
        f"{UNIVERSE}new-secret/",
        by_protection(creation.create, proposing.create),
        name="secret_create",
    ),
    path(f"{UNIVERSE}new-secret/value/", generation.for_new_secret, name="secret_create_value"),
    path(SECRET, secrets.secret, name="secret"),
    path(f"{SECRET}rotate/", by_protection(changes.rotate, proposing.rotate), name="secret_rotate"),
    path(f"{SECRET}rotate/value/", generation.for_rotation, name="secret_rotate_value"),
    path(f"{SECRET}delete/", by_protection(changes.delete, proposing.delete), name="secret_delete"),
    path(f"{SECRET}details/", secrets.details, name="secret_details"),
    path(f"{SECRET}access/", effective.of_secret, name="secret_access"),
    path(f"{SECRET}acknowledge/", secrets.acknowledge, name="secret_acknowledge"),
]
