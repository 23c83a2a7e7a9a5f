import type { FastifyInstance } from 'fastify';
import { InvalidFaultError } from './fault-check.js';
import type { Fault } from './fault-types.js';
import type { FaultBoard } from './faults.js';
import { acceptJson } from './json-body.js';
import type { Ledger } from './ledger.js';
import { InvalidSettingsError, type SimulatorSettings } from './settings.js';

/** Default number of latest events of each kind in the answer of GET /_simulator/ledger. */
const DEFAULT_LAST = 100;

/** The parts of a simulator that can be controlled from outside its process. */
export interface Controlled {
  readonly faults: FaultBoard;
  readonly ledger: Ledger;
  readonly settings: Readonly<SimulatorSettings>;
  updateSettings(changes: unknown): void;
  reset(): Promise<void>;
}

/**
 * The simulator's own API, for people and programs outside its process:
 *
 *   GET, POST, DELETE /_simulator/faults a fault, or a list of them GET /_simulator/ledger
 *   ?last=100 GET, PUT /_simulator/settings any part of them POST /_simulator/reset ledger, faults,
 *   transcripts and uploads are gone
 */
export function controlRoutes(app: FastifyInstance, simulator: Controlled): void {
  app.register(
    (scope, _options, done) => {
      acceptJson(scope);
      scope.setErrorHandler(async (error, _request, reply) => {
        if (error instanceof InvalidFaultError || error instanceof InvalidSettingsError) {
          return reply.code(400).send({ error: error.message });
        }
        throw error;
      });
      faultRoutes(scope, simulator);
      scope.get<{ Querystring: { last?: string } }>('/ledger', (request) =>
        Promise.resolve(ledgerBody(simulator.ledger, Number(request.query.last ?? DEFAULT_LAST))),
      );
      scope.get('/settings', () => Promise.resolve(simulator.settings));
      scope.put('/settings', (request) => {
        simulator.updateSettings(request.body ?? {});
        return Promise.resolve(simulator.settings);
      });
      scope.post('/reset', async (_request, reply) => {
        await simulator.reset();
        return reply.code(204).send();
      });
      done();
    },
    { prefix: '/_simulator' },
  );
}

function faultRoutes(scope: FastifyInstance, { faults }: Controlled): void {
  scope.get('/faults', () => Promise.resolve({ faults: faults.list() }));
  scope.post('/faults', async (request, reply) => {
    const given: unknown[] = Array.isArray(request.body) ? request.body : [request.body];
    // `add` checks all faults before it adds the first.
    faults.add(...(given as Fault[]));
    return reply.code(201).send({ faults: faults.list() });
  });
  scope.delete('/faults', async (_request, reply) => {
    faults.clear();
    return reply.code(204).send();
  });
}

function ledgerBody(ledger: Ledger, last: number): Record<string, unknown> {
  const latest = <T>(entries: readonly T[]): readonly T[] => (last > 0 ? entries.slice(-last) : []);
  return {
    counts: ledger.counts,
    transcriptCount: ledger.transcripts.size,
    billed: ledger.billed,
    transcripts: latest([...ledger.transcripts.values()]),
    submits: latest(ledger.submits),
    gets: latest(ledger.gets),
    lists: latest(ledger.lists),
    deletes: latest(ledger.deletes),
    uploads: latest(ledger.uploads),
    webhookAttempts: latest(ledger.webhookAttempts),
    transcriptions: latest(ledger.transcriptions),
    corrections: latest(ledger.corrections),
    listenings: latest(ledger.listenings),
    summaries: latest(ledger.summaries),
  };
}
