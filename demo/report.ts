import { relative } from 'node:path';
import type { Simulator } from '../simulator/simulator.js';
import type { JobResult } from './main-job.js';
import { plainWords, type Screen } from '../commands/terminal/screen.js';
import type { ServiceProcess } from '../commands/service/service-process.js';

const INDENT = '  ';

export interface Setup {
  service: ServiceProcess;
  simulator: Simulator;
  dataDir: string;
}

export function printOpening(screen: Screen): void {
  screen.print(
    screen.paint('bold', 'Ringback: recorded conversations in, corrected text out'),
    'A simulator stands in for AssemblyAI and Gemini: no keys, and nothing leaves this machine.',
    '',
  );
}

export function printSetup(screen: Screen, { service, simulator, dataDir }: Setup): void {
  screen.print(
    `${INDENT}providers  ${simulator.url} (simulated)`,
    `${INDENT}database   embedded PostgreSQL in ${shown(dataDir)}`,
    `${INDENT}service    ${service.url} (pid ${String(service.pid)}, log in ${shown(service.logFile)})`,
    '',
  );
}

export function printResult(screen: Screen, { conversation, chunks }: JobResult, simulator: Simulator): void {
  const provided = chunks.flatMap(({ transcriptId }) => {
    const entry = transcriptId === null ? undefined : simulator.ledger.transcripts.get(transcriptId);
    return entry === undefined ? [] : [entry];
  });
  const callbacks = sum(provided.map(({ webhookAttempts }) => webhookAttempts));
  const polls = sum(provided.map(({ gets }) => gets));
  screen.print('', screen.paint('bold', 'Merged transcript'), '');
  printText(screen, conversation.transcript ?? '');
  screen.print(screen.paint('bold', 'Summary'), '');
  printText(screen, conversation.summary ?? '');
  const effort = `AssemblyAI called back ${callbacks} times for ${chunks.length} recordings, and was checked ${polls} times: no worker waited for it.`;
  screen.print(...screen.paragraph(plainWords(effort), { indent: '' }), '');
}

function printText(screen: Screen, text: string): void {
  for (const paragraph of text.split('\n\n')) {
    screen.print(...screen.paragraph(plainWords(paragraph), { indent: INDENT }), '');
  }
}

export function printNextSteps(
  screen: Screen,
  { service, staysUp, conversationId }: Setup & { staysUp: boolean; conversationId: string },
): void {
  const code = (line: string): string => `${INDENT}${screen.paint('cyan', line)}`;
  const whileUp = staysUp ? '' : '(while it is up: on a terminal and without --exit it stays up)';
  const link = (path: string): string => screen.paint('underline', `${service.url}${path}`);
  screen.print(
    `${screen.paint('bold', 'Console')}     ${link(`/c/${conversationId}`)}`,
    `${screen.paint('bold', 'Swagger UI')}  ${link('/docs')}`,
    ...(whileUp === '' ? [] : [whileUp]),
    '',
    screen.paint('bold', 'With your own recordings and keys'),
    '',
    code('cp .env.example .env     # then fill in ASSEMBLYAI_API_KEY and GEMINI_API_KEY (or GCP_SA_JSON)'),
    code('npm start'),
    '',
    'and in another terminal:',
    '',
    code('API=http://127.0.0.1:3000/api'),
    code(`ID=$(curl -s -X POST $API/conversations | node -p 'JSON.parse(fs.readFileSync(0)).id')`),
    code('curl -F audio=@recording.mp3 $API/conversations/$ID/chunks'),
    code('curl -X POST $API/conversations/$ID/finish'),
    code('curl $API/conversations/$ID/transcript'),
    '',
    'or without a service of your own:',
    '',
    code('npm run transcribe -- recording.mp3'),
    '',
  );
}

export function printStayingUp(screen: Screen): void {
  screen.print(
    screen.paint('dim', 'It stays up: listen and read in the console, or try the API. Ctrl-C stops it.'),
  );
}

export function printStopping(screen: Screen): void {
  screen.print('', 'Stopping. Ctrl-C once more stops it at once.');
}

/** Returns a relative path where that is shorter. */
function shown(path: string): string {
  const short = relative(process.cwd(), path);
  return short === '' || short.startsWith('..') ? path : short;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
