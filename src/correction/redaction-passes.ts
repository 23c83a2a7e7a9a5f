import type { RedactionPass } from '../database/schema.js';
import type { CorrectionResult } from './corrector.js';

/**
 * What is kept of a correction's redaction, without the text; undefined where it was not asked for.
 *
 * @param options.isDraftStored whether the first-stage text is on record, with its own pass: it is not told of twice
 */
export function redactionPasses(
  { redaction, model, promptVersion }: CorrectionResult,
  { isDraftStored }: { isDraftStored: boolean },
): RedactionPass[] | undefined {
  if (redaction === undefined) return undefined;
  const at = new Date().toISOString();
  const passes: RedactionPass[] = [
    { by: 'model', at, counts: redaction.byModel, model, promptVersion },
    { by: 'final_patterns', at, counts: redaction.byPatterns },
  ];
  if (redaction.ofDraft === undefined || isDraftStored) return passes;
  return [{ by: 'first_stage_patterns', at, counts: redaction.ofDraft }, ...passes];
}
