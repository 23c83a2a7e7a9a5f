import type { ConfiguredModel } from '../../api/operation-types';
import { counted, day, t } from '../../i18n/translate';
import { endOf, type ModelEnd } from './model-end';
import { TableHead } from '../../parts/table-head';

/** The configured models; one whose end is near stands out. */
export function Models({ models }: { models: readonly ConfiguredModel[] }) {
  return (
    <section class="system-section">
      <h2>{t('system.models')}</h2>
      {models.length === 0 ? (
        <p>{t('system.modelsNone')}</p>
      ) : (
        <table role="table" class="cards">
          <TableHead
            columns={(['model', 'variable', 'provider', 'ends'] as const).map((column) =>
              t(`system.${column}`),
            )}
          />
          <tbody role="rowgroup">
            {models.map((model) => (
              <ModelRow key={`${model.variable} ${model.model}`} model={model} />
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}

function ModelRow({ model }: { model: ConfiguredModel }) {
  const end = endOf(model, Date.now());
  const isUrgent = end.kind === 'soon' || end.kind === 'ended';
  return (
    <tr role="row">
      <th role="rowheader" scope="row">
        <code>{model.model}</code>
      </th>
      <td role="cell" data-label={t('system.variable')}>
        <code>{model.variable}</code>
      </td>
      <td role="cell" data-label={t('system.provider')}>
        {model.provider}
      </td>
      <td role="cell" data-label={t('system.ends')}>
        <span class={isUrgent ? 'state state-failed' : undefined}>{endText(end)}</span>
        {model.closedToNewProjectsOn !== null && (
          <span class="small model-note">
            {t('system.closed', { date: day(model.closedToNewProjectsOn) })}
          </span>
        )}
        {isUrgent && model.successor !== null && (
          <span class="small model-note">{t('system.successor', { model: model.successor })}</span>
        )}
      </td>
    </tr>
  );
}

function endText(end: ModelEnd): string {
  switch (end.kind) {
    case 'unknown':
      return t('system.noEnd');
    case 'later':
      return day(end.on);
    case 'soon':
      return counted('system.endsSoon', end.days, { date: day(end.on) });
    case 'ended':
      return t('system.ended', { date: day(end.on) });
  }
}
