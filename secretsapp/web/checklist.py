"""What is to be done one after the other, with what is done already: `parts/_checklist.html`."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Step:
    """One thing to do; `address` is the page on which it is done, if that is open to them."""

    words: str
    is_done: bool = False
    address: str = ""
