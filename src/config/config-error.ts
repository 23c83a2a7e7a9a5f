/**
 * EX_CONFIG of sysexits.h: supervisors can distinguish a wrong setting, which a restart cannot fix,
 * from a crash.
 */
export const CONFIG_EXIT_CODE = 78;

export interface ConfigProblem {
  variable: string;
  /** The problem and its remedy; never the value itself. */
  problem: string;
}

/** Reports all problems of the environment at once. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly code = 'invalid_configuration';

  constructor(readonly problems: readonly ConfigProblem[]) {
    super(problems.map(({ variable, problem }) => `${variable}: ${problem}`).join('\n'));
  }
}
