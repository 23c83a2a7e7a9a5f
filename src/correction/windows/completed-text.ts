import { DIARIZATION_SCHEMAS } from '../../chunks/diarization-schemas.js';
import type { CompletedText } from '../../chunks/statements/settle-windows.js';
import type { StoredWindow } from '../../chunks/windows/windows.repository.js';
import type { RedactionPass } from '../../database/schema.js';
import { addCounts } from '../../redaction/count-markers.js';
import { isRescue, type CorrectionTask } from '../corrections.repository.js';
import { joinWindows } from './seams.js';

/** Notes of a long recording that are kept: a tip is for people, and ten of them are not read. */
const MAX_NOTES = 5;
/** Windows that the error of a chunk names. */
const MAX_NAMED_WINDOWS = 10;

/** A settled window with the text that it gives to its chunk. */
export type Part = Pick<
  StoredWindow,
  | 'ordinal'
  | 'startMs'
  | 'endMs'
  | 'note'
  | 'error'
  | 'audioOmitted'
  | 'model'
  | 'promptVersion'
  | 'redaction'
  | 'text'
  | 'transcript'
>;

/** Makes the final text of a chunk of its windows, in their order. */
export function completedText(task: CorrectionTask, parts: readonly Part[]): CompletedText {
  const ofModel = parts.find(({ model }) => model !== null);
  return {
    transcript: joinWindows(parts.map((part) => ({ text: textOf(part), draft: part.text }))),
    redaction: sumPasses(parts.flatMap(({ redaction }) => redaction ?? [])),
    isRedacted: task.redactPii,
    ...(ofModel !== undefined && {
      modelUse: { model: ofModel.model ?? '', promptVersion: ofModel.promptVersion ?? '' },
    }),
    ...diarizationOf(task, { note: noteOf(parts), error: errorOf(parts) }),
  };
}

function textOf({ transcript, text }: Part): string {
  return transcript ?? text ?? '';
}

/**
 * Returns the tips of the windows, and why their sound was not used; null when none was corrected.
 */
function noteOf(parts: readonly Part[]): string | null {
  const corrected = parts.filter(({ error }) => error === null);
  if (corrected.length === 0) return null;
  const tips = distinct(corrected.map(({ note }) => note)).slice(0, MAX_NOTES);
  const omissions = distinct(corrected.map(({ audioOmitted }) => audioOmitted)).slice(0, MAX_NOTES);
  return [...tips, ...omissions].join(' ');
}

/** Says which windows keep their first-stage text, and why. */
function errorOf(parts: readonly Part[]): string | null {
  const failed = parts.filter(({ error }) => error !== null);
  const [first] = failed;
  if (first === undefined) return null;
  if (parts.length === 1) return first.error;
  const named = failed
    .slice(0, MAX_NAMED_WINDOWS)
    .map(({ ordinal, startMs, endMs, error }) => {
      const times = startMs === null || endMs === null ? '' : ` (${clock(startMs)} to ${clock(endMs)})`;
      return `window ${ordinal + 1}${times}: ${error ?? ''}`;
    })
    .join(' ');
  const more = failed.length > MAX_NAMED_WINDOWS ? ' ...' : '';
  return `${failed.length} of ${parts.length} windows keep their first-stage text. ${named}${more}`;
}

/**
 * Builds the diarization. The first stage's raw answer stays in it as `raw`, except for an
 * anonymized chunk.
 */
function diarizationOf(
  task: CorrectionTask,
  result: { note: string | null; error: string | null },
): Pick<CompletedText, 'diarization' | 'keepsRaw'> {
  const { firstStageError: error, firstStageErrorCode: errorCode } = task;
  return {
    diarization: {
      schema: task.anonymize ? DIARIZATION_SCHEMAS.anonymized : DIARIZATION_SCHEMAS.corrected,
      data: {
        note: result.note,
        raw: {},
        error: result.error,
        ...(isRescue(task) && { rescued: { error, errorCode } }),
      },
    },
    // A rescued chunk may have an older answer of the first stage, from which this text was not
    // made.
    keepsRaw: !task.anonymize && !isRescue(task),
  };
}

/** Adds up the counts of passes of the same kind: to readers, a text had each of them once. */
function sumPasses(passes: readonly RedactionPass[]): RedactionPass[] | undefined {
  if (passes.length === 0) return undefined;
  const kinds = [...new Set(passes.map(({ by }) => by))];
  return kinds.flatMap((by) => {
    const same = passes.filter((pass) => pass.by === by);
    const [first] = same;
    return first === undefined ? [] : [{ ...first, counts: addCounts(same.map(({ counts }) => counts)) }];
  });
}

function distinct(sentences: readonly (string | null)[]): string[] {
  return [...new Set(sentences.filter((sentence) => sentence !== null && sentence !== ''))] as string[];
}

const SECONDS_PER_MINUTE = 60;

/** Formats a time as minutes and seconds. */
function clock(ms: number): string {
  const seconds = Math.round(ms / 1_000);
  const minutes = Math.floor(seconds / SECONDS_PER_MINUTE);
  return `${minutes}:${String(seconds % SECONDS_PER_MINUTE).padStart(2, '0')}`;
}
