export const TABS = ['text', 'changes', 'summary', 'runs', 'privacy'] as const;
export type Tab = (typeof TABS)[number];

/** Reads the tab of an address; an unknown one is the text. */
export function tabOf(query: Readonly<Record<string, string>>): Tab {
  return TABS.find((tab) => tab === query.tab) ?? 'text';
}

/** Reads the moment of an address, in milliseconds from the beginning of the conversation. */
export function momentOf(query: Readonly<Record<string, string>>): number | null {
  const seconds = Number(query.t ?? Number.NaN);
  return Number.isFinite(seconds) && seconds >= 0 ? Math.round(seconds * 1_000) : null;
}

/** Address of a tab of a conversation, at a moment. */
export function conversationUrl(id: string, { tab = 'text', ms }: { tab?: Tab; ms: number | null }): string {
  const parameters = new URLSearchParams();
  if (tab !== 'text') parameters.set('tab', tab);
  if (ms !== null) parameters.set('t', secondsOf(ms));
  const query = parameters.toString();
  return `/c/${id}${query === '' ? '' : `?${query}`}`;
}

/** Puts a moment into an address, and leaves everything else in it. */
export function withMoment(search: string, ms: number): string {
  const parameters = new URLSearchParams(search);
  parameters.set('t', secondsOf(ms));
  return `?${parameters.toString()}`;
}

/** Tenths of a second tell words apart, and keep the address short. */
function secondsOf(ms: number): string {
  return String(Math.round(ms / 100) / 10);
}
