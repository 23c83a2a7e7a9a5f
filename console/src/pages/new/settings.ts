/** Settings of a new conversation, as the form has them. */
export interface Settings {
  title: string;
  /** Empty: none; `new`: the one of `projectName`. */
  projectId: string;
  projectName: string;
  language: string;
  transcriptPrompt: string;
  redactPii: boolean;
  anonymize: boolean;
  speakerLabels: boolean;
}

export const NEW_PROJECT = 'new';

export const NO_SETTINGS: Settings = {
  title: '',
  projectId: '',
  projectName: '',
  language: '',
  transcriptPrompt: '',
  redactPii: false,
  anonymize: false,
  speakerLabels: false,
};

/** Returns the body of `POST /api/conversations`: what was not chosen comes from the project. */
export function conversationRequest(settings: Settings, projectId: string): Record<string, unknown> {
  const { title, language, transcriptPrompt, redactPii, anonymize, speakerLabels } = settings;
  const texts = Object.entries({ title, projectId, language, transcriptPrompt: oneLine(transcriptPrompt) })
    .map(([name, value]) => [name, value.trim()] as const)
    .filter(([, value]) => value !== '');
  const choices = Object.entries({ redactPii, anonymize, speakerLabels }).filter(([, isChosen]) => isChosen);
  return Object.fromEntries<unknown>([...texts, ...choices]);
}

/** Hotwords are separated by commas; people also write one on each line. */
function oneLine(hotwords: string): string {
  return hotwords
    .split(/[\n,]/)
    .map((word) => word.trim())
    .filter((word) => word !== '')
    .join(', ');
}

/**
 * Returns the problems that the API found, by field; those of no field of the form are under
 * `other`.
 */
export function problemsByField(
  problems: readonly string[],
): Partial<Record<keyof Settings | 'other', string>> {
  const found: Partial<Record<keyof Settings | 'other', string>> = {};
  for (const problem of problems) {
    const word = /^[A-Za-z]+/.exec(problem)?.[0] ?? '';
    // The only field of a project that the form has.
    const field = word === 'name' ? 'projectName' : isField(word) ? word : 'other';
    found[field] = found[field] === undefined ? problem : `${found[field]}\n${problem}`;
  }
  return found;
}

function isField(word: string): word is keyof Settings {
  return Object.hasOwn(NO_SETTINGS, word);
}
