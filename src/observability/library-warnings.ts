import { Logger } from '@nestjs/common';

/**
 * Puts Node's warnings, which libraries raise as well, into the service's log. Node's own listener writes them as bare text, which
 * no reader of JSON lines understands.
 */
export function logProcessWarnings(logger = new Logger('Node')): void {
  process.removeAllListeners('warning');
  process.on('warning', ({ name, message }) => {
    logger.warn(oneLine(`${name}: ${message}`));
  });
}

/** Runs what belongs to a library that writes its warnings to the console, and puts these into the service's log. */
export function withConsoleWarnings<T>(logger: Logger, work: () => T): T {
  const { warn } = console;
  const told = new Set<string>();
  const hear = (...parts: unknown[]): void => {
    told.add(oneLine(parts.map(String).join(' ')));
  };
  Object.assign(console, { warn: hear });
  try {
    return work();
  } finally {
    Object.assign(console, { warn });
    for (const line of told) logger.warn(line);
  }
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}
