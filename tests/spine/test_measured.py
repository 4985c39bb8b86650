"""Every page is measured at a large size (`benchmarks/size.py`), or left out for a reason."""

import pytest
from django.test import Client

from benchmarks import addresses, crowd, delegated, place, receivers
from secretsapp.models import ApiKey, User
from tests.spine.doors import DOORS, READ, names_of_addresses
from tests.stage import engage


def test_every_address_is_asked_for_or_left_out_by_name_with_a_reason() -> None:
    asked = {str(pattern.name) for pattern in addresses.measured()}
    assert asked | set(addresses.LEFT_OUT) == names_of_addresses()
    assert all(addresses.LEFT_OUT.values())
    assert set(addresses.ASKED) <= asked


def test_what_shows_a_page_to_who_is_signed_in_is_not_left_out() -> None:
    pages = {door.name for door in DOORS if READ in door.allowed and door.read_answer == 200}
    asked = {str(pattern.name) for pattern in addresses.measured()}
    assert pages <= asked
    assert asked - pages == {"invitation"}


def signed_in(email: str) -> Client:
    client = Client()
    client.force_login(User.objects.get(email=email))
    return client


@pytest.mark.long
def test_each_of_them_shows_a_page_to_the_admin_or_to_who_has_most_grants(api_key: ApiKey) -> None:
    ApiKey.objects.filter(pk=api_key.pk).update(name=crowd.API_KEY)
    engage(place.EMAIL.partition("@")[0], admin=True)
    crowd.gather(3, 10)
    delegated.delegate(3, crowd.FIRST_ID)
    receivers.tell(3)
    clients = [signed_in(email) for email in (place.EMAIL, crowd.GRANTED)]
    pages = [each for each in addresses.of_pages(crowd.FIRST_ID) if "?" not in each[0]]
    closed = [
        name
        for name, address in pages
        if all(client.get(address).status_code != 200 for client in clients)
    ]
    assert closed == []
    assert len(pages) == len(addresses.measured())
