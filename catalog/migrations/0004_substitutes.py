import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('catalog', '0003_sku_condition'),
    ]

    operations = [
        migrations.CreateModel(
            name='Substitute',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('position', models.PositiveSmallIntegerField(verbose_name='position')),
                ('sku', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='substitutes', to='catalog.sku')),
                ('substitute', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='substitute_of', to='catalog.sku')),
            ],
            options={
                'verbose_name': 'substitute',
                'verbose_name_plural': 'substitutes',
                'ordering': ['position'],
                'constraints': [models.UniqueConstraint(fields=('sku', 'substitute'), name='substitute_once'), models.UniqueConstraint(fields=('sku', 'position'), name='substitute_position'), models.CheckConstraint(condition=models.Q(('sku', models.F('substitute')), _negated=True), name='substitute_not_itself')],
            },
        ),
    ]
