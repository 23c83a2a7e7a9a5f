import { useEffect, useState } from 'preact/hooks';
import { useLocation } from 'preact-iso/router';
import { counted, dateTime, t } from '../i18n/translate';
import { announce, announceFailure } from '../parts/announcer';
import { WriteDialog } from '../parts/write-dialog';
import { leaveTo } from './leave-to';
import { currentRecording, discardLeftover, findLeftovers, Recording, type Leftover } from './recording';

/** Offers to send what a reload or a crash has left of recordings. */
export function Leftovers() {
  const { route } = useLocation();
  const [leftovers, setLeftovers] = useState<readonly Leftover[]>([]);
  const [discarded, setDiscarded] = useState<Leftover | null>(null);
  const isBusy = currentRecording.value !== null;

  useEffect(() => {
    // A browser that keeps nothing has nothing left over.
    if (!isBusy) findLeftovers().then(setLeftovers, () => undefined);
  }, [isBusy]);

  const send = async (leftover: Leftover) => {
    const isOurs = await Recording.sendLeftover(leftover, (conversationId) => leaveTo(conversationId, route));
    if (isOurs) route('/new');
    else announce(t('new.leftover.elsewhere'));
  };
  const forget = ({ conversationId }: Leftover) =>
    setLeftovers((before) => before.filter((one) => one.conversationId !== conversationId));

  if (isBusy) return null;
  return (
    <>
      {leftovers.map((leftover) => (
        <section key={leftover.conversationId} class="notice" aria-label={t('new.leftover.label')}>
          <h2>{t('new.leftover.title', { title: leftover.title ?? dateTime(leftover.startedAt) })}</h2>
          <p>{counted('new.leftover.text', leftover.pieces)}</p>
          <div class="actions">
            <button class="primary" type="button" onClick={() => void send(leftover).catch(announceFailure)}>
              {t('new.leftover.send')}
            </button>
            <button class="quiet" type="button" onClick={() => setDiscarded(leftover)}>
              {t('new.leftover.discard')}
            </button>
          </div>
        </section>
      ))}
      {discarded !== null && (
        <WriteDialog
          title={t('new.leftover.discardTitle')}
          button={t('new.leftover.discard')}
          isDanger
          onClose={() => setDiscarded(null)}
          write={async () => {
            await discardLeftover(discarded.conversationId);
            forget(discarded);
            setDiscarded(null);
            announce(t('new.leftover.discarded'));
          }}
        >
          <p>{counted('new.leftover.discardText', discarded.pieces)}</p>
        </WriteDialog>
      )}
    </>
  );
}
