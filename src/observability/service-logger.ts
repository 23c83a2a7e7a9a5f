import { inspect } from 'node:util';
import { ConsoleLogger, type LogLevel } from '@nestjs/common';
import type { SecretRedactor } from './secret-redactor.js';

/** Contexts of Nest's own start messages: a hundred lines that would hide the relevant one. */
const FRAMEWORK_CONTEXTS = new Set([
  'NestFactory',
  'InstanceLoader',
  'RoutesResolver',
  'RouterExplorer',
  'NestApplication',
]);

const LEVELS: LogLevel[] = ['log', 'warn', 'error', 'fatal'];

/**
 * Writes one line per event: colored on a terminal, JSON elsewhere for log collectors. Secrets are
 * removed from each line.
 */
export class ServiceLogger extends ConsoleLogger {
  constructor(private readonly secrets: SecretRedactor) {
    const onTerminal = process.stdout.isTTY;
    super({ logLevels: LEVELS, json: !onTerminal, colors: onTerminal });
  }

  override log(message: unknown, ...rest: unknown[]): void {
    const context = rest.at(-1);
    if (typeof context === 'string' && FRAMEWORK_CONTEXTS.has(context)) return;
    super.log(this.clean(message), ...rest.map((part) => this.clean(part)));
  }

  override warn(message: unknown, ...rest: unknown[]): void {
    super.warn(this.clean(message), ...rest.map((part) => this.clean(part)));
  }

  override error(message: unknown, ...rest: unknown[]): void {
    super.error(this.clean(message), ...rest.map((part) => this.clean(part)));
  }

  override fatal(message: unknown, ...rest: unknown[]): void {
    super.fatal(this.clean(message), ...rest.map((part) => this.clean(part)));
  }

  private clean(part: unknown): unknown {
    if (typeof part === 'string') return this.secrets.redact(part);
    if (part instanceof Error) return this.secrets.redact(part.stack ?? part.message);
    if (typeof part !== 'object' || part === null) return part;
    return this.secrets.redact(inspect(part));
  }
}
