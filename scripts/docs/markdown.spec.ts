import { describe, expect, it } from 'vitest';
import { anchorsOf, inlineCodeOf, linksOf } from './markdown.js';

const DOCUMENT = `# How it \`works\`

See [the \`rules\`](rules.md#all-of-them), ![a picture](picture.svg) and \`[no](link)\`.

## \`HOST\`, \`PORT\`

## \`REDIS_URL\`

## Twice

## Twice

\`\`\`sh
# no heading
curl [no](link) \`none\`
\`\`\`
`;

describe('a Markdown document', () => {
  it('has links outside of code only', () => {
    expect(linksOf(DOCUMENT)).toEqual(['rules.md#all-of-them', 'picture.svg']);
  });

  it('has an anchor for each heading', () => {
    expect([...anchorsOf(DOCUMENT)]).toEqual(['how-it-works', 'host-port', 'redis_url', 'twice', 'twice-1']);
  });

  it('has inline code, without code blocks', () => {
    expect(inlineCodeOf(DOCUMENT)).toEqual(['works', 'rules', '[no](link)', 'HOST', 'PORT', 'REDIS_URL']);
  });
});
