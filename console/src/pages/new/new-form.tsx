import { useState } from 'preact/hooks';
import { useLocation } from 'preact-iso/router';
import { ApiError } from '../../api/client';
import { loadProjects } from '../../api/projects';
import type { Conversation } from '../../api/types';
import { t } from '../../i18n/translate';
import { useResource } from '../../live/use-resource';
import { failureText } from '../../parts/announcer';
import { microphoneProblem } from '../../recorder/microphone-problem';
import { UploadBatch } from '../../uploads/upload-batch';
import type { PickedFile } from '../../uploads/picked-files';
import { FilePicker } from './file-picker';
import { leaveTo } from '../../recorder/leave-to';
import { openConversation } from './open-conversation';
import { NO_SETTINGS, problemsByField, type Settings } from './settings';
import { Choice, SettingsFields } from './settings-fields';
import { recordConversation } from './record-conversation';

type Source = 'files' | 'microphone';
type Problems = ReturnType<typeof problemsByField> & { files?: string };

export function NewForm() {
  const { query, route } = useLocation();
  const source: Source = query.source === 'microphone' ? 'microphone' : 'files';
  const projects = useResource('projects', loadProjects);
  const [settings, setSettings] = useState<Settings>(NO_SETTINGS);
  const [files, setFiles] = useState<readonly PickedFile[]>([]);
  const [finishes, setFinishes] = useState(true);
  const [problems, setProblems] = useState<Problems>({});
  const [isBusy, setBusy] = useState(false);

  const change = (changes: Partial<Settings>) => setSettings((before) => ({ ...before, ...changes }));
  const open = async (): Promise<Conversation> =>
    openConversation(settings, ({ id }) => {
      change({ projectId: id, projectName: '' });
      projects.reload();
    });
  const begin = async () => {
    const onDone = (conversationId: string | null) => leaveTo(conversationId, route);
    if (source === 'microphone') {
      await recordConversation(open, onDone);
      return;
    }
    const { id } = await open();
    UploadBatch.start(id, files, { finishes, onDone: () => onDone(id) });
  };
  const submit = async () => {
    if (source === 'files' && files.length === 0) {
      setProblems({ files: t('new.noFiles') });
      return;
    }
    setProblems({});
    setBusy(true);
    try {
      await begin();
    } catch (error) {
      setProblems(problemsOf(error));
      setBusy(false);
    }
  };

  return (
    <form
      class="new-form"
      onSubmit={(event) => {
        event.preventDefault();
        if (!isBusy) void submit();
      }}
    >
      <fieldset class="sources">
        <legend>{t('new.source')}</legend>
        {(['files', 'microphone'] as const).map((one) => (
          <label key={one} class="source">
            <input
              type="radio"
              name="source"
              value={one}
              checked={source === one}
              onChange={() => route(one === 'files' ? '/new' : '/new?source=microphone', true)}
            />
            {t(`new.source.${one}`)}
          </label>
        ))}
      </fieldset>
      {source === 'files' ? (
        <>
          <FilePicker files={files} problem={problems.files} onChange={setFiles} />
          <Choice
            label={t('new.finish')}
            hint={t('new.finishHint')}
            isChosen={finishes}
            onChange={setFinishes}
          />
        </>
      ) : (
        <p>{t('new.recorder.before')}</p>
      )}
      <fieldset class="settings">
        <legend>{t('new.settings')}</legend>
        <SettingsFields
          settings={settings}
          projects={projects.resource.state === 'ready' ? projects.resource.value : []}
          problems={problems}
          onChange={change}
        />
      </fieldset>
      <p class="problem" role="alert">
        {problems.other ??
          (Object.keys(problems).length > 0 && problems.files === undefined && t('new.seeFields'))}
      </p>
      <div class="actions">
        <button class="primary" type="submit" disabled={isBusy}>
          {t(source === 'files' ? 'new.send' : 'new.record')}
        </button>
        <a class="button" href="/">
          {t('common.cancel')}
        </a>
      </div>
    </form>
  );
}

function problemsOf(error: unknown): Problems {
  if (error instanceof ApiError && error.status === 400) return problemsByField(error.problems);
  return { other: failureText(microphoneProblem(error)) };
}
