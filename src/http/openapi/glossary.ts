/** Groups of operations, in the order in which Swagger UI shows them. */
export const TAGS: Readonly<Record<string, string>> = {
  projects: 'Defaults that conversations share.',
  conversations: 'A conversation is recorded in chunks, and has one merged transcript.',
  chunks: 'A chunk is one recording of a conversation, with its text.',
  uploads: 'Recordings that arrive over several requests, by the tus protocol.',
  recordings: 'The sound of conversations, to listen to.',
  stream: 'Changes as they happen, for pages that show what is going on.',
  events: 'Events that a project sends to URLs, and their deliveries.',
  privacy: 'Deletion of conversations, and receipts of what was redacted.',
  session: 'The login of the console.',
  webhooks: 'The callback of the provider.',
  operation: 'Health and metrics, for those who run the service.',
};

/**
 * Descriptions of fields and parameters that mean the same everywhere. One with a description of
 * its own keeps it.
 */
export const GLOSSARY: Readonly<Record<string, string>> = {
  id: 'UUIDv7, so ids sort by the time of their creation.',
  projectId: 'Id of the project; null when the conversation belongs to none.',
  conversationId: 'Id of the conversation.',
  chunkId: 'Id of the chunk.',
  submissionId: 'Id of one submission of the chunk to the provider.',
  endpointId: 'Id of the event endpoint.',
  createdAt: 'When it was created.',
  updatedAt: 'When it was last changed.',
  finishedAt: 'When the conversation was finished; null while it is open.',
  finalizedAt: 'When its chunks were first merged; null before.',
  submittedAt: 'When the recording was sent to the provider; null before.',
  transcribedAt: 'When the first-stage text was stored; null before.',
  completedAt: 'When the chunk was completed; null before.',
  language: 'A language tag (BCP 47), or `auto`; null means `en`.',
  transcriptPrompt: 'Comma-separated hotwords, also passed to the correction as guidance.',
  redactPii: 'Whether names, emails, phone numbers and the like are replaced.',
  anonymize: 'Whether no text from before redaction is stored.',
  speakerLabels: 'Whether the provider labels speakers.',
  position: 'Place of the chunk in the conversation, from 0.',
  limit: 'Largest number of entries of the page.',
  cursor: '`nextCursor` of the page before.',
  nextCursor: 'Give it as `cursor` for the next page; null on the last.',
  data: 'Entries of the page.',
};
