import { useState } from 'preact/hooks';
import { t } from '../../../i18n/translate';
import { Dialog } from '../../../parts/dialog';
import { lettersWork, setLettersWork } from './shortcuts';

const KEYS = [
  { keys: 'conversation.keys.space', does: 'conversation.keys.toggle' },
  { keys: 'conversation.keys.letters', does: 'conversation.keys.skip' },
  { keys: 'conversation.keys.arrowsInPlayer', does: 'conversation.keys.skip' },
  { keys: 'conversation.keys.arrowsInText', does: 'conversation.keys.move' },
  { keys: 'conversation.keys.enter', does: 'conversation.keys.playWord' },
  { keys: 'conversation.keys.save', does: 'conversation.keys.saves' },
  { keys: 'conversation.keys.escape', does: 'conversation.keys.cancels' },
] as const;

/** A button that lists the keys of the page. */
export function KeysHelp() {
  const [isOpen, setOpen] = useState(false);
  return (
    <>
      <button type="button" class="quiet keys-button" onClick={() => setOpen(true)}>
        {t('conversation.keys')}
      </button>
      {isOpen && (
        <Dialog title={t('conversation.keys')} onClose={() => setOpen(false)}>
          <dl class="keys">
            {KEYS.map(({ keys, does }) => (
              <div key={keys}>
                <dt>{t(keys)}</dt>
                <dd>{t(does)}</dd>
              </div>
            ))}
          </dl>
          <label class="check">
            <input
              type="checkbox"
              checked={lettersWork.value}
              onChange={({ currentTarget }) => setLettersWork(currentTarget.checked)}
            />
            {t('conversation.keys.useLetters')}
          </label>
          <div class="actions">
            <button type="button" onClick={() => setOpen(false)}>
              {t('common.close')}
            </button>
          </div>
        </Dialog>
      )}
    </>
  );
}
