import { readFileSync } from 'node:fs';

/** The blocks of code in a language that the package's page shows. */
export function shownIn(language: 'ts' | 'tsx'): string[] {
  const page = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');
  return [...page.matchAll(new RegExp(`^\`\`\`${language}\n(.*?)^\`\`\``, 'gms'))].map((match) => match[1]!);
}
