import type { FastifyInstance } from 'fastify';

/**
 * Parses every body as JSON, whatever its content type, as both providers do. An empty body is
 * accepted too: the official SDKs announce JSON on requests without a body. A body that is not JSON
 * becomes undefined, so that the endpoint refuses it with its own message.
 */
export function acceptJson(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser<string>('*', { parseAs: 'string' }, (_request, text, done) => {
    done(null, parse(text));
  });
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
