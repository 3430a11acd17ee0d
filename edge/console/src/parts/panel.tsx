import type { ReactNode } from 'react';

export function Panel({ title, children, tone }: { title: string; children: ReactNode; tone?: 'good' | 'bad' }) {
  return (
    <section className="panel" data-tone={tone}>
      <h2>{title}</h2>
      {children}
    </section>
  );
}
