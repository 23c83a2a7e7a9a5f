// Loaded into a service before anything else (NODE_OPTIONS): some of its connections to PostgreSQL
// begin late, as on a machine that is too busy. SLOW_CONNECTIONS holds JSON: `holding` is a text in
// the first message of those that are meant, `first` and `last` count them from 1 in the order in
// which they begin, and `ms` is how late they are.
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
