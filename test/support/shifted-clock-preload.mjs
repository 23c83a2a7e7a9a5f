// Loaded into a service before anything else (NODE_OPTIONS): its wall clock is ahead by the milliseconds that stand in the file
// SHIFTED_CLOCK_FILE, from one moment to the next. Timers and performance.now go on as they are, as when a clock is set.
import { readFileSync } from 'node:fs';

const file = process.env.SHIFTED_CLOCK_FILE;
const RealDate = Date;

const now = () => RealDate.now() + Number(readFileSync(file, 'utf8'));

globalThis.Date = class extends RealDate {
  constructor(...parts) {
    if (parts.length === 0) super(now());
    else super(...parts);
  }

  static now() {
    return now();
  }
};
