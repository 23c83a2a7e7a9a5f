import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import { request } from '../../../api/client';
import type { Conversation } from '../../../api/types';
import { t } from '../../../i18n/translate';
import { announce, failureText } from '../../../parts/announcer';

/** Longest title that the API takes. */
const MAX_TITLE = 200;

interface TitleFormProps {
  conversation: Conversation;
  onSaved: (conversation: Conversation) => void;
  onClose: () => void;
}

/** Edits the title in its place. Escape leaves it as it was; an empty one takes it away. */
export function TitleForm({ conversation, onSaved, onClose }: TitleFormProps) {
  const input = useRef<HTMLInputElement>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const [isBusy, setBusy] = useState(false);
  useLayoutEffect(() => {
    input.current?.focus();
    input.current?.select();
  }, []);

  const save = async () => {
    setBusy(true);
    try {
      const title = input.current?.value.trim() ?? '';
      const saved = await request<Conversation>(`conversations/${conversation.id}`, {
        method: 'PATCH',
        json: { title: title === '' ? null : title },
      });
      onSaved({ ...conversation, title: saved.title });
      announce(t('conversation.titleSaved'));
      onClose();
    } catch (error) {
      setProblem(failureText(error));
      setBusy(false);
    }
  };

  return (
    <form
      class="title-form"
      onKeyDown={({ key }) => key === 'Escape' && onClose()}
      onSubmit={(event) => {
        event.preventDefault();
        void save();
      }}
    >
      <label>
        {t('conversation.title')}
        <input
          ref={input}
          maxLength={MAX_TITLE}
          defaultValue={conversation.title ?? ''}
          aria-invalid={problem !== null}
          aria-describedby="title-problem"
        />
      </label>
      <div class="actions">
        <button type="submit" class="primary" disabled={isBusy}>
          {t('conversation.save')}
        </button>
        <button type="button" onClick={onClose}>
          {t('common.cancel')}
        </button>
      </div>
      <p id="title-problem" class="problem" role="alert">
        {problem}
      </p>
    </form>
  );
}
