import type { RedactionPass } from '../database/schema.js';
import type { CorrectionResult } from './corrector.js';

/** What is kept of a model's redaction, without the text; undefined where it was not asked for. */
export function redactionPasses({
  redaction,
  model,
  promptVersion,
}: CorrectionResult): RedactionPass[] | undefined {
  if (redaction === undefined) return undefined;
  const at = new Date().toISOString();
  return [
    { by: 'model', at, counts: redaction.byModel, model, promptVersion },
    { by: 'final_patterns', at, counts: redaction.byPatterns },
  ];
}
