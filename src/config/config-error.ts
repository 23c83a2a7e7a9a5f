/** sysexits.h EX_CONFIG: supervisors can tell a wrong setting, which a restart cannot mend, from a crash. */
export const CONFIG_EXIT_CODE = 78;

export interface ConfigProblem {
  variable: string;
  /** What is wrong and what would be right; never the value itself. */
  problem: string;
}

/** All that is wrong with the environment, in one go. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly code = 'invalid_configuration';

  constructor(readonly problems: readonly ConfigProblem[]) {
    super(problems.map(({ variable, problem }) => `${variable}: ${problem}`).join('\n'));
  }
}
