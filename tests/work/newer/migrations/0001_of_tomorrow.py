"""What a newer version brings: a table of a room that has none today, which refers to one that has."""

from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [migrations.swappable_dependency(settings.AUTH_USER_MODEL)]
    operations = [
        migrations.CreateModel(
            "Tomorrow",
            [
                ("id", models.BigAutoField(primary_key=True)),
                ("by", models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL)),
            ],
        )
    ]
