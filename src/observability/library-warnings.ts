import { Logger } from '@nestjs/common';

/**
 * Writes Node's warnings, which libraries emit as well, to the service's log. Node's own listener
 * writes plain text, which a reader of JSON lines cannot parse.
 */
export function logProcessWarnings(logger = new Logger('Node')): void {
  process.removeAllListeners('warning');
  process.on('warning', ({ name, message }) => {
    logger.warn(oneLine(`${name}: ${message}`));
  });
}

/**
 * Runs code of a library that writes warnings to the console, and sends these to the service's log
 * instead.
 */
export function withConsoleWarnings<T>(logger: Logger, work: () => T): T {
  const { warn } = console;
  const warnings = new Set<string>();
  const collect = (...parts: unknown[]): void => {
    warnings.add(oneLine(parts.map(String).join(' ')));
  };
  Object.assign(console, { warn: collect });
  try {
    return work();
  } finally {
    Object.assign(console, { warn });
    for (const line of warnings) logger.warn(line);
  }
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}
