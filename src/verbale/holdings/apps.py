from django.apps import AppConfig


class HoldingsConfig(AppConfig):
    name = "verbale.holdings"
    label = "holdings"
