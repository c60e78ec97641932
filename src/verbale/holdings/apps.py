from django.apps import AppConfig


class HoldingsConfig(AppConfig):
    name = "verbale.holdings"
    label = "holdings"

    def ready(self) -> None:
        from verbale.holdings import terms
        from verbale.holdings.client import schedule
        from verbale.holdings.matching import uploads
        from verbale.node.registry import register_chore

        register_chore("feeds", schedule.run_due)
        register_chore("terms", terms.run_due)
        register_chore("matching", uploads.run_due)
