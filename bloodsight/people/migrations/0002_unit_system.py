from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("people", "0001_initial"),
    ]

    operations = [
        migrations.AddField(
            model_name="person",
            name="unit_system",
            field=models.CharField(
                choices=[("reported", "As reported"), ("conventional", "Conventional (US)"), ("si", "SI")],
                default="reported",
                help_text="Which unit a marker is shown in unless another is asked for. Values are stored as written.",
                max_length=12,
                verbose_name="units",
            ),
        ),
    ]
