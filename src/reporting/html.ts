/** Markup that is safe to send: made only by `html` and by `markup`, so that plain text cannot slip in unescaped. */
export class Markup {
  constructor(readonly text: string) {}
}

type Piece = Markup | string | number | null | readonly Markup[];

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Controls that HTML forbids, and the bidirectional overrides with which a value could rearrange the text around it. */
const UNPRINTABLE = /(?![\t\n\r])\p{Cc}|[\u202a-\u202e\u2066-\u2069]|\p{Surrogate}/gu;

/** Text as HTML text or as a quoted attribute value. What cannot be shown becomes U+FFFD rather than vanishing. */
export function escapeHtml(text: string): string {
  return text.replace(UNPRINTABLE, '\ufffd').replace(/[&<>"']/gu, (sign) => ENTITIES[sign] ?? sign);
}

/** Declares text to be markup already. Only for constants and for what a trusted renderer made. */
export function markup(text: string): Markup {
  return new Markup(text);
}

function pieceOf(piece: Piece): string {
  if (piece === null) return '';
  if (piece instanceof Markup) return piece.text;
  if (typeof piece === 'object') return piece.map((each) => each.text).join('');
  return escapeHtml(String(piece));
}

/** A template whose values are escaped unless they are Markup themselves; null leaves nothing. */
export function html(parts: TemplateStringsArray, ...pieces: readonly Piece[]): Markup {
  return new Markup(parts.reduce((text, part, index) => text + pieceOf(pieces[index - 1] ?? null) + part));
}
