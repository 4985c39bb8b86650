"""The rows of the list of secrets, prepared: a template has only to write each of them down.

There are hundreds, so whatever is asked of one is asked here once, in plain Python.
"""

from collections.abc import Iterator, Mapping, Sequence, Set
from html import escape
from typing import TypedDict

from django.urls import reverse
from django.utils.safestring import SafeString

from secretsapp.core.hints import is_any_host
from secretsapp.core.input_rules import NEVER_SENDABLE
from secretsapp.core.value_gate import caution_of
from secretsapp.models import Universe
from secretsapp.secrets.arranging import Wanted, due_state, places, states_of
from secretsapp.secrets.secret_view import SecretView
from secretsapp.web.avatars import avatar
from secretsapp.web.due_words import CHIPS
from secretsapp.web.times import ago


class SecretRow(TypedDict):
    """What is in the row of a secret; `data` is what the scripts of the page know of it.

    `host` is its domain where there is nothing to know of that; otherwise `caution` is what to
    know. `who` is empty where it was changed outside Sealroom, and `owner` without one; beside
    these two stand their marks. It is a dictionary, in which a template looks a word up several
    times as fast as in anything else, and what belongs together is one text of it: each word that
    a template writes costs as much. What a template writes is escaped here, in a third of the time.
    """

    anchor: SafeString
    name: SafeString
    is_sendable: bool
    is_under_way: bool
    is_proposed: bool
    note: SafeString
    data: SafeString
    states: list[str]
    is_shown: bool
    has_remarks: bool
    is_open: bool
    is_missing: bool
    is_drifted: bool
    is_created_outside: bool
    due: SafeString
    host: SafeString
    is_any_domain: bool
    domain: SafeString
    caution: SafeString
    age: str
    who: SafeString
    who_mark: str
    owner: SafeString
    owner_mark: str


def rows_of(
    universe: Universe,
    views: Sequence[SecretView],
    wanted: Wanted,
    own_id: int | None,
    proposed: Set[str] = frozenset(),
) -> list[SecretRow]:
    """The rows of these secrets in their order; `own_id` is the account of the viewer.

    `proposed` has the names of those for which a proposal waits.
    """
    return list(_rows(universe, views, wanted, own_id, proposed))


def _rows(
    universe: Universe,
    views: Sequence[SecretView],
    wanted: Wanted,
    own_id: int | None,
    proposed: Set[str],
) -> Iterator[SecretRow]:
    page = _address(universe, "_").removesuffix("_/")
    for view, at in zip(views, places(list(views)), strict=True):
        secret, is_sendable, states = view.secret, view.is_sendable, states_of(view)
        is_shown, caution = wanted.shows(view), caution_of(secret.domain)
        domain = "" if secret.domain == NEVER_SENDABLE else secret.domain
        due = _markup(CHIPS.get(due_state(view), ""))
        link = f"{page}{secret.name}/" if is_sendable else _address(universe, secret.name)
        yield SecretRow(
            anchor=_markup(f'id="secret-{secret.pk}" href="{link}"'),
            name=_written(secret.name),
            is_sendable=is_sendable,
            is_under_way=view.is_under_way,
            is_proposed=secret.name in proposed,
            note=_written(view.note_line),
            data=_data(view, at, states, is_shown),
            states=states,
            is_shown=is_shown,
            has_remarks=bool(
                view.needs_attention or not is_sendable or secret.name in proposed or due
            ),
            is_open=view.is_open,
            is_missing=secret.missing_since is not None,
            is_drifted=secret.drifted_at is not None,
            is_created_outside=view.is_created_outside,
            due=due,
            host=_written("" if caution else domain),
            is_any_domain=is_any_host(secret.domain),
            domain=_written(domain),
            caution=_written(caution),
            age=_age(view),
            who=_written(_who(view, own_id)),
            who_mark=_mark_of(view),
            owner=_written(view.owner_name),
            owner_mark=avatar(secret.owner.email, secret.owner.name) if secret.owner else "",
        )


def _data(
    view: SecretView, at: Mapping[str, int], states: Sequence[str], is_shown: bool
) -> SafeString:
    """What it is searched by, its place by each column, its states, and what its menu offers.

    Of all that only the first is anyone's text, so only the first has to be escaped.
    """
    known = f'data-name="{at["name"]}" data-changed="{at["changed"]}" data-who="{at["who"]}"'
    found = f'data-owner="{at["owner"]}" data-states="{" ".join(states)}" data-may="{_may(view)}"'
    hidden = "" if is_shown else " hidden"
    return _markup(f'data-search="{_written(view.searched)}" {known} {found}{hidden}')


def _written(text: str) -> SafeString:
    return _markup(escape(text))


def _markup(text: str) -> SafeString:
    """What was written here, with whatever is anyone's text escaped: addresses are their own."""
    return SafeString(text)  # nosec B703


def _may(view: SecretView) -> str:
    """What its menu offers, as the ends of addresses."""
    if not view.is_sendable or view.secret.missing_since:
        return "details" * view.may_edit_details
    offered = {
        "rotate": view.may_rotate,
        "details": view.may_edit_details,
        "delete": view.may_delete,
    }
    return " ".join(word for word, is_offered in offered.items() if is_offered)


def _age(view: SecretView) -> str:
    """How long ago it was changed, if that is known: Roblox may not say."""
    if view.changed_at:
        return ago(view.changed_at)
    return "Not yet" if view.is_under_way else "Unknown"


def _who(view: SecretView, own_id: int | None) -> str:
    return "You" if view.changer_id == own_id is not None else view.changer_name


def _mark_of(view: SecretView) -> str:
    """The mark of the person who changed it last through Sealroom."""
    change = view.secret.last_change
    return avatar(change.actor_name, view.changer_name, change.actor_kind) if change else ""


def _address(universe: Universe, name: str) -> str:
    """The page of the secret; that of any documented name differs in the name alone."""
    return reverse("secret", args=[universe.pk, name])
