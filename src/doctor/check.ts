/** Result of one check. A `warning` does not change the exit code of the doctor. */
export interface Finding {
  state: 'ok' | 'warning' | 'failed';
  /** The finding; one line, without secrets and signed URLs. */
  detail: string;
  /** The remedy, when the finding is not ok. */
  advice?: string;
}

export interface Check {
  name: string;
  run(): Promise<Finding>;
}

/** A check that takes longer has failed: its dependency counts as unreachable. */
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
