/**
 * Multi-regions of Vertex AI and their hosts. Other locations are single regions, with hosts of one
 * form (https://github.com/googleapis/js-genai/blob/main/src/_api_client.ts).
 */
const MULTI_REGION_HOSTS: Readonly<Record<string, string>> = {
  global: 'aiplatform.googleapis.com',
  eu: 'aiplatform.eu.rep.googleapis.com',
  us: 'aiplatform.us.rep.googleapis.com',
};

/** @param location such as `eu`, `global` or `europe-west1` */
export function vertexHost(location: string): string {
  return MULTI_REGION_HOSTS[location] ?? `${location}-aiplatform.googleapis.com`;
}
