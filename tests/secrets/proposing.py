"""What the tests of proposals share: a protected Harbor, and proposals in it."""

from secretsapp.core.plaintext import Plaintext
from secretsapp.models import Proposal, Universe
from secretsapp.secrets import changes, proposals
from secretsapp.universes import protection
from tests.stage import STAGEHAND, Person

NEW = b"the new value, as it was typed\n"


def protect(universe: Universe) -> Universe:
    """Let the changes of the universe need two people."""
    protection.protect(STAGEHAND, universe)
    universe.refresh_from_db()
    return universe


def propose(who: Person, universe: Universe, kind: str = "rotate", **more: object) -> Proposal:
    """Let someone propose to rotate or delete PAY_KEY, or to create NEW_KEY."""
    passage = proposals.proposing(who.actor, "the old one leaked")
    what: dict[str, object] = {"actor": who.actor, "universe": universe, "passage": passage}
    if kind == "create":
        what |= {"name": "NEW_KEY", "value": Plaintext(NEW), "domain": "api.new.example"}
        change = changes.create(**what | more)  # type: ignore[arg-type]
    elif kind == "rotate":
        what |= {"name": "PAY_KEY", "value": Plaintext(NEW)}
        change = changes.rotate(**what | more)  # type: ignore[arg-type]
    else:
        change = changes.delete(**what | {"name": "PAY_KEY"} | more)  # type: ignore[arg-type]
    return stored(change.pk)


def stored(proposal: object) -> Proposal:
    """The proposal of that id, or that very one, as it is stored now."""
    rows = Proposal.objects.select_related("universe__api_key", "proposer", "decided_by")
    return rows.get(pk=getattr(proposal, "pk", proposal))
