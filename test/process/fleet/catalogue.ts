import { setTimeout as sleep } from 'node:timers/promises';

const VARIANTS = 5;
const HEADER = 'Handle,Title,Vendor,Option1 Name,Option1 Value,Variant SKU,Variant Grams,Variant Price,Status';

export const FIRST_PRICE = '100.00';

/** Codes and handles of a catalogue of so many SKUs, five to a product, and the export that they come from. */
export function catalogue(skus: number): { codes: string[]; handles: string[]; csv: string } {
  const codes: string[] = [];
  const handles: string[] = [];
  const lines = [HEADER];
  for (let sku = 0; sku < skus; sku += 1) {
    const product = Math.floor(sku / VARIANTS);
    const variant = sku % VARIANTS;
    const handle = `tea-${product}`;
    const lead = variant === 0 ? `Tea ${product},Fernhill,Size` : ',,';
    lines.push(`${handle},${lead},S${variant},TEA-${product}-${variant},120,${FIRST_PRICE},active`);
    if (variant === 0) handles.push(handle);
    codes.push(`TEA-${product}-${variant}`);
  }
  return { codes, handles, csv: `${lines.join('\n')}\n` };
}

/** Does it again until it succeeds: the database may be gone for a while. Fails with the last failure. */
export async function patiently<T>(what: string, seconds: number, work: () => Promise<T>): Promise<T> {
  const end = performance.now() + seconds * 1_000;
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (performance.now() > end) throw new Error(`${what} did not succeed within ${seconds} s`, { cause: error });
      await sleep(200);
    }
  }
}
