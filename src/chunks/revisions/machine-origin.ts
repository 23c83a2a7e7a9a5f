import type { RevisionOrigin } from '../../database/schema.js';
import { DIARIZATION_SCHEMAS } from '../diarization-schemas.js';

const CORRECTED: ReadonlySet<string | null> = new Set([
  DIARIZATION_SCHEMAS.corrected,
  DIARIZATION_SCHEMAS.anonymized,
]);

/** Tells which stage made the text of a chunk. A correction that failed left the first stage's. */
export function machineOrigin(chunk: {
  schema: string | null;
  correctionError: string | null;
}): RevisionOrigin {
  return CORRECTED.has(chunk.schema) && chunk.correctionError === null ? 'correction' : 'first_stage';
}
