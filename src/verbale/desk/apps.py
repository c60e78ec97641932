from django.apps import AppConfig


class DeskConfig(AppConfig):
    name = "verbale.desk"
    label = "desk"
    verbose_name = "Desk"
