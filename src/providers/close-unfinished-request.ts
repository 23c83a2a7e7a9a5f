import { ClientRequest } from 'node:http';

/**
 * Closes the connection of a request that the server answered before receiving all of it, to refuse
 * the rest. Nothing ends such a request otherwise, and its agent would count the connection as busy
 * until the server closes it.
 *
 * @param request the `request` of an axios response
 */
export function closeUnfinishedRequest(request: unknown): void {
  if (request instanceof ClientRequest && !request.writableEnded) request.destroy();
}
