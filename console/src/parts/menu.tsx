import { useId, useLayoutEffect, useRef, useState } from 'preact/hooks';

export interface MenuItem {
  label: string;
  isDanger?: boolean;
  act: () => void;
}

/** A button that opens a menu of actions: arrow keys, Home, End and Escape work as everywhere. */
export function Menu({ label, items }: { label: string; items: readonly MenuItem[] }) {
  const [isOpen, setOpen] = useState(false);
  const root = useRef<HTMLDivElement>(null);
  const button = useRef<HTMLButtonElement>(null);
  const id = useId();

  const entries = () => [...(root.current?.querySelectorAll<HTMLElement>('[role=menuitem]') ?? [])];
  // Before anything is drawn, so that no key that is pressed meanwhile is lost.
  useLayoutEffect(() => {
    if (isOpen) entries()[0]?.focus();
  }, [isOpen]);

  const close = () => {
    setOpen(false);
    button.current?.focus();
  };
  const move = (key: string): boolean => {
    const all = entries();
    const at = all.indexOf(document.activeElement as HTMLElement);
    const next = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: -1 }[key];
    if (next === undefined) return false;
    all.at(next % all.length)?.focus();
    return true;
  };

  return (
    <div
      ref={root}
      class="menu"
      onKeyDown={(event) => {
        if (!isOpen) return;
        if (event.key === 'Escape') close();
        else if (!move(event.key)) return;
        event.preventDefault();
      }}
      onFocusOut={({ relatedTarget }) => {
        if (root.current?.contains(relatedTarget as Node | null) !== true) setOpen(false);
      }}
    >
      <button
        ref={button}
        class="quiet"
        type="button"
        aria-label={label}
        aria-haspopup="menu"
        aria-expanded={isOpen}
        aria-controls={isOpen ? id : undefined}
        onClick={() => setOpen(!isOpen)}
      >
        <span aria-hidden="true">⋯</span>
      </button>
      {isOpen && (
        <div class="menu-items" id={id} role="menu" aria-label={label}>
          {items.map((item) => (
            <button
              key={item.label}
              class={item.isDanger === true ? 'danger' : undefined}
              type="button"
              role="menuitem"
              tabIndex={-1}
              onClick={() => {
                // The focus is back before the action opens a dialog, which returns it there.
                close();
                item.act();
              }}
            >
              {item.label}
            </button>
          ))}
        </div>
      )}
    </div>
  );
}
