import { useEffect, useRef, useState } from 'preact/hooks';
import { t } from '../../i18n/translate';
import { announce } from '../../parts/announcer';
import { addFiles, moveFile, type PickedFile } from '../../uploads/picked-files';
import { bytes } from './bytes';

interface PickerProps {
  files: readonly PickedFile[];
  problem: string | undefined;
  onChange: (files: readonly PickedFile[]) => void;
}

/** Takes files from the disk or from another window, in the order of the conversation. */
export function FilePicker({ files, problem, onChange }: PickerProps) {
  const [isOver, setOver] = useState(false);
  const input = useRef<HTMLInputElement>(null);
  useMissedDrops();
  const add = (added: FileList | null | undefined) => {
    if (added !== null && added !== undefined) onChange(addFiles(files, [...added]));
  };
  return (
    <div class="file-picker">
      <div
        class={isOver ? 'drop-zone over' : 'drop-zone'}
        onDragEnter={() => setOver(true)}
        onDragOver={(event) => event.preventDefault()}
        onDragLeave={({ relatedTarget, currentTarget }) => {
          if (!currentTarget.contains(relatedTarget as Node | null)) setOver(false);
        }}
        onDrop={(event) => {
          event.preventDefault();
          setOver(false);
          add(event.dataTransfer?.files);
        }}
      >
        <p>{t('new.drop')}</p>
        <label class="button">
          {t('new.choose')}
          <input
            ref={input}
            class="visually-hidden"
            type="file"
            name="files"
            multiple
            accept="audio/*,video/*"
            aria-describedby="new-files-problem"
            onChange={({ currentTarget }) => {
              add(currentTarget.files);
              // The same file may be chosen again after it was taken out.
              currentTarget.value = '';
            }}
          />
        </label>
      </div>
      <p id="new-files-problem" class="problem" role="alert">
        {problem}
      </p>
      {files.length > 0 && (
        <ol class="files">
          {files.map(({ token, file }, index) => (
            <li key={token}>
              <span class="file-name">{file.name}</span>
              <span class="small number">{bytes(file.size)}</span>
              <FileButtons
                name={file.name}
                isFirst={index === 0}
                isLast={index === files.length - 1}
                onMove={(by) => {
                  onChange(moveFile(files, token, by));
                  announce(t('new.moved', { name: file.name, place: index + 1 + by, count: files.length }));
                }}
                onRemove={() => {
                  onChange(files.filter((one) => one.token !== token));
                  input.current?.focus();
                }}
              />
            </li>
          ))}
        </ol>
      )}
    </div>
  );
}

function FileButtons(props: {
  name: string;
  isFirst: boolean;
  isLast: boolean;
  onMove: (by: -1 | 1) => void;
  onRemove: () => void;
}) {
  const { name, isFirst, isLast, onMove, onRemove } = props;
  // Not disabled at the ends: a disabled button would lose the focus.
  return (
    <span class="file-buttons">
      <button
        class="quiet"
        type="button"
        aria-label={t('new.moveUp', { name })}
        aria-disabled={isFirst}
        onClick={() => {
          if (!isFirst) onMove(-1);
        }}
      >
        <span aria-hidden="true">↑</span>
      </button>
      <button
        class="quiet"
        type="button"
        aria-label={t('new.moveDown', { name })}
        aria-disabled={isLast}
        onClick={() => {
          if (!isLast) onMove(1);
        }}
      >
        <span aria-hidden="true">↓</span>
      </button>
      <button class="quiet" type="button" aria-label={t('new.removeFile', { name })} onClick={onRemove}>
        <span aria-hidden="true">✕</span>
      </button>
    </span>
  );
}

/** Keeps a file that is dropped beside the zone from replacing the page. */
function useMissedDrops(): void {
  useEffect(() => {
    const ignore = (event: DragEvent) => event.preventDefault();
    addEventListener('dragover', ignore);
    addEventListener('drop', ignore);
    return () => {
      removeEventListener('dragover', ignore);
      removeEventListener('drop', ignore);
    };
  }, []);
}
