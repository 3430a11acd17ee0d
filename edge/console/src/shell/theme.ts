import { useSyncExternalStore } from 'react';

export const kThemes = ['system', 'light', 'dark'] as const;
export type Theme = (typeof kThemes)[number];

const kKey = 'longwire.theme';
const listeners = new Set<() => void>();
let theme: Theme = read();

function read(): Theme {
  try {
    return kThemes.find((one) => one === localStorage.getItem(kKey)) ?? 'system';
  } catch {
    return 'system';
  }
}

function show(): void {
  document.documentElement.style.colorScheme = theme === 'system' ? '' : theme;
}

function choose(next: Theme): void {
  theme = next;
  try {
    localStorage.setItem(kKey, next);
  } catch {
    // A browser that stores nothing: the choice lives as long as the page.
  }
  show();
  listeners.forEach((listener) => listener());
}

/** Light, dark, or as the system has it. */
export function useTheme(): [Theme, (next: Theme) => void] {
  const now = useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => theme,
  );
  return [now, choose];
}

show();
