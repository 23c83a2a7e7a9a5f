import { STATUS_CODES } from 'node:http';
import type { OpenAPIObject } from '@nestjs/swagger';
import {
  commonResponse,
  commonResponses,
  errorContent,
  ERROR_SCHEMA,
  REQUEST_ID_COMPONENT,
  REQUEST_ID_HEADERS,
} from './error-responses.js';
import { GLOSSARY } from './glossary.js';
import type { Components, Operation, Parameter, Response, Schema } from './openapi-types.js';
import { OPERATION_IDS } from './operation-ids.js';

const METHODS = ['get', 'head', 'put', 'post', 'delete', 'patch', 'options'] as const;
const FIRST_ERROR_STATUS = 400;
/** Path parameters with these names are ids. */
const ID_PARAMETER = /^id$|Id$/;
/** Any of these alternatives is enough. */
const ACCESS: Record<string, string[]>[] = [{ bearer: [] }, { cookie: [] }];
const NO_ACCESS_NEEDED: Record<string, string[]>[] = [];

/**
 * Adds what holds for all operations, so that no route has to declare it: names, the errors that
 * any route may have, both ways of access, and descriptions of common fields.
 */
export function completeDocument(document: OpenAPIObject): OpenAPIObject {
  const { components = {} } = document;
  const schemas = { ...components.schemas, ApiError: ERROR_SCHEMA as Schema };
  for (const schema of Object.values(schemas)) describeProperties(schema);
  const used = new Set<number>();
  for (const [path, item] of Object.entries(document.paths)) {
    for (const method of METHODS) {
      const operation = item[method];
      if (operation === undefined) continue;
      const common = completeOperation(operation, `${method.toUpperCase()} ${path}`, path);
      for (const status of common) used.add(status);
    }
  }
  return {
    ...document,
    components: {
      ...components,
      schemas,
      headers: { RequestId: REQUEST_ID_COMPONENT },
      responses: commonResponses(used) as Components['responses'],
    },
  };
}

/** @returns statuses of the common errors that were added */
function completeOperation(operation: Operation, route: string, path: string): number[] {
  operation.operationId = OPERATION_IDS[route] ?? operation.operationId;
  const isGuarded = operation.security !== undefined;
  operation.security = isGuarded ? ACCESS : NO_ACCESS_NEEDED;
  operation.parameters = withoutRepeats(operation.parameters ?? []);
  for (const parameter of operation.parameters) describeParameter(parameter, path);
  const { responses } = operation;
  for (const [status, response] of Object.entries(responses)) completeResponse(Number(status), response);
  const added = commonErrors(operation, path, isGuarded).filter((status) => !(status in responses));
  for (const status of added) responses[status] = commonResponse(status);
  return added;
}

/** @returns statuses of errors that such an operation may have */
function commonErrors(operation: Operation, path: string, isGuarded: boolean): number[] {
  const isApi = path.startsWith('/api/');
  const isCounted = isGuarded || !(isApi || path.startsWith('/health/'));
  return [
    ...(isApi ? [400] : []),
    ...(isGuarded ? [401, 403] : []),
    ...(path.includes('{') ? [404] : []),
    ...(operation.requestBody === undefined ? [] : [413, 415]),
    ...(isCounted ? [429] : []),
    500,
    503,
  ];
}

function completeResponse(status: number, response: Response | undefined): void {
  if (response === undefined || '$ref' in response) return;
  response.description ||= STATUS_CODES[status] ?? '';
  response.headers = { ...response.headers, ...REQUEST_ID_HEADERS };
  if (status >= FIRST_ERROR_STATUS) response.content ??= errorContent;
  for (const { schema } of Object.values(response.content ?? {})) {
    if (schema !== undefined) describeProperties(schema);
  }
}

/**
 * Keeps the last of two parameters: `@Headers` and `@ApiHeader` document a header in different
 * spelling.
 */
function withoutRepeats(parameters: readonly Parameter[]): Parameter[] {
  const byName = new Map(
    parameters.map((parameter) => [
      'name' in parameter ? `${parameter.in} ${parameter.name.toLowerCase()}` : parameter.$ref,
      parameter,
    ]),
  );
  return [...byName.values()];
}

function describeParameter(parameter: Parameter, path: string): void {
  if ('$ref' in parameter) return;
  if (parameter.in !== 'path') {
    parameter.description ??= GLOSSARY[parameter.name];
    return;
  }
  const idOf = ID_PARAMETER.test(parameter.name) ? describeId(parameter.name, path) : undefined;
  if (idOf === undefined) return;
  parameter.description ??= idOf;
  parameter.schema = { type: 'string', format: 'uuid' };
}

/** Describes `{id}` by the word before it: that of `/projects/{id}` is the id of a project. */
function describeId(name: string, path: string): string | undefined {
  const word = new RegExp(`([a-z-]+)/\\{${name}\\}`).exec(path)?.[1];
  if (word === undefined) return undefined;
  return `Id of the ${word.replace(/ies$/, 'y').replace(/s$/, '').replaceAll('-', ' ')}.`;
}

function describeProperties(schema: Schema): void {
  if ('$ref' in schema) return;
  for (const [name, property] of Object.entries(schema.properties ?? {})) {
    const described = property as { description?: string };
    if (GLOSSARY[name] !== undefined) described.description ??= GLOSSARY[name];
    describeProperties(property);
  }
  if (schema.items !== undefined && !Array.isArray(schema.items)) describeProperties(schema.items);
}
