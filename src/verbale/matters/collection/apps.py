from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CollectionConfig(AppConfig):
    name = "verbale.matters.collection"
    label = "collection"
    verbose_name = _("Intelligence collections")

    def ready(self) -> None:
        from verbale.holdings.heard import listen
        from verbale.matters.collection.feedback import of_matter
        from verbale.matters.collection.kind import KIND
        from verbale.matters.collection.shelving import shelve_new
        from verbale.node.registry import register, register_chore

        register(KIND)
        register_chore("shelves", lambda stopping: shelve_new())
        listen(of_matter)
