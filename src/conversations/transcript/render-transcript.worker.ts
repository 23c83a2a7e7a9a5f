import { parentPort, workerData } from 'node:worker_threads';
import { renderTranscript } from './render-transcript.js';
import type { RenderJob } from './transcript-renderer.js';

const { format, conversation } = workerData as RenderJob;
const bytes = new TextEncoder().encode(await renderTranscript(format, conversation));
parentPort?.postMessage(bytes, [bytes.buffer]);
