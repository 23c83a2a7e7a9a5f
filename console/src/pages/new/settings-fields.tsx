import type { ComponentChildren } from 'preact';
import { useId } from 'preact/hooks';
import type { Project } from '../../api/types';
import { t } from '../../i18n/translate';
import { suggestedLanguages } from './languages';
import { NEW_PROJECT, type problemsByField, type Settings } from './settings';

/** Longest title and name that the API accepts. */
const MAX_NAME_LENGTH = 200;

interface FieldsProps {
  settings: Settings;
  projects: readonly Project[];
  problems: ReturnType<typeof problemsByField>;
  onChange: (changes: Partial<Settings>) => void;
}

export function SettingsFields({ settings, projects, problems, onChange }: FieldsProps) {
  const suggestions = useId();
  return (
    <>
      <Field label={t('new.title')} hint={t('new.titleHint')} problem={problems.title}>
        {(described) => (
          <input
            {...described}
            type="text"
            name="title"
            maxLength={MAX_NAME_LENGTH}
            value={settings.title}
            onInput={({ currentTarget }) => onChange({ title: currentTarget.value })}
          />
        )}
      </Field>
      <Field label={t('new.project')} hint={t('new.projectHint')} problem={problems.projectId}>
        {(described) => (
          <select
            {...described}
            name="project"
            value={settings.projectId}
            onChange={({ currentTarget }) => onChange({ projectId: currentTarget.value })}
          >
            <option value="">{t('new.noProject')}</option>
            {projects.map(({ id, name }) => (
              <option key={id} value={id}>
                {name}
              </option>
            ))}
            <option value={NEW_PROJECT}>{t('new.newProject')}</option>
          </select>
        )}
      </Field>
      {settings.projectId === NEW_PROJECT && (
        <Field label={t('new.projectName')} problem={problems.projectName}>
          {(described) => (
            <input
              {...described}
              type="text"
              name="projectName"
              required
              maxLength={MAX_NAME_LENGTH}
              value={settings.projectName}
              onInput={({ currentTarget }) => onChange({ projectName: currentTarget.value })}
            />
          )}
        </Field>
      )}
      <Field label={t('new.language')} hint={t('new.languageHint')} problem={problems.language}>
        {(described) => (
          <input
            {...described}
            type="text"
            name="language"
            list={suggestions}
            autocomplete="off"
            autocapitalize="none"
            spellcheck={false}
            value={settings.language}
            onInput={({ currentTarget }) => onChange({ language: currentTarget.value })}
          />
        )}
      </Field>
      <datalist id={suggestions}>
        <option value="auto">{t('new.languageAuto')}</option>
        {suggestedLanguages().map(({ code, name }) => (
          <option key={code} value={code}>
            {name}
          </option>
        ))}
      </datalist>
      <Field label={t('new.hotwords')} hint={t('new.hotwordsHint')} problem={problems.transcriptPrompt}>
        {(described) => (
          <textarea
            {...described}
            name="hotwords"
            rows={2}
            value={settings.transcriptPrompt}
            onInput={({ currentTarget }) => onChange({ transcriptPrompt: currentTarget.value })}
          />
        )}
      </Field>
      {(['speakerLabels', 'redactPii', 'anonymize'] as const).map((choice) => (
        <Choice
          key={choice}
          label={t(`new.${choice}`)}
          hint={t(`new.${choice}Hint`)}
          isChosen={settings[choice]}
          onChange={(isChosen) => onChange({ [choice]: isChosen })}
        />
      ))}
    </>
  );
}

/** Attributes that connect a control with its hint and its problem. */
interface Described {
  'aria-describedby': string;
  'aria-invalid': boolean;
}

function Field(props: {
  label: string;
  hint?: string;
  problem: string | undefined;
  children: (described: Described) => ComponentChildren;
}) {
  const { label, hint, problem, children } = props;
  const id = useId();
  return (
    <div class="field">
      <label>
        {label}
        {children({ 'aria-describedby': id, 'aria-invalid': problem !== undefined })}
      </label>
      <div id={id} class="small">
        {problem !== undefined && <p class="problem">{problem}</p>}
        {hint !== undefined && <p>{hint}</p>}
      </div>
    </div>
  );
}

/** A choice with a sentence about what it does. */
export function Choice(props: {
  label: string;
  hint: string;
  isChosen: boolean;
  onChange: (isChosen: boolean) => void;
}) {
  const id = useId();
  return (
    <div class="choice">
      <input
        type="checkbox"
        id={id}
        aria-describedby={`${id}-hint`}
        checked={props.isChosen}
        onChange={({ currentTarget }) => props.onChange(currentTarget.checked)}
      />
      <label for={id}>{props.label}</label>
      <p id={`${id}-hint`} class="small">
        {props.hint}
      </p>
    </div>
  );
}
