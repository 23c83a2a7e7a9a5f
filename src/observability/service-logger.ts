import { ConsoleLogger, type LogLevel } from '@nestjs/common';

/** What Nest says of its own start: a hundred lines in which the one that matters is lost. */
const FRAMEWORK_CONTEXTS = new Set([
  'NestFactory',
  'InstanceLoader',
  'RoutesResolver',
  'RouterExplorer',
  'NestApplication',
]);

const LEVELS: LogLevel[] = ['log', 'warn', 'error', 'fatal'];

/** One line an event: coloured on a terminal, JSON elsewhere, so that a log collector can read it. */
export class ServiceLogger extends ConsoleLogger {
  constructor() {
    const onTerminal = process.stdout.isTTY;
    super({ logLevels: LEVELS, json: !onTerminal, colors: onTerminal });
  }

  override log(message: unknown, ...rest: unknown[]): void {
    const context = rest.at(-1);
    if (typeof context === 'string' && FRAMEWORK_CONTEXTS.has(context)) return;
    super.log(message, ...rest);
  }
}
