import type { Api } from './api.js';

export interface DocumentedRoute {
  /** In capital letters. */
  method: string;
  /** With an unknown UUID in place of every id. */
  path: string;
  /** Path as written in the document. */
  template: string;
  readsBody: boolean;
  /** Whether a body may be JSON; one that is not read may. */
  mayBeJson: boolean;
}

const UNKNOWN_ID = '01890000-0000-7000-8000-000000000000';
const METHODS_WITH_BODY = ['POST', 'PUT', 'PATCH', 'DELETE'];

interface Document {
  paths: Record<string, Record<string, { requestBody?: { content?: object } }>>;
}

/**
 * Returns the routes under `/api` that accept a body, from the service's own documentation, so that
 * a new route is tested automatically. The callback and the login are excluded, as they have their
 * own rules.
 */
export async function routesWithMethodsOfBodies(api: Api): Promise<DocumentedRoute[]> {
  const { body } = await api.get<Document>('/docs-json');
  const routes = Object.entries(body.paths).flatMap(([template, operations]) =>
    Object.entries(operations).map(([method, { requestBody }]) => ({
      method: method.toUpperCase(),
      path: template.replace(/\{\w+\}/g, UNKNOWN_ID),
      template,
      readsBody: requestBody !== undefined,
      mayBeJson: requestBody === undefined || 'application/json' in (requestBody.content ?? {}),
    })),
  );
  return routes.filter(
    ({ method, template }) =>
      METHODS_WITH_BODY.includes(method) &&
      template.startsWith('/api/') &&
      !template.startsWith('/api/webhooks/') &&
      template !== '/api/session',
  );
}
