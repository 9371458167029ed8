from django.db import migrations, models
from django.db.models import F, Q

from oms.core.money import exponent

BACKFILL = """
    UPDATE orders_order AS ordered SET current_total = coalesce((
        SELECT sum(round(gross * (quantity - cancelled - returned) / quantity, %s))
        FROM orders_orderline WHERE order_id = ordered.id
    ), gross)
    WHERE currency = %s
"""


def current_total_fill(apps, schema_editor):
    orders = apps.get_model('orders', 'Order')
    for currency in orders.objects.order_by().values_list('currency', flat=True).distinct():
        with schema_editor.connection.cursor() as cursor:
            cursor.execute(BACKFILL, [exponent(currency), currency])


class Migration(migrations.Migration):

    dependencies = [
        ('orders', '0005_order_line_name'),
    ]

    operations = [
        migrations.AddField(
            model_name='order',
            name='current_total',
            field=models.DecimalField(decimal_places=4, default=0, max_digits=14, verbose_name='total now'),
            preserve_default=False,
        ),
        migrations.RunPython(current_total_fill, migrations.RunPython.noop, elidable=True),
        migrations.AddConstraint(
            model_name='order',
            constraint=models.CheckConstraint(condition=Q(current_total__gte=0, current_total__lte=F('gross')), name='order_current_total'),
        ),
    ]
