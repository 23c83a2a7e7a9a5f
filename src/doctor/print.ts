import type { Finding } from './check.js';

const SYMBOLS = { ok: 'ok     ', warning: 'warning', failed: 'FAILED ' } as const;
/** The longest name of a check, a variable's or a model's, with a space. */
const NAME_WIDTH = 18;

export function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

export function print(name: string, { state, detail, advice }: Finding): void {
  const line = `${SYMBOLS[state]}  ${name.padEnd(NAME_WIDTH)}  ${detail}`;
  say(advice === undefined ? line : `${line.replace(/\.$/, '')}; ${advice}`);
}
