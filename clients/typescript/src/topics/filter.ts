/** Whether a topic matches an MQTT-style filter: `+` stands for one level, `#` at the end for all that follow. */
export function matches(filter: string, topic: string): boolean {
  const f = filter.split('/');
  const t = topic.split('/');
  for (let i = 0; i < f.length; i++) {
    if (f[i] === '#') return true;
    if (i >= t.length || (f[i] !== '+' && f[i] !== t[i])) return false;
  }
  return f.length === t.length;
}

/** Topics hold neither character, so one look tells a filter from a topic. */
export function isFilter(text: string): boolean {
  return /[+#]/.test(text);
}
