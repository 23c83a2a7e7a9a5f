import type { ReadinessDetail, SystemReport } from '../../api/operation-types';
import { t } from '../../i18n/translate';

/** Whether everything that the service needs answers, and what each of them says. */
export function ReadinessSection({ readiness }: { readiness: SystemReport['readiness'] }) {
  const isReady = readiness.status === 'ok';
  return (
    <section class={isReady ? 'notice' : 'notice failure'}>
      <h2>{t(isReady ? 'system.ready' : 'system.notReady')}</h2>
      <p>{t(isReady ? 'system.readyText' : 'system.notReadyText')}</p>
      <ul class="readiness" aria-label={t('system.readiness')}>
        {Object.entries(readiness.details ?? {}).map(([name, detail]) => (
          <Detail key={name} name={name} detail={detail} />
        ))}
      </ul>
    </section>
  );
}

function Detail({ name, detail }: { name: string; detail: ReadinessDetail }) {
  const { status, ...more } = detail;
  const facts = Object.entries(more).filter(([, value]) => !isEmpty(value));
  return (
    <li>
      <span class={`state ${status === 'up' ? 'state-completed' : 'state-failed'}`}>
        {t(status === 'up' ? 'system.up' : 'system.down')}
      </span>
      <code>{name}</code>
      {facts.length > 0 && (
        <span class="small" lang="en">
          {facts.map(([fact, value]) => `${fact}: ${textOf(value)}`).join('; ')}
        </span>
      )}
    </li>
  );
}

/** Says nothing that an operator has to know. */
function isEmpty(value: unknown): boolean {
  return value === null || value === undefined || value === 0 || (Array.isArray(value) && value.length === 0);
}

function textOf(value: unknown): string {
  if (Array.isArray(value)) return value.map(textOf).join(', ');
  return typeof value === 'string' ? value : JSON.stringify(value);
}
