/**
 * What a check has found. `says` are sentences, which also say what to do: `wrong` keeps the server from its work,
 * `warning` may be meant so.
 */
export type Finding = { check: string; state: 'ok' | 'warning' | 'wrong'; says: string };

export const ok = (check: string, says: string): Finding => ({ check, state: 'ok', says });
export const warning = (check: string, says: string): Finding => ({ check, state: 'warning', says });
export const wrong = (check: string, says: string): Finding => ({ check, state: 'wrong', says });
