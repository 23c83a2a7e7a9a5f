import { createServer, type Server } from 'node:http';
import { freePort } from './free-port.js';
import { wav } from './api.js';

/** A web server of recordings: every path is a small WAV file with different content. */
export class AudioHost {
  private constructor(
    private readonly server: Server,
    private readonly port: number,
  ) {}

  static async start(): Promise<AudioHost> {
    const port = await freePort();
    const server = createServer((request, response) => {
      response.writeHead(200, { 'content-type': 'audio/wav' }).end(wav(request.url ?? ''));
    });
    await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
    return new AudioHost(server, port);
  }

  /** Returns the URL of a recording that has not been used yet. */
  newUrl(): string {
    return `http://127.0.0.1:${this.port}/${crypto.randomUUID()}.wav`;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}
