/**
 * SQL that fills an empty master with `skus` SKUs in products of `aProduct`, all of them linked in an ERP and in a store,
 * and there as the master has them; two people, of whom `ada` owns everything.
 */
export function catalogue({ skus, aProduct }) {
  return `
    insert into system (code, kind, connector, mode, currency, link, health) values
      ('erp', 'ERP', 'http', 'WRITE', 'USD', 'LINKED', 'UP'), ('shopify', 'SHOPIFY', 'shopify', 'WRITE', 'USD', 'LINKED', 'UP');
    insert into party (id, code, code_folded, kind, name, active) select gen_random_uuid(), n, n, 'USER', n, true from unnest(array['mia', 'ada']) n;
    insert into ownership_rule (id, scope, owner_id, effective_from) select gen_random_uuid(), 'DEFAULT', id, now() - interval '1 day' from party where code = 'ada';
    insert into product (id, handle, revision, title, vendor, tags, option_names, attributes, created_at, updated_at)
    select gen_random_uuid(), 'style-' || n, 1, 'Style ' || n, 'Maker', '{}', '{Size}', '{}', now(), now() from generate_series(1, ${skus / aProduct}) n;
    insert into sku (id, code, code_folded, kind, state, product_id, revision, title, option_values, option_key, price, cost,
      weight_value, weight_unit, hs_code, country_of_origin, requires_shipping, taxable, attributes, listed_in, system_values, created_at, updated_at)
    select gen_random_uuid(), 'C-' || n, 'c-' || n, 'SIMPLE', 'ACTIVE', p.id, 1, 'Item ' || n,
      jsonb_build_array(jsonb_build_object('name', 'Size', 'value', n::text)), n::text, 10, 4, 100, 'GRAMS', '691200', 'DE', true, true, '{}',
      '{erp,shopify}', '[]', now(), now()
    from product p, lateral (select substr(p.handle, 7)::int * ${aProduct} - v as n from generate_series(0, ${aProduct - 1}) v) s;
    insert into record (id, system, entity, product_id, sku_id, external_id, root_id, match, published, observed)
    select gen_random_uuid(), 'erp', 'SKU', s.product_id, s.id, 'e' || s.code, 'e' || s.code, 'MATCHED', v, v from sku s, lateral (select
      jsonb_build_object('title', s.title, 'price', '10.00', 'cost', '4.00', 'gtin', null, 'weight', '100', 'hsCode', '691200', 'countryOfOrigin', 'DE',
        'unitOfMeasure', null, 'lifecycle', '{"active": true, "salable": true, "purchasable": true}'::jsonb) v) f;
    insert into record (id, system, entity, product_id, sku_id, external_id, root_id, match, published, observed)
    select gen_random_uuid(), 'shopify', 'SKU', s.product_id, s.id, 's' || s.code, s.product_id::text, 'MATCHED', v, v from sku s, lateral (select
      jsonb_build_object('optionValues', s.option_values, 'price', '10.00', 'compareAtPrice', null, 'cost', '4.00', 'gtin', null, 'weight', '100',
        'hsCode', '691200', 'countryOfOrigin', 'DE', 'requiresShipping', true, 'taxable', true, 'lifecycle', '{"published": true}'::jsonb) v) f;
    insert into record (id, system, entity, product_id, external_id, root_id, match, published, observed)
    select gen_random_uuid(), 'shopify', 'PRODUCT', p.id, p.id::text, p.id::text, 'MATCHED', v, v from product p, lateral (select
      jsonb_build_object('product.title', p.title, 'product.handle', p.handle, 'product.vendor', p.vendor, 'product.productType', null,
        'product.category', null, 'product.tags', '[]'::jsonb, 'lifecycle', '{"status": "ACTIVE"}'::jsonb) v) f`;
}
