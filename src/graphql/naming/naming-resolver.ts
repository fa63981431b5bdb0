import { Inject, UnprocessableEntityException } from '@nestjs/common';
import { Args, ArgsType, Context, Field, Mutation, Parent, Query, ResolveField, Resolver } from '@nestjs/graphql';
import { IsOptional, MaxLength } from 'class-validator';
import { CurrentCaller, Roles } from '../../access/roles.js';
import type { MisnamedSku } from '../../application/naming/list-violations.js';
import { listViolations } from '../../application/naming/list-violations.js';
import type { ProposalDraft } from '../../application/naming/proposal-draft.js';
import { proposeCodes } from '../../application/naming/propose-codes.js';
import { BadCursor } from '../../application/ports/page.js';
import { Ports } from '../../application/ports/ports.js';
import type { Caller } from '../../domain/actor.js';
import { ROLES } from '../../domain/actor.js';
import type { Sku } from '../../domain/catalog/sku.js';
import { foldCode } from '../../domain/primitives/text.js';
import { SkuType } from '../catalog/sku-type.js';
import { attributesInput } from '../change/sku-fields-input.js';
import { inputPipe } from '../input-pipe.js';
import type { Loaders } from '../loaders.js';
import { PageArgs, pageOf } from '../page-args.js';
import { userErrors } from '../user-errors.js';
import type { NamingProductInput } from './naming-types.js';
import {
  NamingViolationConnectionType,
  NamingViolationType,
  SkuCodeProposeInput,
  SkuCodeProposePayloadType,
} from './naming-types.js';

@ArgsType()
export class NamingViolationsArgs extends PageArgs {
  @Field(() => String, { nullable: true, description: 'Only codes that this policy is for.' })
  @IsOptional()
  @MaxLength(64)
  policy?: string | null;
}

@Resolver(() => NamingViolationType)
export class NamingResolver {
  readonly #ports: Ports;

  constructor(@Inject(Ports) ports: Ports) {
    this.#ports = ports;
  }

  @Roles(...ROLES)
  @Query(() => NamingViolationConnectionType, { description: 'Codes that do not fit their naming policy, by code.' })
  async namingViolations(@Args(inputPipe) args: NamingViolationsArgs): Promise<NamingViolationConnectionType> {
    const { first, after } = pageOf(args);
    const from = after === null ? '' : codeOf(after);
    const listed = await listViolations(this.#ports, { first, after: from }, args.policy ?? null);
    if (!listed.ok) throw new UnprocessableEntityException(listed.problems.map(({ message }) => message).join('; '));
    const { violations, next } = listed.value;
    const edges = violations.map((node) => ({ cursor: cursorOf(foldCode(node.code)), node }));
    return {
      edges,
      nodes: violations,
      pageInfo: {
        hasNextPage: next !== null,
        hasPreviousPage: after !== null,
        startCursor: edges[0]?.cursor ?? null,
        // Where the page ended, which may be behind its last node: the codes in between fit.
        endCursor: next === null ? (edges.at(-1)?.cursor ?? null) : cursorOf(next),
      },
    };
  }

  @Roles('MERCHANDISER')
  @Mutation(() => SkuCodeProposePayloadType, {
    description: 'Proposes the next free codes of the naming policy, and reserves them for whoever asks.',
  })
  async skuCodePropose(
    @Args('input', { type: () => SkuCodeProposeInput }) input: SkuCodeProposeInput,
    @CurrentCaller() caller: Caller,
  ): Promise<SkuCodeProposePayloadType> {
    const outcome = await proposeCodes(this.#ports, caller, draftOf(input));
    if (outcome.ok) return { ...outcome.value, userErrors: [] };
    const errors = userErrors(outcome.problems, ['input']);
    return { codes: [], policy: null, reservedUntil: null, userErrors: errors };
  }

  @ResolveField('sku', () => SkuType)
  async sku(@Parent() violation: MisnamedSku, @Context('loaders') loaders: Loaders): Promise<Sku> {
    const sku = await loaders.sku.load(violation.skuId);
    if (!sku) throw new Error(`SKU ${violation.code} is gone, though no SKU is ever deleted`);
    return sku;
  }
}

/** What is left out and what is null mean the same here: nothing is known of it. */
function draftOf(input: SkuCodeProposeInput): ProposalDraft {
  const { product, newProduct, optionValues, title, attributes, segments, count, policy } = input;
  const fields: ProposalDraft['fields'] = {};
  if (title) fields.title = title;
  if (optionValues) fields.optionValues = optionValues;
  if (attributes) fields.attributes = attributesInput(attributes);
  return {
    product,
    newProduct: newProduct ? newProductOf(newProduct) : null,
    fields,
    segments: (segments ?? []).map(({ name, value }) => ({ name, value })),
    count: count ?? 1,
    policy: policy ?? null,
  };
}

function newProductOf({ title, vendor, productType, attributes }: NamingProductInput): ProposalDraft['newProduct'] {
  const known = { title, vendor: vendor ?? null, productType: productType ?? null };
  return { ...known, attributes: attributesInput(attributes ?? []) };
}

function cursorOf(code: string): string {
  return Buffer.from(code).toString('base64url');
}

function codeOf(cursor: string): string {
  const code = Buffer.from(cursor, 'base64url').toString('utf8');
  // A cursor is a folded code: nothing else can stand behind one of ours.
  if (code === '' || code.length > 64 || foldCode(code) !== code || cursorOf(code) !== cursor) throw new BadCursor();
  return code;
}
