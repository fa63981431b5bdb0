import { ControlRefusal } from './loopback-server.js';
import { isPlainObject } from './plain-object.js';

const KINDS = ['staff', 'app', 'order'] as const;

/** Who makes an edit behind everybody's back. Known to the stand-in's journal only: webhooks carry no actor. */
export interface Editor {
  kind: (typeof KINDS)[number];
  name: string;
}

/** @throws ControlRefusal when `as` is not `{kind, name}`. */
export function readEditor(value: unknown): Editor {
  if (!isPlainObject(value)) throw new ControlRefusal(400, 'as must be {kind, name}');
  const { kind, name } = value;
  const known = KINDS.find((one) => one === kind);
  if (known === undefined) throw new ControlRefusal(400, `as.kind must be one of ${KINDS.join(', ')}`);
  if (typeof name !== 'string' || name.trim() === '') throw new ControlRefusal(400, 'as.name must be text');
  return { kind: known, name: name.trim() };
}

export function editorLabel(editor: Editor): string {
  return `${editor.kind}:${editor.name}`;
}
