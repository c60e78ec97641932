from django.apps import AppConfig


class HoldingsConfig(AppConfig):
    name = "verbale.holdings"
    label = "holdings"

    def ready(self) -> None:
        from verbale.holdings.terms import run_due
        from verbale.node.registry import register_chore

        register_chore("terms", run_due)
