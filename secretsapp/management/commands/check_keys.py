"""`manage.py check_keys`: what is wrong with each stored API key, tried on Roblox itself."""

from typing import Any

from django.core.management.base import CommandError

from secretsapp.api_keys import key_listing, stored_keys
from secretsapp.api_keys.key_health import Finding
from secretsapp.api_keys.key_listing import KeyView
from secretsapp.core.actor import Actor
from secretsapp.management.base import ActingCommand
from secretsapp.management.output import Report, exact_time


class Command(ActingCommand):
    """Checks every API key."""

    help = (
        "Test every stored API key on every universe that uses it, and say what is wrong with each "
        "and what to do at Roblox. `manage.py work` does so once a day."
    )

    def act(self, actor: Actor, options: dict[str, Any]) -> Report:
        """Try each; one that doesn't work is a failure of the command."""
        for api_key in key_listing.visible(actor):
            stored_keys.test(actor, api_key)
        views = [key_listing.view(actor, each.pk) for each in key_listing.visible(actor)]
        report = Report(
            lines=[line for view in views for line in _lines(view)] or ["No API keys."],
            data={"api_keys": [_data(view) for view in views]},
        )
        failing = [view.api_key.name for view in views if view.has_passed is False]
        if not failing:
            return report
        self._say(report, as_json=options["as_json"])
        raise CommandError(f"{len(failing)} of {len(views)} API keys failed: {', '.join(failing)}.")


def _lines(view: KeyView) -> list[str]:
    result = view.api_key.check_result
    found = [f"  {finding.sentence} {finding.cure}" for finding in view.findings]
    return [f"{view.api_key.name}: {result}. {view.end.sentence}".replace("..", "."), *found]


def _data(view: KeyView) -> dict[str, Any]:
    return {
        "api_key": view.api_key.name,
        "result": view.api_key.check_result,
        "ends_at": exact_time(view.api_key.ends_at),
        "is_oauth": view.api_key.is_oauth,
        "is_lost": view.is_lost,
        "account": view.hint.account if view.hint else "",
        "findings": [_finding(each) for each in view.findings],
    }


def _finding(finding: Finding) -> dict[str, Any]:
    return {
        "kind": finding.kind.value,
        "sentence": finding.sentence,
        "to_do": finding.cure,
        "known_at": exact_time(finding.known_at),
    }
