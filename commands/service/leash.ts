/**
 * Ties a service to its parent process. The parent loads it with `node --import`; the service
 * itself does not know of it.
 *
 * - At the first request that reaches this process, the parent is notified. An HTTP answer alone
 *   proves nothing: another program may have taken the port while this one was starting.
 * - When the channel to the parent closes, because the parent closed it or was killed, the service
 *   stops as after a SIGTERM. A signal would end a starting service before it can stop its database
 *   server, so this waits until the service listens to signals.
 */
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { REACHED } from './leash-message.js';

const POLL_INTERVAL_MS = 50;
/** Diagnostics channel on which Node publishes each request that a server receives. */
const REQUESTS = 'http.server.request.start';

function onRequest(): void {
  unsubscribe(REQUESTS, onRequest);
  if (process.connected) process.send?.(REACHED);
}
subscribe(REQUESTS, onRequest);

process.once('disconnect', () => {
  const timer = setInterval(() => {
    if (process.listenerCount('SIGTERM') === 0) return;
    clearInterval(timer);
    process.emit('SIGTERM', 'SIGTERM');
  }, POLL_INTERVAL_MS);
});
// Without this, the listener would keep the process alive after the service has finished.
process.channel?.unref();
