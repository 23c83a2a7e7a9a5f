import { ClientRequest } from 'node:http';

/**
 * For a request whose answer is there: gives up its connection when the server has answered before it was sent everything, to
 * refuse the rest. Nobody ends such a request any more, and its agent would count the connection as busy until the server closes it.
 *
 * @param request the `request` of an answer by axios
 */
export function leaveConnection(request: unknown): void {
  if (request instanceof ClientRequest && !request.writableEnded) request.destroy();
}
