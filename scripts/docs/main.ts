// npm run docs
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openApiDocument } from './openapi-document.js';
import { layOut, referencePages } from './pages.js';

/** This file is in dist/scripts/docs when it runs. */
const root = fileURLToPath(new URL('../../..', import.meta.url));

const document = JSON.stringify(await openApiDocument());
const pages = [
  ...(await referencePages(root)),
  await layOut(root, { path: 'docs/openapi.json', content: document }),
];
for (const { path, content } of pages) {
  await writeFile(join(root, path), content);
  console.log(path);
}
