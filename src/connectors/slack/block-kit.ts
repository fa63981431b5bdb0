import type { Addressee, ClaimedAlert } from '../../application/ports/alert-store.js';
import type { AlertGroup } from '../../domain/alerts/alert.js';
import { shortened } from '../../domain/alerts/alert.js';

/** Slack's own limits (docs.slack.dev, Block Kit): blocks of a message, characters of a section and of a header. */
const BLOCKS = 50;
const SECTION = 3_000;
const HEADER = 150;
/** Head, body, what was left out, links, and the foot. */
const FRAME = 5;

export type Block =
  | { type: 'header'; text: { type: 'plain_text'; text: string } }
  | { type: 'section'; text: { type: 'mrkdwn'; text: string } }
  | { type: 'context'; elements: { type: 'mrkdwn'; text: string }[] };

export interface SlackMessage {
  /** For notifications, and for clients that show no blocks. */
  text: string;
  blocks: Block[];
}

/** An alert as Slack takes it. What does not fit is counted, never dropped unsaid. */
export function messageOf(alert: ClaimedAlert, publicUrl: string): SlackMessage {
  const blocks: Block[] = [
    { type: 'header', text: { type: 'plain_text', text: shortened(alert.title, HEADER) } },
    section(cut(escaped(alert.body), SECTION)),
  ];
  const room = BLOCKS - FRAME;
  const told = alert.groups.slice(0, room);
  blocks.push(...told.map((group) => section(groupText(group, alert.addressees))));
  const rest = alert.groups.slice(room);
  if (rest.length > 0) {
    const lines = rest.reduce((sum, group) => sum + group.lines.length + group.more, 0);
    blocks.push(section(`_and ${rest.length} more owners with ${lines} lines: ask \`alerts\` for all of them_`));
  }
  const links = `<${escaped(`${publicUrl}/runbook.md#${anchorOf(alert.kind)}`)}|What to do> · <${escaped(`${publicUrl}/graphql`)}|Skuward>`;
  blocks.push(context(links), context(footOf(alert)));
  return { text: cut(escaped(alert.title), SECTION), blocks };
}

/** The runbook has a section for each kind of alert. */
function anchorOf(kind: ClaimedAlert['kind']): string {
  return kind.toLowerCase().replaceAll('_', '-');
}

function footOf({ id, raisedAt, unsure }: ClaimedAlert): string {
  const seconds = Math.floor(raisedAt.getTime() / 1_000);
  const when = `<!date^${seconds}^{date_short_pretty} {time_secs}|${raisedAt.toISOString()}>`;
  const again = unsure ? ' · sent again: it is not known whether an earlier message arrived' : '';
  return `Alert ${id} · ${when}${again}`;
}

function groupText({ ownerId, heading, lines, more }: AlertGroup, addressees: ReadonlyMap<string, Addressee>): string {
  const owner = ownerId === null ? null : (addressees.get(ownerId) ?? null);
  const head = [owner ? nameOf(owner) : null, heading === '' ? null : escaped(heading)].filter((part) => part !== null);
  let text = cut(head.join(': '), SECTION / 2);
  // Room for the last line, which says how many there are more.
  const limit = SECTION - 40;
  let told = 0;
  for (const line of lines) {
    const next = `\n• ${escaped(line)}`;
    if (text.length + next.length > limit) break;
    text += next;
    told += 1;
  }
  const left = more + lines.length - told;
  return left > 0 ? `${text}\n_and ${left} more_` : text;
}

/** Mentioned where Slack's own id is known: a person, or a user group; else by name. */
function nameOf({ name, slackId }: Addressee): string {
  if (slackId === null) return `*${escaped(name)}*`;
  return slackId.startsWith('S') ? `<!subteam^${slackId}>` : `<@${slackId}>`;
}

function section(text: string): Block {
  return { type: 'section', text: { type: 'mrkdwn', text } };
}

function context(text: string): Block {
  return { type: 'context', elements: [{ type: 'mrkdwn', text }] };
}

/** Slack's three control characters; without them nothing that others wrote becomes a mention or a link. */
export function escaped(text: string): string {
  return text.toWellFormed().replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

/** Cuts an escaped text, and no escape in two. */
function cut(text: string, limit: number): string {
  if (text.length <= limit) return text;
  return shortened(text, limit - 8).replace(/&[a-z]{0,3}…$/, '…');
}
