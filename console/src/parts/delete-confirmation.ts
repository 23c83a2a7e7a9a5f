/**
 * Whether the typed text confirms a deletion: the title of the conversation, or the word that
 * stands for it, in any case.
 */
export function confirmsDeletion(typed: string, title: string | null, word: string): boolean {
  const text = typed.trim();
  if (text === '') return false;
  return text === title?.trim() || text.toUpperCase() === word.toUpperCase();
}
