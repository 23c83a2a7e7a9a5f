import { useState } from 'preact/hooks';
import type { ChunkItem } from '../../../api/types';
import { t } from '../../../i18n/translate';
import { useResource } from '../../../live/use-resource';
import { announce } from '../../../parts/announcer';
import { FailureNotice, Loading } from '../../../parts/notices';
import type { ConversationView } from '../conversation-view';
import { Conflict } from './conflict';
import { removeDraft, storedDraft, type Draft } from './draft';
import { isStale, newestText, saveText } from './edit-api';
import { TextForm } from './text-form';

interface ChunkEditorProps {
  chunk: ChunkItem;
  number: number;
  view: ConversationView;
}

/** Edits the text of a chunk in its place. */
export function ChunkEditor({ chunk, number, view }: ChunkEditorProps) {
  const draft = storedDraft(chunk.id);
  // A draft goes on from the revision that it was begun with.
  const { resource, reload } = useResource(chunk.id, async (signal) => {
    const newest = await newestText(chunk.id, signal);
    return { shown: draft ?? newest, saved: newest };
  });
  if (resource.state === 'loading') return <Loading />;
  if (resource.state === 'failed') return <FailureNotice error={resource.error} onRetry={reload} />;
  return <Editing chunk={chunk} number={number} view={view} {...resource.value} />;
}

interface EditingProps extends ChunkEditorProps {
  /** Initial text of the form: a draft, or the newest text. */
  shown: Draft;
  saved: Draft;
}

function Editing({ chunk, number, view, shown, saved }: EditingProps) {
  const [conflict, setConflict] = useState<{ mine: string; newest: Draft } | null>(null);

  const close = () => {
    removeDraft(chunk.id);
    const rest = new Set(view.editing.peek());
    rest.delete(chunk.id);
    view.editing.value = rest;
    // The tools come back with the next rendering; the keyboard goes on where it began.
    requestAnimationFrame(() => {
      document.querySelector<HTMLElement>(`#chunk-${chunk.id} .edit-button`)?.focus();
    });
  };
  /** @returns why it was not saved; null when it was, or when a conflict is shown */
  const save = async (draft: Draft): Promise<unknown> => {
    try {
      await saveText(chunk.id, draft);
      await view.refreshText();
      announce(t('conversation.saved'));
      close();
      return null;
    } catch (error) {
      if (!isStale(error)) return error;
      setConflict({ mine: draft.text, newest: await newestText(chunk.id) });
      return null;
    }
  };

  if (conflict !== null) {
    return (
      <Conflict
        {...conflict}
        onKeep={() => save({ text: conflict.mine, revision: conflict.newest.revision })}
        onDiscard={() => {
          close();
          void view.refreshText();
        }}
      />
    );
  }
  return (
    <TextForm
      chunkId={chunk.id}
      label={t('conversation.editLabel', { number })}
      shown={shown}
      savedText={saved.text}
      onSave={save}
      onClose={close}
    />
  );
}
