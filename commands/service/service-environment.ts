/**
 * Variables that a child process needs to run at all. Everything else is left out: a key, a
 * database or a proxy of the user must not reach a service that is meant to run on its own.
 */
const PASSED_ON = ['PATH', 'HOME', 'TMPDIR', 'TEMP', 'TMP', 'LANG', 'TZ', 'SystemRoot'];

/** Builds the whole environment of a service: system variables, and those of Ringback. */
export function serviceEnvironment(ringback: Readonly<Record<string, string>>): Record<string, string> {
  const passedOn = PASSED_ON.flatMap((name) => {
    const value = process.env[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  return { ...Object.fromEntries(passedOn), ...ringback };
}

export interface SimulatedProviders {
  /** Base URL of the simulator. */
  simulatorUrl: string;
  /** Port on which the service will listen. */
  port: number;
  dataDir: string;
  /** Secret of the callbacks with the webhook strategy; null selects the polling strategy. */
  webhookSecret: string | null;
}

/** Builds the variables of a service that works with the simulator, on embedded defaults. */
export function simulatedEnvironment(options: SimulatedProviders): Record<string, string> {
  const { simulatorUrl, port, dataDir, webhookSecret } = options;
  const delivery: Record<string, string> =
    webhookSecret === null
      ? {}
      : {
          ASSEMBLYAI_WEBHOOK_URL: `http://127.0.0.1:${port}/api/webhooks/assemblyai`,
          ASSEMBLYAI_WEBHOOK_SECRET: webhookSecret,
        };
  return {
    HOST: '127.0.0.1',
    PORT: String(port),
    DATA_DIR: dataDir,
    ASSEMBLYAI_BASE_URL: simulatorUrl,
    ASSEMBLYAI_API_KEY: 'simulator',
    GEMINI_BASE_URL: simulatorUrl,
    GEMINI_API_KEY: 'simulator',
    // Recordings that are passed by URL are on this machine as well.
    ALLOWED_PRIVATE_NETWORKS: '127.0.0.0/8',
    ...delivery,
  };
}
