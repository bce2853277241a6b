"""What the web server runs."""

import os

from django.core.wsgi import get_wsgi_application

from staffetta.config.loading import without_rubbish

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "staffetta.config.settings")
with without_rubbish():
    application = get_wsgi_application()
