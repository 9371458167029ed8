from django.db import migrations, models
from django.db.models import F, Q


class Migration(migrations.Migration):

    dependencies = [
        ('orders', '0003_basket_holds'),
    ]

    operations = [
        migrations.AddField(
            model_name='orderline',
            name='back_ordered',
            field=models.PositiveIntegerField(db_default=0, default=0, verbose_name='back-ordered'),
        ),
        migrations.AddField(
            model_name='orderline',
            name='expected_on',
            field=models.DateField(null=True, verbose_name='expected'),
        ),
        migrations.RemoveConstraint(
            model_name='orderline',
            name='order_line_adds_up',
        ),
        migrations.AddConstraint(
            model_name='orderline',
            constraint=models.CheckConstraint(condition=Q(quantity__gte=F('cancelled') + F('fulfilled') + F('back_ordered')), name='order_line_adds_up'),
        ),
        migrations.AddIndex(
            model_name='orderline',
            index=models.Index(condition=Q(back_ordered__gt=0), fields=['sku'], name='order_line_waiting'),
        ),
    ]
