"""Write down what the migrations make, for `secretsapp/rules/schema`, on the engine that is asked.

python -m tests.schema
python -m tests.postgres python -m tests.schema
"""

import os
from pathlib import Path

import django

from tests import environment


def main() -> None:
    """Describe a database of migrations, guards and search alone, which is thrown away.

    Set-up would refuse it: what is written down is still that of the migrations before.
    """
    environment.start_afresh()
    os.environ["DJANGO_SETTINGS_MODULE"] = "dashboard.settings"
    django.setup()
    from django.db import connection  # noqa: PLC0415 - it asks for the settings

    from secretsapp.rules import schema, search_index, triggers  # noqa: PLC0415

    name = connection.settings_dict["NAME"]
    connection.creation.create_test_db(verbosity=0, serialize=False)
    try:
        triggers.install()
        search_index.install()
        lines = sorted(schema.describe())
    finally:
        connection.creation.destroy_test_db(name, verbosity=0)
    path = Path(schema.__file__).with_name(f"{connection.vendor}.txt")
    path.write_text("\n".join(lines) + "\n", "utf-8")
    print(f"Wrote {path}")


if __name__ == "__main__":
    main()
