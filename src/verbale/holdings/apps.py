from django.apps import AppConfig


class HoldingsConfig(AppConfig):
    name = "verbale.holdings"
    label = "holdings"

    def ready(self) -> None:
        from verbale.holdings.client.schedule import run_due
        from verbale.node.registry import register_chore

        register_chore("feeds", run_due)
