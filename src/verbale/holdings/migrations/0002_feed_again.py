from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("holdings", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="feed",
            name="again",
            field=models.CharField(
                blank=True,
                choices=[("", "Nothing"), ("all", "All"), ("refused", "Refused")],
                default="",
                max_length=7,
            ),
        ),
    ]
