import type { Log } from '../../webhook-server/log.ts';

/** A log that keeps its lines, so that a test can look at them. */
export const keepLog = (): Log & { lines: string[] } => {
  const lines: string[] = [];
  const keep = (level: string) => (facts: unknown, message?: string) => {
    lines.push(JSON.stringify({ level, facts, message }));
  };
  return { lines, debug: keep('debug'), info: keep('info'), warn: keep('warn'), error: keep('error') };
};
