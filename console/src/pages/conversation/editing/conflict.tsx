import { useEffect, useRef, useState } from 'preact/hooks';
import { t } from '../../../i18n/translate';
import { announceFailure } from '../../../parts/announcer';
import type { Draft } from './draft';

interface ConflictProps {
  mine: string;
  newest: Draft;
  /** Resolves to why it was not saved, or to null. */
  onKeep: () => Promise<unknown>;
  onDiscard: () => void;
}

/** Shows two texts side by side of which only one can be the newest; the other stays a revision. */
export function Conflict({ mine, newest, onKeep, onDiscard }: ConflictProps) {
  const heading = useRef<HTMLHeadingElement>(null);
  const [isBusy, setBusy] = useState(false);
  useEffect(() => heading.current?.focus(), []);

  const keep = async () => {
    setBusy(true);
    const failure = await onKeep();
    if (failure !== null) announceFailure(failure);
    setBusy(false);
  };
  return (
    <section class="conflict notice">
      <h3 ref={heading} tabIndex={-1}>
        {t('conversation.conflict')}
      </h3>
      <p>{t('conversation.conflictText')}</p>
      <div class="conflict-texts">
        <div>
          <h4>{t('conversation.theirs')}</h4>
          <p>{newest.text}</p>
        </div>
        <div>
          <h4>{t('conversation.mine')}</h4>
          <p>{mine}</p>
        </div>
      </div>
      <div class="actions">
        <button type="button" class="primary" disabled={isBusy} onClick={() => void keep()}>
          {t('conversation.keepMine')}
        </button>
        <button type="button" disabled={isBusy} onClick={onDiscard}>
          {t('conversation.discardMine')}
        </button>
      </div>
    </section>
  );
}
