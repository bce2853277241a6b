"""What a newer version brings and cannot apply."""

from django.db import migrations


def fail(_apps: object, _schema_editor: object) -> None:
    raise RuntimeError("not today")


class Migration(migrations.Migration):
    dependencies = []
    operations = [migrations.RunPython(fail)]
