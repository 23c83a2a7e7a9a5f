/**
 * What a child needs of the surrounding environment to run at all. Everything else stays out: a key, a database or a
 * proxy of the person who starts this must not reach a service that is meant to run on its own.
 */
const PASSED_ON = ['PATH', 'HOME', 'TMPDIR', 'TEMP', 'TMP', 'LANG', 'TZ', 'SystemRoot'];

/** The whole environment of a service: what the system needs, and the given variables of Ringback. */
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
  /** Where the service will listen. */
  port: number;
  dataDir: string;
  /** A secret of the callbacks: webhook strategy. Null: polling strategy. */
  webhookSecret: string | null;
}

/** The variables of a service that works with the simulator, on embedded defaults. */
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
    // Recordings that are given by URL lie on this machine as well.
    ALLOWED_PRIVATE_NETWORKS: '127.0.0.0/8',
    ...delivery,
  };
}
