"""The addresses of universes, their game servers and their secrets."""

from django.urls import path, register_converter

from secretsapp.web.converters import RowIdConverter, SecretNameConverter, UniverseIdConverter
from secretsapp.web.views import (
    advice,
    audit,
    audit_export,
    changes,
    comparison,
    effective,
    filling,
    generation,
    groups,
    outside,
    picking,
    proposals,
    proposing,
    publishing,
    roblox_values,
    secret_export,
    secrets,
    servers,
    several,
    universe_list,
    universe_settings,
    universes,
)
from secretsapp.web.views.proposing import by_protection

# All addresses are made of these, and this module is read first.
register_converter(UniverseIdConverter, "universe_id")
register_converter(RowIdConverter, "row_id")
register_converter(SecretNameConverter, "secret_name")

UNIVERSE = "universes/<universe_id:universe_id>/"
SECRET = f"{UNIVERSE}secrets/<secret_name:name>/"
RESTART = f"{UNIVERSE}servers/restarts/<uuid:restart_id>/"
PROPOSAL = "proposals/<uuid:proposal_id>/"

universe_addresses = [
    # Universes and their secrets.
    path("universes/", universe_list.universes, name="universes"),
    path("universes/new/", universe_settings.create, name="universe_create"),
    path("universes/new/games/", picking.pick, name="universes_pick"),
    path("universes/new/test/", universe_settings.test, name="universe_test"),
    path("compare/", comparison.page, name="compare"),
    path("compare/replace/", comparison.replace, name="compare_replace"),
    path("compare/not-needed/", comparison.not_needed, name="absences_accept"),
    path("compare/needed/", comparison.needed, name="absences_withdraw"),
    path("changed-outside/", outside.page, name="outside"),
    path("changed-outside/review/", outside.review, name="outside_review"),
    path("names-to-fill/", filling.page, name="names_to_fill"),
    path(UNIVERSE, universes.universe, name="universe"),
    path(f"{UNIVERSE}refresh/", universes.refresh, name="universe_refresh"),
    path(f"{UNIVERSE}activity/", audit.activity, name="universe_activity"),
    path(f"{UNIVERSE}activity/export/", audit_export.activity, name="universe_export"),
    path(f"{UNIVERSE}several/", several.page, name="secrets_several"),
    path(f"{UNIVERSE}several/details/", several.details, name="several_details"),
    path(f"{UNIVERSE}several/delete/", several.delete, name="several_delete"),
    path(f"{UNIVERSE}several/review/", several.review, name="several_review"),
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
    # The group that owns it.
    path(f"{UNIVERSE}group/", groups.page, name="group"),
    path(f"{UNIVERSE}group/read/", groups.read, name="group_read"),
    path(f"{UNIVERSE}group/review/", groups.review, name="group_review"),
    # Game servers.
    path(f"{UNIVERSE}servers/", servers.servers, name="servers"),
    path(f"{UNIVERSE}servers/restart/", servers.restart, name="servers_restart"),
    path(f"{UNIVERSE}servers/publish/", publishing.publish, name="servers_publish"),
    path(f"{UNIVERSE}servers/logs/", servers.logs, name="servers_logs"),
    path(f"{UNIVERSE}servers/key/", servers.key, name="servers_key"),
    path(RESTART, servers.progress, name="server_restart"),
    path(f"{RESTART}follow/", servers.follow, name="server_restart_follow"),
    path(f"{SECRET}servers/", servers.of_secret, name="secret_servers"),
    path("domain-advice/", advice.domain, name="domain_advice"),
    # Not among the secrets: one of them may be named `new`, and none has a hyphen.
    path(
        f"{UNIVERSE}new-secret/",
        by_protection(roblox_values.create, proposing.create),
        name="secret_create",
    ),
    path(f"{UNIVERSE}new-secret/value/", generation.for_new_secret, name="secret_create_value"),
    path(SECRET, secrets.secret, name="secret"),
    path(
        f"{SECRET}rotate/",
        by_protection(roblox_values.rotate, proposing.rotate),
        name="secret_rotate",
    ),
    path(f"{SECRET}rotate/value/", generation.for_rotation, name="secret_rotate_value"),
    path(f"{SECRET}delete/", by_protection(changes.delete, proposing.delete), name="secret_delete"),
    path(f"{SECRET}details/", secrets.details, name="secret_details"),
    path(f"{SECRET}access/", effective.of_secret, name="secret_access"),
    path(f"{SECRET}acknowledge/", secrets.acknowledge, name="secret_acknowledge"),
]
