from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("events", "0003_sources")]

    operations = [
        migrations.AddField(
            model_name="readmark",
            name="open",
            field=models.JSONField(default=list),
        ),
    ]
