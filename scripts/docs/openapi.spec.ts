import { readFileSync } from 'node:fs';
import { createConfig, lintFromString } from '@redocly/openapi-core';
import { describe, expect, it } from 'vitest';

interface Schema {
  $ref?: string;
  type?: string | string[];
  format?: string;
  description?: string;
  nullable?: boolean;
  enum?: unknown[];
  properties?: Record<string, Schema>;
  items?: Schema;
  allOf?: Schema[];
  anyOf?: Schema[];
  oneOf?: Schema[];
}

type Content = Record<string, { schema?: Schema }>;

interface Operation {
  operationId: string;
  tags?: string[];
  security?: object[];
  parameters?: { name: string; in: string; description?: string; schema: Schema }[];
  requestBody?: { content: Content };
  responses: Record<string, { $ref?: string; description?: string; content?: Content }>;
}

interface Document {
  openapi: string;
  tags: { name: string; description?: string }[];
  paths: Record<string, Record<string, Operation>>;
  components: {
    schemas: Record<string, Schema>;
    responses: Record<string, { content: Content }>;
    securitySchemes: Record<string, unknown>;
  };
}

const path = new URL('../../docs/openapi.json', import.meta.url);
const source = readFileSync(path, 'utf8');
const document = JSON.parse(source) as Document;

const operations = Object.entries(document.paths).flatMap(([route, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({
    name: `${method.toUpperCase()} ${route}`,
    isApi: route.startsWith('/api/'),
    hasId: route.includes('{'),
    operation,
  })),
);

function inner(place: string, { allOf, anyOf, oneOf, items, properties }: Schema): [string, Schema][] {
  const parts = [allOf, anyOf, oneOf, items].flatMap((part) => part ?? []);
  return [
    ...parts.map((schema): [string, Schema] => [place, schema]),
    ...Object.entries(properties ?? {}).map(([name, schema]): [string, Schema] => [
      `${place}.${name}`,
      schema,
    ]),
  ];
}

/** Each schema of the document, with the place where it is. */
function schemas(): [place: string, schema: Schema][] {
  const found: [string, Schema][] = Object.entries(document.components.schemas);
  for (const { name, operation } of operations) {
    for (const { name: parameter, schema } of operation.parameters ?? []) {
      found.push([`${name} ${parameter}`, schema]);
    }
    const contents = [operation.requestBody, ...Object.values(operation.responses)].map(
      (one) => one?.content,
    );
    for (const content of contents) {
      for (const [type, { schema }] of Object.entries(content ?? {})) {
        if (schema !== undefined) found.push([`${name} ${type}`, schema]);
      }
    }
  }
  // The list grows while it is read.
  for (const [place, schema] of found) found.push(...inner(place, schema));
  return found;
}

/** Names what is wrong, and what to add. */
function expectNone(wrong: readonly string[], advice: string): void {
  expect(wrong, advice).toEqual([]);
}

describe('docs/openapi.json', () => {
  it('has no error by the recommended rules of Redocly', async () => {
    const config = await createConfig({ extends: ['recommended'] });
    const problems = await lintFromString({ source, absoluteRef: path.pathname, config });
    expectNone(
      problems
        .filter(({ severity }) => severity === 'error')
        .map(({ ruleId, message, location }) => `${ruleId}: ${message} (${location[0]?.pointer ?? ''})`),
      'https://redocly.com/docs/cli/rules has each rule',
    );
  });

  it('is OpenAPI 3.1', () => {
    expect(document.openapi).toBe('3.1.0');
    expectNone(
      schemas().flatMap(([place, { nullable }]) => (nullable === undefined ? [] : [place])),
      '3.1 has no `nullable`: say type: [..., "null"]',
    );
    expectNone(
      schemas().flatMap(([place, { type, enum: values }]) =>
        values !== undefined && Array.isArray(type) && type.includes('null') && !values.includes(null)
          ? [place]
          : [],
      ),
      'an enum that may be null has null among its values',
    );
  });

  it('names each operation once, in camelCase', () => {
    const names = operations.map(({ operation }) => operation.operationId);
    expectNone(
      operations
        .filter(({ operation }) => !/^[a-z]+(?:[A-Z][a-z0-9]*)*$/.test(operation.operationId))
        .map(({ name, operation }) => `${name}: ${operation.operationId}`),
      'add the route with a name such as listConversations to src/http/openapi/operation-ids.ts',
    );
    expectNone(
      names.filter((name, index) => names.indexOf(name) !== index),
      'two routes have this operationId; rename one in src/http/openapi/operation-ids.ts',
    );
  });

  it('describes each tag, property and parameter', () => {
    const tags = document.tags.filter(({ description }) => description !== undefined).map(({ name }) => name);
    expectNone(
      operations.flatMap(({ operation }) =>
        (operation.tags ?? ['none']).filter((tag) => !tags.includes(tag)),
      ),
      'add the tag, with a sentence, to TAGS in src/http/openapi/glossary.ts',
    );
    expectNone(
      schemas().flatMap(([place, { properties = {} }]) =>
        Object.entries(properties).flatMap(([name, { description }]) =>
          description === undefined ? [`${place}.${name}`] : [],
        ),
      ),
      'add a description to the @ApiProperty, or to src/http/openapi/glossary.ts if it means the same everywhere',
    );
    expectNone(
      operations.flatMap(({ name, operation: { parameters = [] } }) =>
        parameters.flatMap((one) => (one.description === undefined ? [`${name} ${one.name}`] : [])),
      ),
      'add a description to the @ApiQuery, @ApiHeader or @ApiProperty of the parameter',
    );
  });

  it('says of each number whether it is whole', () => {
    expectNone(
      schemas().flatMap(([place, { type, format }]) =>
        [type].flat().includes('number') && format === undefined ? [place] : [],
      ),
      "say type: 'integer', or type: 'number' with format: 'double' when it may have a fraction",
    );
  });

  it('has the schema of errors for each of them, and for each that may occur', () => {
    const { schemas: known, responses: common } = document.components;
    expect(Object.keys(known.ApiError?.properties ?? {})).toEqual([
      'statusCode',
      'error',
      'message',
      'code',
      'requestId',
    ]);
    const errors = operations.flatMap(({ name, operation }) =>
      Object.entries(operation.responses)
        .filter(([status]) => Number(status) >= 400)
        .map(([status, response]) => {
          const content =
            response.$ref === undefined
              ? response.content
              : common[response.$ref.split('/').at(-1) ?? '']?.content;
          return {
            name: `${name} ${status}`,
            schema: JSON.stringify(content?.['application/json']?.schema ?? null),
          };
        }),
    );
    expectNone(
      errors
        .filter(({ schema }) => !schema.includes('"#/components/schemas/ApiError"'))
        .map(({ name }) => name),
      'the content of an error is added by src/http/openapi/complete-document.ts; leave it out of the decorator',
    );
    const missing = operations.flatMap(({ name, isApi, hasId, operation }) => {
      const isGuarded = (operation.security ?? []).length > 0;
      const wanted = [
        '500',
        '503',
        ...(isApi ? ['400'] : []),
        ...(isGuarded ? ['401', '403', '429'] : []),
        ...(hasId ? ['404'] : []),
        ...(operation.requestBody === undefined ? [] : ['413', '415']),
      ];
      return wanted.filter((status) => !(status in operation.responses)).map((status) => `${name} ${status}`);
    });
    expectNone(missing, 'src/http/openapi/complete-document.ts adds these errors');
  });

  it('offers the key and the session on every route that needs one', () => {
    const open = operations
      .filter(({ operation }) => operation.security?.length === 0)
      .map(({ name }) => name);
    expect(open).toEqual(
      operations
        .map(({ name }) => name)
        .filter((name) => !name.includes(' /api/') || / \/api\/(?:session|webhooks)/.test(name)),
    );
    for (const { name, operation } of operations.filter((one) => !open.includes(one.name))) {
      expect({ name, security: operation.security }).toEqual({
        name,
        security: [{ bearer: [] }, { cookie: [] }],
      });
    }
    expect(Object.keys(document.components.securitySchemes)).toEqual(['bearer', 'cookie']);
  });

  it('has a schema for each media type of a chunk and of a transcript', () => {
    const contentOf = (name: string): Content => {
      const { requestBody, responses } =
        operations.find((one) => one.operation.operationId === name)?.operation ?? {};
      return requestBody?.content ?? responses?.['200']?.content ?? {};
    };
    const chunk = contentOf('addChunk');
    expect(chunk['multipart/form-data']?.schema).toMatchObject({ required: ['audio'] });
    expect(chunk['application/json']?.schema).toEqual({
      $ref: '#/components/schemas/CreateChunkFromUrlRequest',
    });
    const transcript = contentOf('getTranscript');
    expect(Object.keys(transcript)).toEqual(
      expect.arrayContaining(['text/plain', 'application/json', 'application/x-subrip', 'text/vtt']),
    );
    expect(transcript['application/json']?.schema).toHaveProperty('properties.chunks');
  });
});
