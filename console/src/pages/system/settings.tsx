import type { SystemReport } from '../../api/operation-types';
import { counted, t } from '../../i18n/translate';

/** Settings of the process that answered, without secrets. */
export function SettingsSection({ report }: { report: SystemReport }) {
  const { version, role, queueEngine, strategy, provider, audioStore, audioRetentionDays } = report;
  const facts = [
    [t('system.version'), version],
    [t('system.role'), role],
    [t('system.engine'), queueEngine],
    [t('system.provider'), provider],
    [t('system.strategy'), t(`system.strategy.${strategy}`)],
    [t('system.audioStore'), t(`system.audioStore.${audioStore}`)],
    [
      t('system.retention'),
      audioRetentionDays === null ? t('system.forever') : counted('system.days', audioRetentionDays),
    ],
  ] as const;
  return (
    <section class="system-section">
      <h2>{t('system.settings')}</h2>
      <dl class="system-facts">
        {facts.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
