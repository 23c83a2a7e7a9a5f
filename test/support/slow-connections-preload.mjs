// Delays some connections of a service to PostgreSQL, as on a busy machine; loaded into it before
// anything else (NODE_OPTIONS). SLOW_CONNECTIONS holds JSON: `holding` is a text in the first
// message of the selected connections, `first` and `last` count these from 1 in the order in which
// they begin, and `ms` is the delay.
import { Socket } from 'node:net';

const { holding, first, last, ms } = JSON.parse(process.env.SLOW_CONNECTIONS);
const seen = new WeakSet();
const write = Socket.prototype.write;
let count = 0;

Socket.prototype.write = function (...parts) {
  const [bytes] = parts;
  const isFirst = !seen.has(this);
  seen.add(this);
  if (!isFirst || !Buffer.isBuffer(bytes) || !bytes.includes(holding)) return write.apply(this, parts);
  count += 1;
  if (count < first || count > last) return write.apply(this, parts);
  setTimeout(() => write.apply(this, parts), ms);
  return true;
};
