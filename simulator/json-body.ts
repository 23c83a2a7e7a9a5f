import type { FastifyInstance } from 'fastify';

/**
 * Takes every body as JSON, whatever its content type says, as both providers do, and also none: the official SDKs
 * announce JSON on requests without a body. What is no JSON arrives as undefined, so that the endpoint refuses it in its
 * own words.
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
