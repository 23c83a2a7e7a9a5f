import type { RevisionOrigin } from '../../database/schema.js';
import { DIARIZATION_SCHEMAS } from '../diarization-schemas.js';

const CORRECTED: ReadonlySet<string | null> = new Set([
  DIARIZATION_SCHEMAS.corrected,
  DIARIZATION_SCHEMAS.anonymized,
  // A corrected text that is being corrected again.
  DIARIZATION_SCHEMAS.firstStage,
]);

/**
 * Tells which stage made the text of a chunk. A correction that failed left the first stage's, and
 * no model; one that failed for some windows made the rest.
 */
export function machineOrigin({
  schema,
  model,
}: {
  schema: string | null;
  model: string | null;
}): RevisionOrigin {
  return CORRECTED.has(schema) && model !== null ? 'correction' : 'first_stage';
}
