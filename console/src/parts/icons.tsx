import type { ComponentChildren } from 'preact';

/** Icons beside or instead of words; the control that holds one has a label of its own. */
function Icon({ children }: { children: ComponentChildren }) {
  return (
    <svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      {children}
    </svg>
  );
}

export function PlayIcon() {
  return (
    <Icon>
      <path d="M8 5.5v13l11-6.5z" fill="currentColor" />
    </Icon>
  );
}

export function PauseIcon() {
  return (
    <Icon>
      <path d="M7 5h3.5v14H7zM13.5 5H17v14h-3.5z" fill="currentColor" />
    </Icon>
  );
}

export function BackIcon() {
  return (
    <Icon>
      <path d="M11 6 5 12l6 6M19 6l-6 6 6 6" class="stroke" />
    </Icon>
  );
}

export function ForwardIcon() {
  return (
    <Icon>
      <path d="m13 6 6 6-6 6M5 6l6 6-6 6" class="stroke" />
    </Icon>
  );
}
