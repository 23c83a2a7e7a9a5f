import type { Content, Schema } from '../../http/openapi/openapi-types.js';

const TEXT: Content[string] = { schema: { type: 'string' } };

const WORD_SCHEMA: Schema = {
  type: 'object',
  required: ['text', 'start', 'end'],
  properties: {
    text: { type: 'string', description: 'The word, with its punctuation.' },
    start: { type: 'integer', description: 'Milliseconds from the beginning of the conversation.' },
    end: { type: 'integer', description: 'Milliseconds from the beginning of the conversation.' },
    confidence: { type: 'number', format: 'double', description: 'Of the recognizer, from 0 to 1.' },
    speaker: { type: 'string', description: 'A letter that is valid within the chunk.' },
    interpolated: {
      type: 'boolean',
      description: 'Set when the times were interpolated, as the correction changed the word.',
    },
    origin: {
      type: 'string',
      enum: ['heard', 'corrected', 'edited'],
      description:
        'Where the word comes from; with `include=changes`, and where the first-stage text is stored.',
    },
    heard: {
      type: 'string',
      description:
        'The words that it replaced, of which it repeats 300 characters at most; empty when it was added.',
    },
  },
};

const CHANGE_SCHEMA: Schema = {
  type: 'object',
  required: ['origin', 'heard', 'text', 'start', 'end', 'firstWord', 'words', 'minor'],
  properties: {
    origin: { type: 'string', enum: ['corrected', 'edited'], description: 'Who made the change.' },
    heard: { type: 'string', description: 'Text before the change; empty when words were added.' },
    text: { type: 'string', description: 'Text after the change; empty when words were removed.' },
    start: { type: 'integer', description: 'Milliseconds from the beginning of the conversation.' },
    end: { type: 'integer', description: 'Milliseconds from the beginning of the conversation.' },
    firstWord: { type: 'integer', description: 'Index of its first word in `words` of the chunk, from 0.' },
    words: { type: 'integer', description: 'Number of its words in `words` of the chunk.' },
    minor: { type: 'boolean', description: 'Whether only case or punctuation differ.' },
  },
};

const STATS_SCHEMA: Schema = {
  type: 'object',
  description: 'Counts of words; with `include=changes`.',
  required: ['words', 'changed', 'added', 'removed'],
  properties: {
    words: { type: 'integer', description: 'All words of the text.' },
    changed: { type: 'integer', description: 'Words that replace others.' },
    added: { type: 'integer', description: 'Words that were not heard.' },
    removed: { type: 'integer', description: 'Words that were heard and are not in the text.' },
  },
};

const CHUNK_SCHEMA: Schema = {
  type: 'object',
  required: ['id', 'position', 'durationSeconds', 'offsetMs', 'transcript', 'words'],
  properties: {
    id: { type: 'string', format: 'uuid', description: 'Id of the chunk.' },
    position: { type: 'integer', description: 'Place of the chunk in the conversation.' },
    durationSeconds: {
      type: 'number',
      format: 'double',
      nullable: true,
      description: 'Length of the recording; null when the provider did not say it.',
    },
    offsetMs: { type: 'integer', description: 'Where the chunk begins in the conversation.' },
    transcript: { type: 'string', description: 'The text of the chunk.' },
    words: { type: 'array', items: WORD_SCHEMA, description: 'The words of the text, in order.' },
    changes: {
      type: 'array',
      items: CHANGE_SCHEMA,
      description: 'Differences to what was heard, removed words included; with `include=changes`.',
    },
  },
};

const JSON_SCHEMA: Schema = {
  type: 'object',
  required: ['conversationId', 'status', 'transcript', 'chunks'],
  properties: {
    conversationId: { type: 'string', format: 'uuid', description: 'Id of the conversation.' },
    status: {
      type: 'string',
      enum: ['open', 'finished', 'finalized'],
      description: 'State of the conversation.',
    },
    transcript: { type: 'string', description: 'The merged text.' },
    chunks: { type: 'array', items: CHUNK_SCHEMA, description: 'Completed chunks, by position.' },
    stats: STATS_SCHEMA,
  },
};

/** Documents a transcript in each of its formats. */
export const TRANSCRIPT_CONTENT: Content = {
  'text/plain': TEXT,
  'text/markdown': TEXT,
  'application/json': { schema: JSON_SCHEMA },
  'application/x-subrip': TEXT,
  'text/vtt': TEXT,
  'application/vnd.openxmlformats-officedocument.wordprocessingml.document': {
    schema: { type: 'string', format: 'binary' },
  },
};
