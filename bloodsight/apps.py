from django.apps import AppConfig


class BloodsightConfig(AppConfig):
    name = "bloodsight"
