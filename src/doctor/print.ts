import type { Finding } from './check.js';

const SYMBOLS = { ok: 'ok     ', warning: 'warning', failed: 'FAILED ' } as const;
/** Length of the longest name of a check, a variable or a model, plus a space. */
const NAME_WIDTH = 18;

export function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

export function print(name: string, { state, detail, advice }: Finding): void {
  const line = `${SYMBOLS[state]}  ${name.padEnd(NAME_WIDTH)}  ${detail}`;
  say(advice === undefined ? line : `${line.replace(/\.$/, '')}; ${advice}`);
}
