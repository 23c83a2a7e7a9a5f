import { HttpException, type INestApplicationContext } from '@nestjs/common';
import Fastify, { type FastifyInstance } from 'fastify';
import { Metrics } from './metrics.js';
import { ReadyReport } from './ready-report.js';

/**
 * Serves health and metrics of a worker, which has no other HTTP. It stays up while the worker
 * drains, so that the last metrics can be read.
 */
export async function startMetricsServer(
  app: INestApplicationContext,
  host: string,
  port: number,
): Promise<FastifyInstance> {
  const server = Fastify({ forceCloseConnections: true });
  server.get('/metrics', async (_request, reply) => {
    const { text } = await app.get(Metrics).scrape();
    return reply.type('text/plain; version=0.0.4; charset=utf-8').send(text);
  });
  server.get('/health/live', () => ({ status: 'ok' }));
  server.get('/health/ready', async (_request, reply) => {
    try {
      return await app.get(ReadyReport).read();
    } catch (error) {
      if (error instanceof HttpException) return reply.status(error.getStatus()).send(error.getResponse());
      throw error;
    }
  });
  await server.listen({ host, port });
  return server;
}
