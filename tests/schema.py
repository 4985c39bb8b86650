"""Write down what the migrations make, for `secretsapp/rules/schema`, on the engine that is asked.

python -m tests.schema
python -m tests.postgres python -m tests.schema
"""

import os
import tempfile
from pathlib import Path

import django

from tests import environment

DESCRIBE = """
import django
django.setup()
from django.db import connection
from secretsapp.rules import schema
print("\\n".join(sorted(schema.describe())))
"""


def main() -> None:
    """Describe a database that was just set up, and is thrown away."""
    environment.start_afresh()
    os.environ["DJANGO_SETTINGS_MODULE"] = "dashboard.settings"
    django.setup()
    from django.db import connection  # noqa: PLC0415 - it asks for the settings

    from secretsapp.rules import schema  # noqa: PLC0415
    from tests.installation import open_installation  # noqa: PLC0415

    with (
        tempfile.TemporaryDirectory() as directory,
        open_installation(Path(directory) / "data", "http://127.0.0.1:9") as made,
    ):
        path = Path(schema.__file__).with_name(f"{connection.vendor}.txt")
        path.write_text(made.execute_script(DESCRIBE, b""), "utf-8")
    print(f"Wrote {path}")


if __name__ == "__main__":
    main()
