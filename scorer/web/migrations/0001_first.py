"""The tables of the first release, written by Django."""

import django.db.models.deletion
import scorer.web.models
import scorer.web.states
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='UserRow',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('password', models.CharField(max_length=128, verbose_name='password')),
                ('last_login', models.DateTimeField(blank=True, null=True, verbose_name='last login')),
                ('created', models.DateTimeField(auto_now_add=True)),
                ('login', models.CharField(max_length=60, unique=True)),
                ('name', models.CharField(max_length=60)),
                ('role', models.CharField(default=scorer.web.states.Role['REVIEWER'], max_length=10)),
                ('leads', models.BooleanField(default=False)),
                ('alone', models.BooleanField(default=False)),
                ('sees_all', models.BooleanField(default=False)),
                ('active', models.BooleanField(default=True)),
                ('failures', models.IntegerField(default=0)),
                ('locked_until', models.DateTimeField(null=True)),
                ('keys', models.JSONField(default=dict)),
                ('lock', models.IntegerField(default=0)),
            ],
            options={
                'db_table': 'user',
            },
        ),
        migrations.CreateModel(
            name='DepartmentRow',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created', models.DateTimeField(auto_now_add=True)),
                ('name', models.CharField(max_length=200, unique=True)),
            ],
            options={
                'db_table': 'department',
            },
        ),
        migrations.CreateModel(
            name='EntryRow',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('at', models.CharField(max_length=40)),
                ('actor', models.CharField(max_length=60)),
                ('kind', models.CharField(db_index=True, max_length=30)),
                ('submission', models.CharField(blank=True, db_index=True, default='', max_length=22)),
                ('detail', models.TextField(blank=True, default='{}')),
                ('previous', models.CharField(max_length=64)),
                ('mac', models.CharField(max_length=64)),
            ],
            options={
                'db_table': 'entry',
            },
        ),
        migrations.CreateModel(
            name='RoundRow',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created', models.DateTimeField(auto_now_add=True)),
                ('title', models.CharField(max_length=100, unique=True)),
                ('year', models.IntegerField(null=True)),
                ('set_name', models.CharField(blank=True, default='', max_length=200)),
                ('gate', models.CharField(default='reply', max_length=10)),
                ('deadline', models.DateField(null=True)),
                ('blind', models.BooleanField(default=True)),
                ('second_person', models.BooleanField(default=False)),
                ('beyond_weight', models.BooleanField(default=False)),
                ('open', models.BooleanField(default=True)),
                ('lock', models.IntegerField(default=0)),
            ],
            options={
                'db_table': 'round',
            },
        ),
        migrations.CreateModel(
            name='RunRow',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created', models.DateTimeField(auto_now_add=True)),
                ('program', models.CharField(max_length=64)),
                ('set_id', models.CharField(blank=True, default='', max_length=200)),
                ('set_digest', models.CharField(blank=True, default='', max_length=64)),
                ('options', models.CharField(blank=True, default='', max_length=64)),
                ('report', models.BinaryField()),
                ('facts', models.BinaryField()),
                ('submission', models.BinaryField()),
                ('why', models.CharField(blank=True, default='', max_length=100)),
                ('aside', models.BooleanField(default=False)),
            ],
            options={
                'db_table': 'run',
            },
        ),
        migrations.CreateModel(
            name='SettingRow',
            fields=[
                ('created', models.DateTimeField(auto_now_add=True)),
                ('name', models.CharField(max_length=60, primary_key=True, serialize=False)),
                ('value', models.TextField(blank=True, default='')),
            ],
            options={
                'db_table': 'setting',
            },
        ),
        migrations.CreateModel(
            name='FindingRow',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created', models.DateTimeField(auto_now_add=True)),
                ('code', models.CharField(max_length=10)),
                ('name', models.CharField(max_length=60)),
                ('level', models.CharField(max_length=10)),
                ('content', models.CharField(max_length=40)),
                ('subject', models.CharField(max_length=40)),
                ('ordinal', models.IntegerField(default=0)),
                ('position', models.IntegerField(default=0)),
                ('gone', models.CharField(blank=True, default='', max_length=20)),
                ('is_new', models.BooleanField(default=False)),
                ('verdict', models.CharField(blank=True, default='', max_length=10)),
                ('reason', models.CharField(blank=True, default='', max_length=20)),
                ('text', models.TextField(blank=True, default='')),
                ('at', models.DateTimeField(null=True)),
                ('stale', models.BooleanField(default=False)),
                ('group', models.CharField(blank=True, default='', max_length=40)),
                ('message', models.TextField()),
                ('path', models.JSONField(default=list)),
                ('places', models.JSONField(default=list)),
                ('numbers', models.JSONField(default=dict)),
                ('shuffle', models.IntegerField(default=scorer.web.models.shuffle_number)),
                ('lock', models.IntegerField(default=0)),
                ('by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('department', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='web.departmentrow')),
                ('seconded', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('round', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='web.roundrow')),
                ('first_run', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='web.runrow')),
                ('last_run', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='web.runrow')),
            ],
            options={
                'db_table': 'finding',
            },
        ),
        migrations.CreateModel(
            name='MembershipRow',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created', models.DateTimeField(auto_now_add=True)),
                ('department', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='web.departmentrow')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'db_table': 'membership',
            },
        ),
        migrations.AddField(
            model_name='userrow',
            name='departments',
            field=models.ManyToManyField(through='web.MembershipRow', to='web.departmentrow'),
        ),
        migrations.CreateModel(
            name='ReplyRow',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created', models.DateTimeField(auto_now_add=True)),
                ('kind', models.CharField(max_length=10)),
                ('text', models.TextField(blank=True, default='')),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('finding', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='replies', to='web.findingrow')),
            ],
            options={
                'db_table': 'reply',
            },
        ),
        migrations.CreateModel(
            name='DeductionRow',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created', models.DateTimeField(auto_now_add=True)),
                ('target', models.CharField(max_length=200)),
                ('key', models.IntegerField()),
                ('label', models.CharField(max_length=100)),
                ('points', models.DecimalField(decimal_places=4, max_digits=12, null=True)),
                ('percent', models.DecimalField(decimal_places=4, max_digits=12, null=True)),
                ('basis', models.CharField(blank=True, default='', max_length=300)),
                ('lock', models.IntegerField(default=0)),
                ('round', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='deductions', to='web.roundrow')),
            ],
            options={
                'db_table': 'deduction',
            },
        ),
        migrations.CreateModel(
            name='SampleRow',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created', models.DateTimeField(auto_now_add=True)),
                ('public', models.CharField(default=scorer.web.models.public_id, max_length=22, unique=True)),
                ('plan', models.JSONField(default=dict)),
                ('population', models.CharField(max_length=64)),
                ('seed', models.CharField(max_length=64)),
                ('head', models.CharField(max_length=64)),
                ('algorithm', models.CharField(max_length=40)),
                ('listed', models.JSONField(default=list)),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('round', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='samples', to='web.roundrow')),
            ],
            options={
                'db_table': 'sample',
            },
        ),
        migrations.CreateModel(
            name='SubmissionRow',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created', models.DateTimeField(auto_now_add=True)),
                ('public', models.CharField(default=scorer.web.models.public_id, max_length=22, unique=True)),
                ('unit', models.CharField(blank=True, default='', max_length=300)),
                ('project', models.CharField(blank=True, default='', max_length=500)),
                ('part', models.CharField(blank=True, default='', max_length=200)),
                ('state', models.CharField(default=scorer.web.states.State['SENT'], max_length=10)),
                ('afterwards', models.CharField(blank=True, default='', max_length=10)),
                ('due', models.DateField(null=True)),
                ('risk', models.DecimalField(decimal_places=2, default=0, max_digits=12)),
                ('risk_words', models.CharField(blank=True, default='', max_length=300)),
                ('claimed', models.DecimalField(decimal_places=4, max_digits=12, null=True)),
                ('recomputed', models.DecimalField(decimal_places=4, max_digits=12, null=True)),
                ('reviewed', models.DecimalField(decimal_places=4, max_digits=12, null=True)),
                ('full', models.DecimalField(decimal_places=4, max_digits=12, null=True)),
                ('claimed_grade', models.CharField(blank=True, default='', max_length=20)),
                ('grade', models.CharField(blank=True, default='', max_length=20)),
                ('grade_moves', models.BooleanField(default=False)),
                ('errors', models.IntegerField(default=0)),
                ('warnings', models.IntegerField(default=0)),
                ('notes', models.IntegerField(default=0)),
                ('undecided', models.IntegerField(default=0)),
                ('unread', models.BooleanField(default=False)),
                ('first', models.CharField(blank=True, default='', max_length=300)),
                ('shuffle', models.IntegerField(default=scorer.web.models.shuffle_number)),
                ('lock', models.IntegerField(default=0)),
                ('assignee', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('department', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, to='web.departmentrow')),
                ('round', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='web.roundrow')),
            ],
            options={
                'db_table': 'submission',
            },
        ),
        migrations.CreateModel(
            name='ScoreRow',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created', models.DateTimeField(auto_now_add=True)),
                ('path', models.JSONField(default=list)),
                ('path_key', models.CharField(max_length=64)),
                ('name', models.CharField(max_length=200)),
                ('shuffle', models.IntegerField(default=scorer.web.models.shuffle_number)),
                ('points', models.DecimalField(decimal_places=4, max_digits=12, null=True)),
                ('why', models.CharField(blank=True, default='', max_length=300)),
                ('lock', models.IntegerField(default=0)),
                ('by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('deductions', models.ManyToManyField(to='web.deductionrow')),
                ('round', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='web.roundrow')),
                ('submission', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='scores', to='web.submissionrow')),
            ],
            options={
                'db_table': 'score',
            },
        ),
        migrations.CreateModel(
            name='SampleItemRow',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created', models.DateTimeField(auto_now_add=True)),
                ('stratum', models.CharField(blank=True, default='', max_length=300)),
                ('reason', models.CharField(blank=True, default='', max_length=300)),
                ('sample', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='items', to='web.samplerow')),
                ('submission', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='web.submissionrow')),
            ],
            options={
                'db_table': 'sample_item',
            },
        ),
        migrations.CreateModel(
            name='RectificationRow',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created', models.DateTimeField(auto_now_add=True)),
                ('step', models.CharField(max_length=10)),
                ('text', models.TextField(blank=True, default='')),
                ('deadline', models.DateField(null=True)),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('submission', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='rectifications', to='web.submissionrow')),
            ],
            options={
                'db_table': 'rectification',
            },
        ),
        migrations.CreateModel(
            name='OpinionRow',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created', models.DateTimeField(auto_now_add=True)),
                ('text', models.TextField(blank=True, default='')),
                ('draft', models.BooleanField(default=False)),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('submission', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='opinions', to='web.submissionrow')),
            ],
            options={
                'db_table': 'opinion',
            },
        ),
        migrations.CreateModel(
            name='JobRow',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created', models.DateTimeField(auto_now_add=True)),
                ('public', models.CharField(default=scorer.web.models.public_id, max_length=22, unique=True)),
                ('kind', models.CharField(max_length=20)),
                ('files', models.JSONField(default=list)),
                ('preview', models.BooleanField(default=False)),
                ('status', models.CharField(db_index=True, default='等候', max_length=10)),
                ('words', models.TextField(blank=True, default='')),
                ('made', models.JSONField(default=list)),
                ('started', models.DateTimeField(null=True)),
                ('ended', models.DateTimeField(null=True)),
                ('lock', models.IntegerField(default=0)),
                ('by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('department', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='web.departmentrow')),
                ('round', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='web.roundrow')),
                ('submission', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='jobs', to='web.submissionrow')),
            ],
            options={
                'db_table': 'job',
            },
        ),
        migrations.AddField(
            model_name='findingrow',
            name='submission',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='findings', to='web.submissionrow'),
        ),
        migrations.CreateModel(
            name='AssignmentRow',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created', models.DateTimeField(auto_now_add=True)),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('to', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('submission', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='assignments', to='web.submissionrow')),
            ],
            options={
                'db_table': 'assignment',
            },
        ),
        migrations.CreateModel(
            name='VersionRow',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created', models.DateTimeField(auto_now_add=True)),
                ('number', models.IntegerField()),
                ('note', models.CharField(blank=True, default='', max_length=300)),
                ('by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('submission', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='versions', to='web.submissionrow')),
            ],
            options={
                'db_table': 'version',
            },
        ),
        migrations.CreateModel(
            name='TransitionRow',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created', models.DateTimeField(auto_now_add=True)),
                ('act', models.CharField(max_length=10)),
                ('before', models.CharField(max_length=10)),
                ('after', models.CharField(max_length=10)),
                ('reason', models.TextField(blank=True, default='')),
                ('deadline', models.DateField(null=True)),
                ('asked', models.JSONField(default=list)),
                ('bundle', models.CharField(blank=True, default='', max_length=64)),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('submission', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='transitions', to='web.submissionrow')),
                ('version', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='web.versionrow')),
            ],
            options={
                'db_table': 'transition',
            },
        ),
        migrations.AddField(
            model_name='submissionrow',
            name='version',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='web.versionrow'),
        ),
        migrations.AddField(
            model_name='runrow',
            name='version',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='runs', to='web.versionrow'),
        ),
        migrations.CreateModel(
            name='FileRow',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created', models.DateTimeField(auto_now_add=True)),
                ('name', models.CharField(max_length=255)),
                ('sha256', models.CharField(db_index=True, max_length=64)),
                ('size', models.BigIntegerField()),
                ('version', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='files', to='web.versionrow')),
            ],
            options={
                'db_table': 'file',
            },
        ),
        migrations.AddConstraint(
            model_name='membershiprow',
            constraint=models.UniqueConstraint(fields=('user', 'department'), name='membership_once'),
        ),
        migrations.AddConstraint(
            model_name='deductionrow',
            constraint=models.UniqueConstraint(fields=('round', 'target', 'key'), name='deduction_key_once'),
        ),
        migrations.AddIndex(
            model_name='scorerow',
            index=models.Index(fields=['round', 'name', 'shuffle'], name='score_name_shuffle'),
        ),
        migrations.AddConstraint(
            model_name='scorerow',
            constraint=models.UniqueConstraint(fields=('submission', 'path_key'), name='score_once'),
        ),
        migrations.AddIndex(
            model_name='findingrow',
            index=models.Index(condition=models.Q(('gone', '')), fields=['round', 'code', 'verdict', 'shuffle'], name='finding_code_verdict'),
        ),
        migrations.AddIndex(
            model_name='findingrow',
            index=models.Index(condition=models.Q(('gone', '')), fields=['round', 'department', 'code', 'verdict'], name='finding_department_code'),
        ),
        migrations.AddConstraint(
            model_name='versionrow',
            constraint=models.UniqueConstraint(fields=('submission', 'number'), name='version_once'),
        ),
        migrations.AddIndex(
            model_name='submissionrow',
            index=models.Index(fields=['round', 'state', '-risk', 'id'], name='submission_state_risk'),
        ),
        migrations.AddIndex(
            model_name='submissionrow',
            index=models.Index(fields=['round', '-risk', 'id'], name='submission_risk'),
        ),
        migrations.AddIndex(
            model_name='submissionrow',
            index=models.Index(fields=['round', 'department', '-risk', 'id'], name='submission_department_risk'),
        ),
        migrations.AddIndex(
            model_name='submissionrow',
            index=models.Index(fields=['assignee', 'state', '-risk', 'id'], name='submission_assignee_risk'),
        ),
    ]
