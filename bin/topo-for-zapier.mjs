#!/usr/bin/env node
import '../require-node.mjs';
import { existsSync } from 'node:fs';

const command = new URL('../dist/webhook-server/cli/main.js', import.meta.url);

if (existsSync(command)) {
  await import(command.href);
} else {
  console.error('Nothing is built yet. Run `npm run build` once, then this again.');
  process.exitCode = 1;
}
