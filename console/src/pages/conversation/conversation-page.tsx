import { useSignal } from '@preact/signals';
import { useEffect, useMemo } from 'preact/hooks';
import { useLocation, useRoute } from 'preact-iso/router';
import { ApiError } from '../../api/client';
import type { Conversation } from '../../api/types';
import type { Resource } from '../../live/use-resource';
import { FailureNotice, Loading } from '../../parts/notices';
import type { ConversationView } from './conversation-view';
import { ChangesTab } from './changes/changes-tab';
import { CorrectionNews } from './correction/correction-news';
import { storedDrafts } from './editing/draft';
import { Header } from './header/header';
import { momentOf, tabOf, type Tab } from './location';
import { MissingConversation } from './missing-conversation';
import { Player } from './player/player';
import { PlayerBar } from './player/player-bar';
import { toTracks } from './player/timeline';
import { PrivacyTab } from './privacy/privacy-tab';
import { Follower } from './reading/follower';
import { TextTab } from './reading/text-tab';
import { useReadings } from './reading/use-readings';
import { RunsTab } from './runs/runs-tab';
import { SummaryTab } from './summary/summary-tab';
import { Tabs } from './tabs';
import { useConversation } from './use-conversation';
import { useMoment } from './use-moment';

/** One conversation: to listen to, to read, to compare, to edit, and to take along. */
export default function ConversationPage(_props: { path?: string }) {
  const { id = '' } = useRoute().params;
  return <ConversationOf key={id} id={id} />;
}

function ConversationOf({ id }: { id: string }) {
  const { query } = useLocation();
  const loaded = useConversation(id);
  const player = useMemo(() => new Player(), []);
  const follower = useMemo(() => new Follower(), []);
  const editing = useSignal<ReadonlySet<string>>(storedDrafts());
  const jumpMs = useSignal<number | null>(momentOf(query));
  const transcript = valueOf(loaded.transcript) ?? null;
  const readings = useReadings(transcript);
  const recordings = valueOf(loaded.recordings);
  const chunks = valueOf(loaded.chunks);
  useEffect(() => {
    if (recordings === undefined || chunks === undefined) return;
    const completed = chunks.filter(({ status }) => status === 'completed').map((chunk) => chunk.id);
    player.setTracks(toTracks(recordings, new Set(completed)));
  }, [recordings, chunks, player]);
  useMoment(player, momentOf(query), jumpMs);

  if (isMissing(loaded.conversation)) return <MissingConversation id={id} />;
  const conversation = valueOf(loaded.conversation);
  const failed = [loaded.conversation, loaded.chunks, loaded.transcript].find(
    (resource) => resource.state === 'failed' && resource.value === undefined,
  );
  const retry = () => {
    loaded.reload();
    loaded.refreshText().catch(() => undefined);
  };
  if (failed?.state === 'failed') return <FailureNotice error={failed.error} onRetry={retry} />;
  if (conversation === undefined || chunks === undefined) return <Loading />;

  const view: ConversationView = {
    conversation,
    chunks: [...chunks].sort((one, other) => one.position - other.position),
    transcript,
    readings,
    player,
    follower,
    editing,
    jumpMs,
    reload: loaded.reload,
    replaceConversation: loaded.replaceConversation,
    refreshText: loaded.refreshText,
  };
  const tab = tabOf(query);
  return (
    <div class="conversation">
      <Header view={view} />
      <Tabs id={id} current={tab} ms={player.restingMs.value} />
      <TabContent tab={tab} view={view} />
      <CorrectionNews chunks={view.chunks} />
      {chunks.length > 0 && recordings !== undefined && <PlayerBar player={player} />}
    </div>
  );
}

function TabContent({ tab, view }: { tab: Tab; view: ConversationView }) {
  switch (tab) {
    case 'text':
      return <TextTab view={view} />;
    case 'changes':
      return <ChangesTab view={view} />;
    case 'summary':
      return <SummaryTab view={view} />;
    case 'runs':
      return <RunsTab view={view} />;
    case 'privacy':
      return <PrivacyTab view={view} />;
  }
}

/** Whether there is no such conversation, or none any more. A malformed id names none either. */
function isMissing(conversation: Resource<Conversation>): boolean {
  return (
    conversation.state === 'failed' &&
    conversation.error instanceof ApiError &&
    [400, 404, 410].includes(conversation.error.status)
  );
}

/** Returns the last value of a resource, also when its last reload failed. */
function valueOf<T>(resource: Resource<T>): T | undefined {
  return resource.state === 'loading' ? undefined : resource.value;
}
