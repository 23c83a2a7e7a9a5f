import { request } from '../../../api/client';
import type { ProcessingEvent } from '../../../api/conversation-types';
import type { ChunkItem } from '../../../api/types';
import { number as formatted, t } from '../../../i18n/translate';
import { useResource } from '../../../live/use-resource';
import type { ConversationView } from '../conversation-view';
import { CorrectAgain } from '../correction/correct-again';
import { CorrectionState } from '../correction/correction-state';
import { Parts } from '../correction/parts';
import { uncorrectedParts } from '../correction/progress';
import { UncorrectedParts } from '../correction/uncorrected-parts';
import { useKeptFocus } from '../correction/use-kept-focus';
import { RetryButton } from '../retry-button';
import { recordingFacts } from './recording-facts';
import { StepList } from './step-list';
import { stepsOf } from './steps';

interface ChunkRunsProps {
  chunk: ChunkItem;
  number: number;
  /** Its entries in the conversation's log. */
  events: readonly ProcessingEvent[];
  /** False when the conversation's log was too long; then the chunk's own is loaded. */
  isComplete: boolean;
  view: ConversationView;
}

/** The jobs of one recording, and what its text cost. */
export function ChunkRuns({ chunk, number, events, isComplete, view }: ChunkRunsProps) {
  const { heading, expect } = useKeptFocus(chunk);
  const action = { chunk, number, onDone: view.reload, onStarted: expect };
  const isUncorrected = uncorrectedParts(chunk) > 0;
  return (
    <section class="chunk-runs" aria-label={t('conversation.recording', { number })}>
      <div class="chunk-head">
        <h2 ref={heading} tabIndex={-1}>
          {t('conversation.recording', { number })}
        </h2>
        <CorrectionState chunk={chunk} number={number} />
        {chunk.status === 'failed' && chunk.audioExpiredAt === null && (
          <RetryButton chunks={[chunk]} onDone={view.reload} />
        )}
        {isCorrected(chunk) && !isUncorrected && <CorrectAgain {...action} />}
      </div>
      {chunk.error !== null && (
        <p class="problem">
          {chunk.error}
          {chunk.errorCode !== null && (
            <>
              {' '}
              <code>{chunk.errorCode}</code>
            </>
          )}
        </p>
      )}
      {isUncorrected && <UncorrectedParts {...action} />}
      {isComplete ? <Steps chunk={chunk} events={events} /> : <OwnLog chunk={chunk} />}
      <Facts chunk={chunk} />
      <ModelUse chunk={chunk} />
      {chunk.correction !== null && <Parts chunk={chunk} number={number} view={view} />}
    </section>
  );
}

/** Whether a model has corrected the text, so that it can be corrected again. */
function isCorrected({ status, modelUse }: ChunkItem): boolean {
  return status === 'completed' && modelUse.model !== null;
}

function Facts({ chunk }: { chunk: ChunkItem }) {
  const facts = recordingFacts(chunk);
  return facts === '' ? null : <p class="small">{facts}</p>;
}

function OwnLog({ chunk }: { chunk: ChunkItem }) {
  const { resource } = useResource(`${chunk.id} ${chunk.status}`, (signal) =>
    request<ProcessingEvent[]>(`chunks/${chunk.id}/events`, { signal }),
  );
  return resource.state === 'ready' ? <Steps chunk={chunk} events={resource.value} /> : null;
}

/** A check without a remark was woken by the callback, or by the timer of the polling strategy. */
function Steps({ chunk, events }: { chunk: ChunkItem; events: readonly ProcessingEvent[] }) {
  const { createdAt, strategy } = chunk;
  const steps = stepsOf(events, createdAt).map((step) =>
    step.kind === 'check' && step.message === null && strategy !== null
      ? { ...step, message: t(`conversation.woken.${strategy}`) }
      : step,
  );
  return <StepList steps={steps} />;
}

function ModelUse({ chunk: { modelUse, strategy } }: { chunk: ChunkItem }) {
  const { model, inputTokens, outputTokens } = modelUse;
  return (
    <p class="small">
      {[
        strategy !== null && t(`conversation.strategy.${strategy}`),
        model !== null && t('conversation.model', { model }),
        inputTokens + outputTokens > 0 &&
          t('conversation.tokens', { input: formatted(inputTokens), output: formatted(outputTokens) }),
      ]
        .filter((part) => part !== false)
        .join(' · ')}
    </p>
  );
}
