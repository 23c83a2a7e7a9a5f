import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { closing } from '../../commands/closing.js';
import { smallRecording } from './small-recording.js';

/**
 * Runs `work` with the base URL of a local server that serves a different small recording at every
 * path.
 */
export async function withRecordings<T>(work: (baseUrl: string) => Promise<T>): Promise<T> {
  const server = createServer((request, response) => {
    const audio = smallRecording(request.url ?? '/');
    response.writeHead(200, { 'content-type': 'audio/wav', 'content-length': audio.byteLength });
    response.end(audio);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return closing(
    async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
    () => work(`http://127.0.0.1:${port}`),
  );
}
