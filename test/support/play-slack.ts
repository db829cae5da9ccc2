import type { OtherAppStep } from '../../dev/local-zapier/written-zap/run-steps.ts';
import type { WorkedZap } from './worked-zaps.ts';
import type { Players, Stage } from './zap-stage.ts';

/** The fields of a message, by label. */
type Message = Readonly<Record<string, string>>;

/** What *Find User by Email* gives as the ID of whoever has this address. */
export const slackIdOf = (email: string): string => `U-${email}`;

/** Plays Slack, and keeps what it was told to send, oldest first. */
export const playSlack = () => {
  const messages: Message[] = [];
  const findUser: OtherAppStep = async ({ Email = '' }) => ({ ID: slackIdOf(Email) });
  const send: OtherAppStep = async (message) => {
    messages.push(message);
    return {};
  };
  const players: Players = {
    'Slack: Find User by Email': findUser,
    'Slack: Send Direct Message': send,
    'Slack: Send Channel Message': send,
  };
  return { messages, texts: () => messages.map((message) => message['Message Text']), players };
};

/** A Zap that is on and tells people by Slack, and what it has sent. */
export const listenAndTell = async (stage: Stage, worked: Pick<WorkedZap, 'title' | 'steps'>) => {
  const { messages, texts, players } = playSlack();
  const zap = await stage.setUp(worked, players);
  await stage.turnOn(zap);
  return { zap, messages, texts };
};
