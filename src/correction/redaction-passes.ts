import type { RedactionPass } from '../database/schema.js';
import type { CorrectionResult } from './corrector.js';

/**
 * Lists the redaction passes of a correction, to be stored without the text; undefined without
 * redaction.
 *
 * @param options.isDraftStored whether the first-stage text is stored with its own pass, which is
 * not repeated then
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
