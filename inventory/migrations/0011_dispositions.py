import uuid

import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('catalog', '0002_sku_cost'),
        ('inventory', '0010_batch_drift'),
    ]

    operations = [
        migrations.CreateModel(
            name='Disposition',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uid', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('units', models.PositiveIntegerField(verbose_name='units')),
                ('reason', models.CharField(choices=[('damaged', 'Damaged'), ('missing', 'Missing'), ('display', 'On display')], max_length=12, verbose_name='reason')),
                ('note', models.CharField(blank=True, default='', max_length=80, verbose_name='note')),
                ('expires_at', models.DateTimeField(blank=True, null=True, verbose_name='until')),
                ('created_by', models.CharField(max_length=150, verbose_name='set aside by')),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), verbose_name='set aside')),
                ('outcome', models.CharField(blank=True, choices=[('put_back', 'Put back on sale'), ('written_off', 'Written off'), ('expired', 'Expired'), ('counted', 'Counted')], default='', max_length=12, verbose_name='outcome')),
                ('ended_by', models.CharField(blank=True, default='', max_length=150, verbose_name='ended by')),
                ('ended_at', models.DateTimeField(blank=True, null=True, verbose_name='ended')),
                ('location', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='dispositions', to='inventory.location', verbose_name='location')),
                ('sku', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='dispositions', to='catalog.sku', verbose_name='SKU')),
            ],
            options={
                'verbose_name': 'disposition',
                'verbose_name_plural': 'dispositions',
                'indexes': [models.Index(condition=models.Q(('ended_at', None)), fields=['sku', 'location'], name='disposition_open'), models.Index(condition=models.Q(('ended_at', None)), fields=['expires_at'], name='disposition_expiry'), models.Index(fields=['sku', 'created_at'], name='disposition_sku')],
                'constraints': [models.CheckConstraint(condition=models.Q(('units__gt', 0)), name='disposition_units'), models.CheckConstraint(condition=models.Q(models.Q(('ended_at', None), ('outcome', '')), models.Q(models.Q(('outcome', ''), _negated=True), ('ended_at__isnull', False)), _connector='OR'), name='disposition_ends_with_an_outcome')],
            },
        ),
    ]
