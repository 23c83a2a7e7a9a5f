import { spawn } from 'node:child_process';
import { constants } from 'node:os';

/** Signals that end a script in order: npm, a supervisor or a terminal sends them. */
const STOP_SIGNALS = ['SIGTERM', 'SIGINT', 'SIGHUP'];
/** Shells exit with this plus the signal's number for a program that a signal ended. */
const EXIT_CODE_BASE = 128;

/**
 * Runs a program to its end and hands on the signals that ask this process to stop, to the program and to all that it has
 * started: Jest, for one, would leave the services of its tests behind. This process ends after the program.
 *
 * @param options as for `spawn`; with `stdio: 'pipe'` the output is collected
 * @returns its exit code, as a shell would tell it, and its output where that was collected
 */
export async function runChild(file, args, options) {
  const handOn = (signal) => {
    if (child.exitCode === null && child.signalCode === null) process.kill(-child.pid, signal);
  };
  // Before the program is there: a signal that came in between would end this process alone.
  for (const signal of STOP_SIGNALS) process.on(signal, handOn);
  // A process group of its own, which can be signalled as one.
  const child = spawn(file, args, { ...options, detached: true });
  try {
    return await endOf(child);
  } finally {
    for (const signal of STOP_SIGNALS) process.off(signal, handOn);
  }
}

function endOf(child) {
  const output = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr']) {
    child[name]?.setEncoding('utf8').on('data', (text) => {
      output[name] += text;
    });
  }
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => {
      resolve({ exitCode: code ?? EXIT_CODE_BASE + constants.signals[signal], ...output });
    });
  });
}
