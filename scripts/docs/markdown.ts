const FENCED = /^(`{3,}|~{3,}).*?^\1$/gms;
const HEADING = /^#{1,6} (.+)$/gm;
const LINK = /\[((?:[^\]]|\\\])*)\]\(([^)\s]+)\)/g;
const CODE = /`([^`\n]+)`/g;
/** Characters that GitHub leaves out of the anchor of a heading. */
const NOT_IN_ANCHOR = /[^\p{L}\p{N} _-]/gu;

/** @returns the targets of all links and images of a document */
export function linksOf(markdown: string): string[] {
  return [...withoutCode(markdown).matchAll(LINK)].map(([, , target = '']) => target);
}

/** @returns the anchors of its headings, as GitHub generates them */
export function anchorsOf(markdown: string): Set<string> {
  const anchors = new Set<string>();
  for (const [, heading = ''] of markdown.replace(FENCED, '').matchAll(HEADING)) {
    const text = heading.replace(LINK, '$1').toLowerCase();
    const anchor = text.replace(NOT_IN_ANCHOR, '').replaceAll(' ', '-');
    for (let copy = 0; ; copy += 1) {
      const candidate = copy === 0 ? anchor : `${anchor}-${copy}`;
      if (anchors.has(candidate)) continue;
      anchors.add(candidate);
      break;
    }
  }
  return anchors;
}

/** @returns the inline code, without code blocks */
export function inlineCodeOf(markdown: string): string[] {
  return [...markdown.replace(FENCED, '').matchAll(CODE)].map(([, code = '']) => code);
}

function withoutCode(markdown: string): string {
  return markdown.replace(FENCED, '').replace(CODE, (code) => (code.includes('](') ? '' : code));
}
