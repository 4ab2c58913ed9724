import { audit as enAudit } from './messages/en/audit.ts';
import { cards as enCards } from './messages/en/cards.ts';
import { commands as enCommands } from './messages/en/commands.ts';
import { doctor as enDoctor } from './messages/en/doctor.ts';
import { findings as enFindings } from './messages/en/findings.ts';
import { history as enHistory } from './messages/en/history.ts';
import { policy as enPolicy } from './messages/en/policy.ts';
import { problems as enProblems } from './messages/en/problems.ts';
import { self as enSelf } from './messages/en/self.ts';
import { settings as enSettings } from './messages/en/settings.ts';
import { sharing as enSharing } from './messages/en/sharing.ts';
import { signIn as enSignIn } from './messages/en/sign-in.ts';
import { terminal as enTerminal } from './messages/en/terminal.ts';
import { turn as enTurn } from './messages/en/turn.ts';
import { watches as enWatches } from './messages/en/watches.ts';
import { audit as zhAudit } from './messages/zh/audit.ts';
import { cards as zhCards } from './messages/zh/cards.ts';
import { commands as zhCommands } from './messages/zh/commands.ts';
import { doctor as zhDoctor } from './messages/zh/doctor.ts';
import { findings as zhFindings } from './messages/zh/findings.ts';
import { history as zhHistory } from './messages/zh/history.ts';
import { policy as zhPolicy } from './messages/zh/policy.ts';
import { problems as zhProblems } from './messages/zh/problems.ts';
import { self as zhSelf } from './messages/zh/self.ts';
import { settings as zhSettings } from './messages/zh/settings.ts';
import { sharing as zhSharing } from './messages/zh/sharing.ts';
import { signIn as zhSignIn } from './messages/zh/sign-in.ts';
import { terminal as zhTerminal } from './messages/zh/terminal.ts';
import { turn as zhTurn } from './messages/zh/turn.ts';
import { watches as zhWatches } from './messages/zh/watches.ts';

export const en = {
  ...enProblems,
  ...enPolicy,
  ...enFindings,
  ...enCards,
  ...enCommands,
  ...enHistory,
  ...enSettings,
  ...enSharing,
  ...enTerminal,
  ...enDoctor,
  ...enAudit,
  ...enSelf,
  ...enTurn,
  ...enWatches,
  ...enSignIn,
} as const;

export type MessageKey = keyof typeof en;

export const zh: Readonly<Record<MessageKey, string>> = {
  ...zhProblems,
  ...zhPolicy,
  ...zhFindings,
  ...zhCards,
  ...zhCommands,
  ...zhHistory,
  ...zhSettings,
  ...zhSharing,
  ...zhTerminal,
  ...zhDoctor,
  ...zhAudit,
  ...zhSelf,
  ...zhTurn,
  ...zhWatches,
  ...zhSignIn,
};
