import { loadParts } from '../../../api/corrections';
import type { CorrectionPart } from '../../../api/conversation-types';
import type { ChunkItem } from '../../../api/types';
import { counted, knownMessage, t } from '../../../i18n/translate';
import { useLiveResource } from '../../../live/use-live-resource';
import { CorrectButton } from './correct-button';
import { isPartlyCorrected, uncorrectedText } from './progress';
import { timesOf } from './times';

/** More are read in the list of all parts. */
const MAX_LISTED = 5;

interface UncorrectedPartsProps {
  chunk: ChunkItem;
  number: number;
  onDone: () => void;
  onStarted: () => void;
}

/** Says which parts of a recording are not corrected, why, and corrects them again. */
export function UncorrectedParts({ chunk, ...action }: UncorrectedPartsProps) {
  const { resource } = useLiveResource(
    chunk.id,
    (signal) => loadParts(chunk.id, signal),
    ({ chunkId }) => chunkId === chunk.id,
  );
  const parts = resource.state === 'loading' ? [] : (resource.value ?? []);
  const uncorrected = parts.filter(({ status }) => status === 'uncorrected');
  const isPartly = isPartlyCorrected(chunk);
  return (
    <div class="uncorrected">
      <div>
        <p>{uncorrectedText(chunk)}</p>
        {uncorrected.length > 0 && (
          <ul class="plain-list small">
            {uncorrected.slice(0, MAX_LISTED).map((part) => (
              <li key={part.ordinal}>
                {isPartly &&
                  `${t('conversation.part', { number: part.ordinal + 1 })}, ${timesOf(part, chunk)}: `}
                <Reason part={part} />
              </li>
            ))}
            {uncorrected.length > MAX_LISTED && (
              <li>{counted('conversation.moreParts', uncorrected.length - MAX_LISTED)}</li>
            )}
          </ul>
        )}
      </div>
      <CorrectButton chunk={chunk} {...action} />
    </div>
  );
}

/** The reason by its code, as on the page of problems; of an unforeseen one, the API's message. */
function Reason({ part: { error, errorCode } }: { part: CorrectionPart }) {
  const known = knownMessage(`problems.uncorrected.${errorCode ?? ''}`);
  return known === undefined ? <span lang="en">{error}</span> : <>{known}</>;
}
