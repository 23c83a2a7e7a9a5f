import { type EmbeddedServer, type EmbeddedServerOptions, startEmbeddedServer } from './embedded-server.js';

/** An embedded server on its way up. */
export class EmbeddedStart {
  private constructor(
    private readonly outcome: Promise<PromiseSettledResult<EmbeddedServer>>,
    /**
     * Resolves when a program is at work that takes its time, so that this thread has nothing to do for it; or when the start is
     * over. Never rejects.
     */
    readonly launched: Promise<unknown>,
  ) {}

  /** Begins a start; what goes wrong is for `server` to tell, whenever it is asked. */
  static begin(options: Omit<EmbeddedServerOptions, 'onLaunch'>): EmbeddedStart {
    let onLaunch: (() => void) | undefined;
    const launch = new Promise<void>((resolve) => {
      onLaunch = resolve;
    });
    const outcome = settled(startEmbeddedServer({ ...options, onLaunch: () => onLaunch?.() }));
    return new EmbeddedStart(outcome, Promise.race([launch, outcome]));
  }

  /** @throws EmbeddedPostgresError with one line for a person; nothing has to be cleaned up then */
  async server(): Promise<EmbeddedServer> {
    const outcome = await this.outcome;
    if (outcome.status === 'rejected') throw outcome.reason;
    return outcome.value;
  }

  /** Waits for the start to end, and stops the server if it has come up. Running it twice is harmless. */
  async stop(): Promise<void> {
    const outcome = await this.outcome;
    if (outcome.status === 'fulfilled') await outcome.value.stop();
  }
}

/** Never rejects: nobody may be listening yet when it fails. */
async function settled<T>(work: Promise<T>): Promise<PromiseSettledResult<T>> {
  const [result] = await Promise.allSettled([work]);
  return result;
}
