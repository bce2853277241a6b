"""What is shown is what is sent: templates entered by hand are sent with their language as WhatsApp writes it."""

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.models import F


def send_what_is_shown(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    variants = apps.get_model("channels", "TemplateVariant").objects.using(schema_editor.connection.alias)
    variants.filter(template__by_hand=True).update(language_raw=F("language"))


class Migration(migrations.Migration):
    dependencies = [("channels", "0001_initial")]

    operations = [migrations.RunPython(send_what_is_shown, migrations.RunPython.noop)]
