import { spawn } from 'node:child_process';
import { constants } from 'node:os';

/** Signals that end a script in order, sent by npm, a supervisor or a terminal. */
const STOP_SIGNALS = ['SIGTERM', 'SIGINT', 'SIGHUP'];
/** Shells add the signal's number to this as the exit code of a program that a signal ended. */
const EXIT_CODE_BASE = 128;

/**
 * Runs a program to its end, and forwards stop signals to it and to all processes that it started.
 * Without that, Vitest would leave the services of its tests running. This process ends after the
 * program.
 *
 * @param options as for `spawn`; with `stdio: 'pipe'` the output is collected
 * @returns its exit code, as a shell reports it, and its output where that was collected
 */
export async function runChild(file, args, options) {
  const forward = (signal) => {
    if (child.exitCode === null && child.signalCode === null) process.kill(-child.pid, signal);
  };
  // Registered before the program starts: a signal in between would end only this process.
  for (const signal of STOP_SIGNALS) process.on(signal, forward);
  // In its own process group, which can be signaled as a whole.
  const child = spawn(file, args, { ...options, detached: true });
  try {
    return await endOf(child);
  } finally {
    for (const signal of STOP_SIGNALS) process.off(signal, forward);
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
