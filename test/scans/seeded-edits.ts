/** One edit behind our back, and the finding that it is: `system KIND target field`; none where it is nobody's business. */
export interface SeededEdit {
  system: 'shopify' | 'erp';
  /** Of the stand-in's hands: edit, components, delete, add. */
  hand: string;
  body: object;
  finding: string | null;
  /** A store tells of it by a webhook that names the product, or the inventory item (shopify.md 2.4); all else is the scans' to find. */
  told: boolean;
}

/** SKUs and products of the catalogue that edits are made on, each by its number. */
export interface Catalogue {
  products: number;
  bundles: readonly string[];
}

const STAFF = { kind: 'staff', name: 'Sam' };

export function skuOf(product: number, variant: 0 | 1): string {
  return `SE-${String(product).padStart(5, '0')}-${variant}`;
}

export function handleOf(product: number): string {
  return `seeded-${product}`;
}

/** A catalogue of products with two variants each, every governed field of which has a value. */
export function exportOf(products: number): string {
  const lines = [
    'Handle,Title,Vendor,Type,Tags,Option1 Name,Option1 Value,Variant SKU,Variant Grams,Variant Price,Variant Compare At Price,Variant Barcode,Cost per item,HS Code,COO,Status',
  ];
  for (let product = 0; product < products; product += 1) {
    for (const variant of [0, 1] as const) {
      const own = variant === 0 ? `Seeded ${product},Fernhill,Mug,"autumn, linen",Size` : ',,,,';
      const gtin = gtinOf(product * 2 + variant);
      lines.push(
        `${handleOf(product)},${own},S${variant},${skuOf(product, variant)},250,10.00,12.00,${gtin},4.00,691200,PT,${variant === 0 ? 'active' : ''}`,
      );
    }
  }
  return `${lines.join('\n')}\n`;
}

/** A GTIN-13 of its own, with its check digit. */
export function gtinOf(number: number): string {
  const body = `95204${String(number).padStart(7, '0')}`;
  const sum = Array.from(body).reduce((total, digit, at) => total + Number(digit) * (at % 2 === 0 ? 1 : 3), 0);
  return `${body}${(10 - (sum % 10)) % 10}`;
}

type Kind = (product: number, at: number, catalogue: Catalogue) => SeededEdit;

/** An edit of a variant in the store. */
function variant(set: object, finding: string | null, told = true): Kind {
  return (product) => {
    const sku = skuOf(product, 1);
    const target = finding === null ? null : `shopify ${finding.replace('@', sku)}`;
    return { system: 'shopify', hand: 'edit', body: { as: STAFF, sku, set }, finding: target, told };
  };
}

/** An edit of a product in the store. */
function product(set: object, finding: string | null): Kind {
  return (number) => {
    const handle = handleOf(number);
    const target = finding === null ? null : `shopify ${finding.replace('@', handle)}`;
    return { system: 'shopify', hand: 'edit', body: { as: STAFF, handle, set }, finding: target, told: true };
  };
}

/** An edit of an item in the ERP, which tells nobody. */
function item(set: object, finding: string | null): Kind {
  return (number) => {
    const code = skuOf(number, 0);
    const target = finding === null ? null : `erp ${finding.replace('@', code)}`;
    return { system: 'erp', hand: 'edit', body: { as: STAFF, code, set }, finding: target, told: false };
  };
}

const field = (name: string): string => `FIELD @ ${name}`;

const inBundle = (system: 'shopify' | 'erp'): Kind => {
  return (number, at, { bundles }) => {
    const code = bundles[at % bundles.length] ?? '';
    const quantity = 2 + Math.floor(at / bundles.length);
    const inShop = { as: STAFF, sku: code, components: [{ sku: skuOf(number, 0), quantity }] };
    const inErp = { as: STAFF, code, set: { components: [{ code: skuOf(number, 0), quantity: String(quantity) }] } };
    const [hand, body] = system === 'shopify' ? ['components', inShop] : ['edit', inErp];
    return { system, hand, body, finding: `${system} BUNDLE ${code} bundle.components`, told: false };
  };
};

const KINDS: readonly Kind[] = [
  variant({ price: '9.99' }, field('price')),
  variant({ compareAtPrice: '15.00' }, field('compareAtPrice')),
  variant({ compareAtPrice: null }, field('compareAtPrice')),
  variant({ barcode: '4006381333931' }, field('gtin')),
  variant({ taxable: false }, field('taxable')),
  variant({ cost: '1.00' }, field('cost')),
  variant({ grams: 300 }, field('weight'), false),
  variant({ hsCode: '610910' }, field('hsCode')),
  variant({ countryOfOrigin: 'IN' }, field('countryOfOrigin')),
  variant({ requiresShipping: false }, field('requiresShipping')),
  variant({ published: false }, 'LIFECYCLE @ lifecycle', false),
  product({ title: 'Renamed' }, field('product.title')),
  product({ vendor: 'Somebody' }, field('product.vendor')),
  product({ productType: 'Cup' }, field('product.productType')),
  product({ tags: ['linen'] }, field('product.tags')),
  product({ status: 'DRAFT' }, 'LIFECYCLE @ lifecycle'),
  (number) => {
    const edit = product({ handle: `moved-${number}` }, field('product.handle'));
    return edit(number, 0, { products: 0, bundles: [] });
  },
  (number, at) => {
    const sku = skuOf(number, 1);
    const set = { sku: `${sku}-X${at}` };
    return {
      system: 'shopify',
      hand: 'edit',
      body: { as: STAFF, sku, set },
      finding: `shopify RECODED ${sku}`,
      told: true,
    };
  },
  (number) => {
    const sku = skuOf(number, 1);
    return { system: 'shopify', hand: 'delete', body: { sku }, finding: `shopify MISSING ${sku}`, told: true };
  },
  (_number, at) => {
    const sku = `STRAY-${at}`;
    const body = { title: `Stray ${at}`, sku, price: '5.00' };
    return { system: 'shopify', hand: 'add', body, finding: `shopify UNEXPECTED ${sku}`, told: false };
  },
  (number, at) => {
    const sku = skuOf(number, 0);
    const body = { title: `Twin ${at}`, sku, price: '5.00' };
    return { system: 'shopify', hand: 'add', body, finding: `shopify DUPLICATE ${sku}`, told: false };
  },
  inBundle('shopify'),
  item({ name: 'Renamed' }, field('title')),
  item({ listPrice: '9.50' }, field('price')),
  item({ gtin: '4006381333931' }, field('gtin')),
  item({ weightGrams: '300' }, field('weight')),
  item({ hsCode: '610910' }, field('hsCode')),
  item({ countryOfOrigin: 'IN' }, field('countryOfOrigin')),
  item({ salable: false }, 'LIFECYCLE @ lifecycle'),
  (number) => {
    const code = skuOf(number, 0);
    return { system: 'erp', hand: 'delete', body: { code }, finding: `erp MISSING ${code}`, told: false };
  },
  inBundle('erp'),
  (number) => {
    const code = skuOf(number, 0);
    const body = { as: STAFF, code, to: `${code}-Y` };
    return { system: 'erp', hand: 'recode', body, finding: `erp RECODED ${code}`, told: false };
  },
  (number) => {
    const code = skuOf(number, 0);
    const body = { as: STAFF, code, to: `${code}-COPY` };
    return { system: 'erp', hand: 'copy', body, finding: `erp UNEXPECTED ${code}-COPY`, told: false };
  },
];

/** What looks like an edit, and changes nothing that anybody governs. */
const NOISE: readonly Kind[] = [
  variant({ inventoryPolicy: 'CONTINUE' }, null),
  variant({ compareAtPrice: '12' }, null),
  product({ descriptionHtml: '<p>Better words</p>' }, null),
  product({ tags: ['sale', 'LINEN', 'autumn'] }, null),
  item({ weightGrams: '250.000' }, null),
];

/**
 * So many edits of every kind in turn, each on a product of its own, and edits that are none in between. The same every time.
 * The last products are left alone: bundles are made of them.
 */
export function seededEdits(count: number, catalogue: Catalogue): SeededEdit[] {
  const stride = 7;
  const edits: SeededEdit[] = [];
  const productAt = (at: number): number => (at * stride) % (catalogue.products - catalogue.bundles.length);
  for (let at = 0; at < count; at += 1) {
    const kind = KINDS[at % KINDS.length];
    if (kind) edits.push(kind(productAt(at), Math.floor(at / KINDS.length), catalogue));
  }
  for (const [at, kind] of NOISE.entries()) edits.push(kind(productAt(count + at), at, catalogue));
  return edits;
}

export const KINDS_OF_EDITS = KINDS.length;
