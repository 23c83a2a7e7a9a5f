import type { ComponentChildren } from 'preact';
import { request } from '../../../api/client';
import type { Conversation, Project } from '../../../api/types';
import { dateTime, language, t } from '../../../i18n/translate';
import { useResource } from '../../../live/use-resource';
import { StateLabel } from '../../../parts/state-label';

/** State, project, language, date, external id and metadata. */
export function Facts({ conversation }: { conversation: Conversation }) {
  const { status, projectId, createdAt, externalId, metadata } = conversation;
  return (
    <dl class="facts">
      <Fact name={t('conversation.fact.state')}>
        <StateLabel state={status} />
      </Fact>
      <Fact name={t('conversation.fact.date')}>
        <time dateTime={createdAt}>{dateTime(createdAt)}</time>
      </Fact>
      <Fact name={t('conversation.fact.language')}>{languageName(conversation.language)}</Fact>
      {projectId !== null && (
        <Fact name={t('conversation.fact.project')}>
          <ProjectName id={projectId} />
        </Fact>
      )}
      {externalId !== null && <Fact name={t('conversation.fact.externalId')}>{externalId}</Fact>}
      {Object.entries(metadata).map(([name, value]) => (
        <Fact key={name} name={name}>
          {value}
        </Fact>
      ))}
    </dl>
  );
}

function Fact({ name, children }: { name: string; children: ComponentChildren }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

function ProjectName({ id }: { id: string }) {
  const { resource } = useResource(id, (signal) => request<Project>(`projects/${id}`, { signal }));
  return <a href={`/?projectId=${id}`}>{resource.state === 'ready' ? resource.value.name : id}</a>;
}

/** Names a language in the language of the console. */
function languageName(tag: string): string {
  if (tag === 'auto') return t('conversation.autoLanguage');
  try {
    return new Intl.DisplayNames([language.value], { type: 'language' }).of(tag) ?? tag;
  } catch {
    // The API takes tags that this browser does not know.
    return tag;
  }
}
