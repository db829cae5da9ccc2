import type { Pace } from './work-store.ts';

/**
 * A pace is kept as one time, until which it is used up: each delivery moves it on by `everyMs`, and it may lie up to
 * `burst` deliveries ahead. So in any stretch of time no more than `burst` and one each `everyMs` are let through.
 *
 * @returns how many deliveries may go now, which is nothing or less when the pace is used up.
 */
export const allowance = ({ everyMs, burst }: Pace, usedUntilMs: number, nowMs: number): number =>
  Math.floor((nowMs - Math.max(usedUntilMs, nowMs)) / everyMs) + burst;

/** Until when the pace is used up after one more delivery. */
export const spend = ({ everyMs }: Pace, usedUntilMs: number, nowMs: number): number =>
  Math.max(usedUntilMs, nowMs) + everyMs;

/** When the next delivery may go, if none may go now. */
export const nextAllowedMs = ({ everyMs, burst }: Pace, usedUntilMs: number): number =>
  usedUntilMs - (burst - 1) * everyMs;
