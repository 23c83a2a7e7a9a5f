import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { DocumentBuilder, type OpenAPIObject, SwaggerModule } from '@nestjs/swagger';
import { VERSION } from '../version.js';
import { completeDocument } from './complete-document.js';
import { TAGS } from './glossary.js';

/** Serves Swagger UI on `/docs`, and the OpenAPI document on `/docs-json`. */
export function describeApi(app: NestFastifyApplication): void {
  redirectDocsAliases(app);
  SwaggerModule.setup('docs', app, () => apiDocument(app), { jsonDocumentUrl: 'docs-json' });
}

/** @returns the OpenAPI document of all routes of the application's modules */
export function apiDocument(app: NestFastifyApplication): OpenAPIObject {
  const description = new DocumentBuilder()
    .setOpenAPIVersion('3.1.0')
    .setTitle('Ringback')
    .setDescription(
      'Turns recorded conversations into text. To run one by hand: open a conversation, add a chunk to it, finish it, ' +
        'and read it until it is finalized.',
    )
    .setVersion(VERSION)
    .addBearerAuth({
      type: 'http',
      scheme: 'bearer',
      bearerFormat: 'API key',
      description: 'One of the keys of API_KEYS.',
    })
    .addCookieAuth('ringback_session', {
      type: 'apiKey',
      description: 'A session of `POST /api/session`; changes also need the `Origin` of the service.',
    })
    // Relative to the document
    // (https://spec.openapis.org/oas/v3.1.0.html#relative-references-in-urls), which is next to the
    // API, also below a proxy's path prefix. A document without a server means the root of the
    // host.
    .addServer('.', 'The service that this document comes from')
    .build();
  // The owner has not chosen a license.
  const info = { ...description.info, license: { name: 'UNLICENSED' }, contact: undefined };
  const tags = Object.entries(TAGS).map(([name, text]) => ({ name, description: text }));
  return completeDocument(SwaggerModule.createDocument(app, { ...description, info, tags }));
}

/**
 * Redirects other spellings of `/docs`. Swagger UI resolves the embedded document against the
 * page's URL, and only `/docs` is next to the API. The redirect is relative, as only the proxy
 * knows the path prefix.
 */
function redirectDocsAliases(app: NestFastifyApplication): void {
  const server = app.getHttpAdapter().getInstance();
  server.addHook('onRequest', (request, reply, done) => {
    const [path] = request.url.split('?');
    if (path === '/docs/' || path === '/docs/index.html') void reply.redirect('../docs');
    else done();
  });
}
