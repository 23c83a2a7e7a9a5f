/** What one check found. `warning` is worth reading, and does not make the doctor's verdict. */
export interface Finding {
  state: 'ok' | 'warning' | 'failed';
  /** What was found; one line, no secret, no signed URL. */
  detail: string;
  /** What to do about it, when it is not ok. */
  advice?: string;
}

export interface Check {
  name: string;
  run(): Promise<Finding>;
}

/** A check that takes longer has failed: what it asks is as good as away. */
export const CHECK_TIMEOUT_MS = 10_000;

export function ok(detail: string): Finding {
  return { state: 'ok', detail };
}

export function warning(detail: string, advice: string): Finding {
  return { state: 'warning', detail, advice };
}

export function failed(detail: string, advice: string): Finding {
  return { state: 'failed', detail, advice };
}

export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
