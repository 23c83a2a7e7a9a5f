import { useEffect, useState } from 'preact/hooks';
import { loadConversation } from '../../api/problems';
import { titleOf } from '../../parts/title-of';

/** Requests at once: the titles are a help, and must not delay the rest of the page. */
const LOADED_AT_ONCE = 3;

/** Titles that were loaded in this tab; they seldom change. */
const known = new Map<string, string>();

/** Loads the titles of conversations. @returns those that are known so far, by id */
export function useTitles(conversationIds: readonly string[]): ReadonlyMap<string, string> {
  const [, setCount] = useState(known.size);
  const unknown = [...new Set(conversationIds)].filter((id) => !known.has(id));
  const key = unknown.join(' ');
  useEffect(() => {
    const controller = new AbortController();
    const waiting = key === '' ? [] : key.split(' ');
    const work = async () => {
      for (let id = waiting.shift(); id !== undefined; id = waiting.shift()) {
        const conversation = await loadConversation(id, controller.signal);
        known.set(id, titleOf(conversation));
        setCount(known.size);
      }
    };
    // A conversation without its title is shown by its id.
    for (let at = 0; at < LOADED_AT_ONCE; at += 1) work().catch(() => undefined);
    return () => {
      controller.abort();
    };
  }, [key]);
  return known;
}
