import { request } from '../../../api/client';
import type { ChunkReceipt, RedactionPass, RedactionReceipt } from '../../../api/conversation-types';
import { counted, dateTime, number, t } from '../../../i18n/translate';
import { useResource } from '../../../live/use-resource';
import { FailureNotice, Loading } from '../../../parts/notices';
import type { ConversationView } from '../conversation-view';
import { Stored } from './stored';

/** Shows the redactions and who made them, the places of stored data, and the deletion. */
export function PrivacyTab({ view }: { view: ConversationView }) {
  const { id } = view.conversation;
  const { resource, reload } = useResource(id, (signal) =>
    request<RedactionReceipt>(`conversations/${id}/redaction`, { signal }),
  );
  if (resource.state === 'loading') return <Loading />;
  if (resource.state === 'failed') return <FailureNotice error={resource.error} onRetry={reload} />;
  const receipt = resource.value;
  return (
    <section class="privacy" aria-label={t('conversation.tab.privacy')}>
      <Redaction receipt={receipt} />
      <Stored view={view} receipt={receipt} />
    </section>
  );
}

function Redaction({ receipt }: { receipt: RedactionReceipt }) {
  const { redactPii, anonymize, counts, chunks } = receipt;
  const setting = anonymize ? 'anonymized' : redactPii ? 'redacted' : 'notRedacted';
  const kinds = Object.entries(counts);
  return (
    <>
      <section>
        <h2>{t('conversation.redaction')}</h2>
        <p>{t(`conversation.${setting}`)}</p>
        {kinds.length > 0 && (
          <>
            <p>
              {counted(
                'conversation.markers',
                kinds.reduce((sum, [, count]) => sum + count, 0),
              )}
            </p>
            <ul class="tags">
              {kinds.map(([kind, count]) => (
                <li key={kind}>
                  {kind.replaceAll('_', ' ')} <strong class="number">{number(count)}</strong>
                </li>
              ))}
            </ul>
          </>
        )}
      </section>
      {chunks.some(({ passes }) => passes.length > 0) && <Passes chunks={chunks} />}
    </>
  );
}

function Passes({ chunks }: { chunks: readonly ChunkReceipt[] }) {
  return (
    <section>
      <h2>{t('conversation.passes')}</h2>
      {/* Wider than a small window; it can be scrolled by the keyboard too. */}
      <div class="table-scroll" role="region" tabIndex={0} aria-label={t('conversation.passes')}>
        <table>
          <thead>
            <tr>
              <th scope="col">{t('conversation.column.recording')}</th>
              <th scope="col">{t('conversation.column.result')}</th>
              <th scope="col">{t('conversation.column.by')}</th>
              <th scope="col">{t('conversation.column.found')}</th>
              <th scope="col">{t('conversation.column.when')}</th>
            </tr>
          </thead>
          <tbody>
            {chunks.flatMap((chunk, index) =>
              (chunk.passes.length === 0 ? [undefined] : chunk.passes).map((pass, at) => (
                <tr key={`${chunk.chunkId} ${at}`}>
                  <td class="number">{at === 0 && index + 1}</td>
                  <td>{at === 0 && stateText(chunk.state)}</td>
                  <PassCells pass={pass} />
                </tr>
              )),
            )}
          </tbody>
        </table>
      </div>
    </section>
  );
}

function PassCells({ pass }: { pass: RedactionPass | undefined }) {
  if (pass === undefined) return <td colSpan={3}>–</td>;
  const found = Object.entries(pass.counts).map(
    ([kind, count]) => `${kind.replaceAll('_', ' ')} ${number(count)}`,
  );
  return (
    <>
      <td>
        {t(`conversation.pass.${pass.by}`)}
        {pass.model !== undefined && <span class="small"> {pass.model}</span>}
      </td>
      <td>{found.length === 0 ? '–' : found.join(', ')}</td>
      <td>{dateTime(pass.at)}</td>
    </>
  );
}

const STATES = ['redacted', 'patterns_only', 'unknown', 'withheld', 'pending', 'no_text', 'off'] as const;

/** The word of the API for a state that this console does not know yet. */
function stateText(state: string): string {
  const known = STATES.find((one) => one === state);
  return known === undefined ? state : t(`conversation.redactionState.${known}`);
}
