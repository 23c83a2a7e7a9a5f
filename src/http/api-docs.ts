import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { DocumentBuilder, type OpenAPIObject, SwaggerModule } from '@nestjs/swagger';
import { VERSION } from './version.js';

/** Serves Swagger UI on `/docs`, and the OpenAPI document on `/docs-json`. */
export function describeApi(app: NestFastifyApplication): void {
  leaveOneUrlOfThePage(app);
  SwaggerModule.setup('docs', app, () => apiDocument(app), { jsonDocumentUrl: 'docs-json' });
}

/** @returns the OpenAPI document of all routes of the application's modules */
export function apiDocument(app: NestFastifyApplication): OpenAPIObject {
  const description = new DocumentBuilder()
    .setTitle('Ringback')
    .setDescription(
      'Turns recorded conversations into text. To run one by hand: open a conversation, add a chunk to it, finish it, ' +
        'and read it until it is finalized.',
    )
    .setVersion(VERSION)
    .addBearerAuth()
    // Relative to the document (https://spec.openapis.org/oas/v3.1.0.html#relative-references-in-urls): the API stands beside it, also
    // below a path of a proxy. A document without a server means the root of the host.
    .addServer('./')
    .build();
  return SwaggerModule.createDocument(app, description);
}

/**
 * Swagger UI has the document in its page, and takes the page's URL for the document's. Beside the API is `/docs` alone; its other
 * spellings lead there, by a relative redirect, as only the proxy knows the path that is in front.
 */
function leaveOneUrlOfThePage(app: NestFastifyApplication): void {
  const server = app.getHttpAdapter().getInstance();
  server.addHook('onRequest', (request, reply, done) => {
    const [path] = request.url.split('?');
    if (path === '/docs/' || path === '/docs/index.html') void reply.redirect('../docs');
    else done();
  });
}
