"""Indexes in which the next card and the figures of the checks are found without reading rows."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('web', '0002_ledger_guard'),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name='findingrow',
            name='finding_code_waits',
        ),
        migrations.RemoveIndex(
            model_name='findingrow',
            name='finding_code_verdict',
        ),
        migrations.AddIndex(
            model_name='findingrow',
            index=models.Index(condition=models.Q(('gone', ''), ('waits', True)), fields=['round', 'code', 'shuffle', 'id'], name='finding_next'),
        ),
        migrations.AddIndex(
            model_name='findingrow',
            index=models.Index(condition=models.Q(('gone', '')), fields=['round', 'code', 'verdict', 'stale', 'gone'], name='finding_verdicts'),
        ),
        migrations.AddIndex(
            model_name='submissionrow',
            index=models.Index(fields=['-risk', 'id'], name='submission_any_risk'),
        ),
    ]
