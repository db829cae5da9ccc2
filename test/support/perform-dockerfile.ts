import { cpSync, mkdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { tempFolder } from './temp-folder.ts';

/** What the last stage of a Dockerfile leaves: a folder in the place of the image's root, and what runs in it. */
export type PerformedImage = {
  root: string;
  workFolder: string;
  environment: Record<string, string>;
  user: string;
  volumes: string[];
  healthCheck: string[];
  command: string[];
};

type Stage = { root: string; workFolder: string };

/** Runs a line of a `RUN`. `folder` is where it runs, and `root` stands for `/`. */
export type RunLine = (line: string, stage: { folder: string; root: string }) => void;

/** The instructions of a Dockerfile, one a line, as ours has them. */
const readInstructions = (path: string): { word: string; rest: string }[] =>
  readFileSync(path, 'utf8')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => {
      const [, word = '', rest = ''] = /^([A-Z]+) (.*)$/.exec(line) ?? [];
      return { word, rest };
    });

/** What a build may see of a checkout: the paths that `.dockerignore` lets through after it has shut out everything. */
const readContext = (): string[] => {
  const [all, ...kept] = readFileSync('.dockerignore', 'utf8')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'));
  if (all !== '*') throw new Error('.dockerignore must shut out everything first.');
  return kept.map((line) => line.replace(/^!/, '').replace(/\/$/, ''));
};

const copy = (from: string, to: string): void => {
  mkdirSync(dirname(to), { recursive: true });
  cpSync(from, to, { recursive: true, verbatimSymlinks: true });
};

/** Performs each step of `./Dockerfile` in folders instead of images. What it does not know, it refuses. */
export const performDockerfile = (run: RunLine): PerformedImage => {
  const context = readContext();
  const stages = new Map<string, Stage>();
  const newStage = (): PerformedImage => {
    const root = tempFolder();
    const nothing = { environment: {}, user: 'root', volumes: [], healthCheck: [], command: [] };
    return { root, workFolder: root, ...nothing };
  };
  let image = newStage();

  const copyFiles = (rest: string): void => {
    const [, stage, paths = ''] = /^(?:--from=(\w+) )?(.+)$/.exec(rest) ?? [];
    const names = paths.split(' ');
    const target = names.pop() ?? '';
    for (const name of names) {
      if (stage !== undefined) copy(join(stages.get(stage)?.root ?? '', name), join(image.workFolder, target));
      else if (name === '.') for (const part of context) copy(part, join(image.workFolder, part));
      else if (!context.includes(name)) throw new Error(`${name} is no part of what is built from.`);
      else copy(name, join(image.workFolder, target.endsWith('/') ? join(target, name) : target));
    }
  };

  const perform: Record<string, (rest: string) => void> = {
    ARG: () => {},
    EXPOSE: () => {},
    FROM(rest) {
      image = newStage();
      const name = / AS (\w+)$/.exec(rest)?.[1];
      if (name !== undefined) stages.set(name, image);
    },
    WORKDIR(rest) {
      image.workFolder = join(image.root, rest);
      mkdirSync(image.workFolder, { recursive: true });
    },
    ENV(rest) {
      const [name = '', value = ''] = rest.split('=');
      image.environment[name] = value;
    },
    COPY: copyFiles,
    RUN: (rest) => run(rest, { folder: image.workFolder, root: image.root }),
    USER(rest) {
      image.user = rest;
    },
    VOLUME(rest) {
      image.volumes.push(rest);
    },
    HEALTHCHECK(rest) {
      image.healthCheck = JSON.parse(rest.slice(rest.indexOf('CMD ') + 4));
    },
    ENTRYPOINT(rest) {
      image.command = JSON.parse(rest);
    },
    CMD(rest) {
      image.command.push(...JSON.parse(rest));
    },
  };
  for (const { word, rest } of readInstructions('Dockerfile')) {
    const step = perform[word];
    if (step === undefined) throw new Error(`Nobody knows here what ${word} does.`);
    step(rest);
  }
  return image;
};
