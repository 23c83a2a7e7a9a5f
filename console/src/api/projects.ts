import { request } from './client';
import type { Page, Project } from './types';

/** Largest page that the API gives. */
const PAGE_SIZE = 100;
/** A choice among more than these needs a search, not a list. */
const MAX_PAGES = 10;

/** Loads the projects to choose from, by name. */
export async function loadProjects(signal?: AbortSignal): Promise<Project[]> {
  const projects: Project[] = [];
  let cursor: string | null = null;
  for (let page = 0; page < MAX_PAGES; page++) {
    const { data, nextCursor }: Page<Project> = await request('projects', {
      query: { limit: PAGE_SIZE, cursor },
      signal,
    });
    projects.push(...data);
    if (nextCursor === null) break;
    cursor = nextCursor;
  }
  return projects.sort((one, two) => one.name.localeCompare(two.name));
}
