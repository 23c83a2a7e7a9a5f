import { parentPort, workerData } from 'node:worker_threads';
import { renderTranscript } from './render-transcript.js';
import type { RenderJob } from './transcript-renderer.js';

const { format, conversation } = workerData as RenderJob;
const rendered = await renderTranscript(format, conversation);
// A file is copied: its bytes may be a part of a pool, which cannot leave the thread.
const bytes = typeof rendered === 'string' ? new TextEncoder().encode(rendered) : new Uint8Array(rendered);
parentPort?.postMessage(bytes, [bytes.buffer]);
