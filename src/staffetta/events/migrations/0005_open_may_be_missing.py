from django.db import migrations, models


class Migration(migrations.Migration):
    """Processes of the former version, still running, write rows without it."""

    dependencies = [("events", "0004_open_conversations")]

    operations = [
        migrations.AlterField(
            model_name="readmark",
            name="open",
            field=models.JSONField(default=list, null=True),
        ),
    ]
