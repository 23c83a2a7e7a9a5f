import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface ModelListAnswer {
  status: number;
  body: unknown;
}

export const pageOf = (names: readonly string[], nextPageToken?: string): ModelListAnswer => ({
  status: 200,
  body: {
    models: names.map((name) => ({
      name: `models/${name}`,
      supportedGenerationMethods: [name.includes('embedding') ? 'embedContent' : 'generateContent'],
    })),
    ...(nextPageToken !== undefined && { nextPageToken }),
  },
});

/** Answers Google's list of models (https://ai.google.dev/api/models#method:-models.list), and nothing else. */
export class ModelListServer {
  /** By page token; the first page has none. */
  answer: (pageToken: string | null) => ModelListAnswer = () => pageOf([]);

  private constructor(private readonly server: Server) {}

  static async start(): Promise<ModelListServer> {
    const server = createServer();
    const list = new ModelListServer(server);
    server.on('request', (request, response) => {
      const url = new URL(request.url ?? '/', 'http://localhost');
      const isList = request.method === 'GET' && url.pathname === '/v1beta/models';
      const { status, body } = isList
        ? list.answer(url.searchParams.get('pageToken'))
        : { status: 500, body: {} };
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return list;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}
