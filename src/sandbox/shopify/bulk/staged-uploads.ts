import { randomUUID } from 'node:crypto';
import type { Answer, Request } from '../../loopback-server.js';
import type { UserError } from '../shop-errors.js';
import { notSimulated, userError } from '../shop-errors.js';

/** JSONL of a bulk mutation may have so many bytes [R+D: shopify.md 2.3]. */
export const UPLOAD_LIMIT_BYTES = 100 * 1024 * 1024;
/** Uploads that nobody asked for any more; Shopify's own targets live for a day [R: policy of a recorded target]. */
const LIFE_MS = 86_400_000;

interface Upload {
  madeAtMs: number;
  /** Null until it was uploaded. */
  text: string | null;
  isTooLarge: boolean;
}

export interface StagedInput {
  resource: string;
  filename: string;
  mimeType: string;
  httpMethod?: string | null;
  fileSize?: string | null;
}

/** Where files for bulk mutations are put: `stagedUploadsCreate`, and the storage that it names. */
export class StagedUploads {
  private readonly uploads = new Map<string, Upload>();
  private baseUrl = '';

  serveAt(baseUrl: string): void {
    this.baseUrl = baseUrl;
  }

  /** Targets in the shape that was recorded: POST takes a form, `key` names the file [R]. */
  create(inputs: StagedInput[], nowMs: number): { stagedTargets: object[]; userErrors: UserError[] } {
    for (const [key, one] of this.uploads) if (one.madeAtMs + LIFE_MS < nowMs) this.uploads.delete(key);
    const targets = inputs.map((input) => {
      if (input.resource !== 'BULK_MUTATION_VARIABLES') throw notSimulated(`stagedUploadsCreate of ${input.resource}`);
      if (input.httpMethod !== 'POST') throw notSimulated('stagedUploadsCreate with PUT');
      const key = `tmp/60001/bulk/${randomUUID()}/${input.filename.replaceAll(/[^\w.-]/g, '_')}`;
      this.uploads.set(key, { madeAtMs: nowMs, text: null, isTooLarge: false });
      const parameters = [
        { name: 'Content-Type', value: input.mimeType },
        { name: 'success_action_status', value: '201' },
        { name: 'acl', value: 'private' },
        { name: 'key', value: key },
        { name: 'x-goog-signature', value: signatureOf(key) },
        { name: 'policy', value: Buffer.from(JSON.stringify({ key })).toString('base64') },
      ];
      return { url: `${this.baseUrl}/staged`, resourceUrl: `${this.baseUrl}/staged`, parameters };
    });
    return { stagedTargets: targets, userErrors: [] };
  }

  /** The multipart POST of all parameters, and `file` last. */
  async take(request: Request): Promise<Answer> {
    const form = await readForm(request);
    const key = form?.get('key');
    const file = form?.get('file');
    if (!form || typeof key !== 'string') return xml(400, 'InvalidPolicyDocument', 'The form has no key');
    const upload = this.uploads.get(key);
    if (!upload || form.get('x-goog-signature') !== signatureOf(key)) {
      return xml(403, 'SignatureDoesNotMatch', 'Access denied.');
    }
    if (!(file instanceof File)) return xml(400, 'InvalidArgument', 'The form has no file');
    // The storage itself takes what is too large only when told so by its policy; bulkOperationRunMutation refuses it then.
    upload.isTooLarge = file.size > UPLOAD_LIMIT_BYTES;
    upload.text = upload.isTooLarge ? '' : await file.text();
    return {
      status: 201,
      text: `<?xml version='1.0' encoding='UTF-8'?><PostResponse><Key>${key}</Key></PostResponse>`,
    };
  }

  /** What was uploaded under a key; null when nothing was. */
  read(key: string): { text: string; isTooLarge: boolean } | null {
    const upload = this.uploads.get(key);
    return upload && upload.text !== null ? { text: upload.text, isTooLarge: upload.isTooLarge } : null;
  }

  reset(): void {
    this.uploads.clear();
  }
}

function signatureOf(key: string): string {
  return Buffer.from(key).toString('hex').slice(-64);
}

/** Null for anything that is no form: what exactly is wrong with it nobody asks. */
async function readForm(request: Request): Promise<FormData | null> {
  const headers = { 'content-type': request.headers['content-type'] ?? '' };
  if (!headers['content-type'].startsWith('multipart/form-data')) return null;
  try {
    return await new Response(new Uint8Array(request.body), { headers }).formData();
  } catch {
    return null;
  }
}

function xml(status: number, code: string, message: string): Answer {
  const text = `<?xml version='1.0' encoding='UTF-8'?><Error><Code>${code}</Code><Message>${message}</Message></Error>`;
  return { status, text };
}

export function noSuchFile(): UserError {
  const message =
    "The JSONL file could not be found. Try uploading the file again, and check that you've entered the URL correctly for the stagedUploadPath mutation argument.";
  return userError(null, message, 'NO_SUCH_FILE');
}
