from django.apps import AppConfig


class NodeConfig(AppConfig):
    name = "verbale.node"
    label = "node"
    verbose_name = "Node"
