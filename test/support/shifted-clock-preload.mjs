// Shifts the wall clock of a service; loaded into it before anything else (NODE_OPTIONS). The clock
// is ahead by the milliseconds in the file SHIFTED_CLOCK_FILE, and jumps when the file changes.
// Timers and performance.now are unaffected, as when a clock is set.
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
