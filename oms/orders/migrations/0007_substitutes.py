import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('catalog', '0004_substitutes'),
        ('orders', '0006_current_total'),
    ]

    operations = [
        migrations.AddField(
            model_name='order',
            name='accepts_substitutes',
            field=models.BooleanField(default=False, verbose_name='accepts substitutes'),
        ),
        migrations.AddField(
            model_name='order',
            name='audiences',
            field=models.JSONField(default=list),
        ),
        migrations.AddField(
            model_name='orderline',
            name='substitutes',
            field=models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='stand_ins', to='orders.orderline'),
        ),
        migrations.AddIndex(
            model_name='orderline',
            index=models.Index(condition=models.Q(('substitutes__isnull', False)), fields=['substitutes'], name='order_line_stand_in'),
        ),
    ]
