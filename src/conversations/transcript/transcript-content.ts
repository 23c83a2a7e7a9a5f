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
  },
};

/** Documents a transcript in each of its formats. */
export const TRANSCRIPT_CONTENT: Content = {
  'text/plain': TEXT,
  'application/json': { schema: JSON_SCHEMA },
  'application/x-subrip': TEXT,
  'text/vtt': TEXT,
};
