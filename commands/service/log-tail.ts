import { open } from 'node:fs/promises';

/** Enough for a stack trace and the lines before it. */
const MAX_TAIL_BYTES = 16_384;
const MAX_TAIL_LINES = 12;

/**
 * Returns the last lines of a service's log in readable form: without a terminal the service logs
 * one JSON object per line.
 */
export async function readLogTail(logFile: string): Promise<string[]> {
  const text = await readEnd(logFile);
  return text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map(readableLine)
    .slice(-MAX_TAIL_LINES);
}

async function readEnd(file: string): Promise<string> {
  const handle = await open(file, 'r');
  try {
    const { size } = await handle.stat();
    const start = Math.max(0, size - MAX_TAIL_BYTES);
    const buffer = Buffer.alloc(size - start);
    await handle.read(buffer, 0, buffer.length, start);
    const text = buffer.toString('utf8');
    // Drops the incomplete first line.
    return start === 0 ? text : text.slice(text.indexOf('\n') + 1);
  } finally {
    await handle.close();
  }
}

/** Formats a log entry. @returns a line of another program unchanged */
function readableLine(line: string): string {
  const entry = parseEntry(line);
  if (entry === undefined) return line;
  const { level = '', context, message } = entry;
  const origin = context === undefined ? '' : `[${context}] `;
  return `${level.padEnd(5)} ${origin}${typeof message === 'string' ? message : JSON.stringify(message)}`;
}

interface LogEntry {
  level?: string;
  context?: string;
  message: unknown;
}

function parseEntry(line: string): LogEntry | undefined {
  try {
    const parsed: unknown = JSON.parse(line);
    return typeof parsed === 'object' && parsed !== null && 'message' in parsed ? parsed : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
