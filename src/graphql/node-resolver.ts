import { ForbiddenException, Inject, UnprocessableEntityException } from '@nestjs/common';
import { Args, Context, ID, Query, Resolver } from '@nestjs/graphql';
import { CurrentCaller, Roles } from '../access/roles.js';
import { readDriftAudit } from '../application/audit/read-drift-audit.js';
import { Ports } from '../application/ports/ports.js';
import type { Caller } from '../domain/actor.js';
import { mayActAs, ROLES } from '../domain/actor.js';
import type { Loaders } from './loaders.js';
import type { NodeKind } from './node-id.js';
import { decodeNodeId } from './node-id.js';
import type { NodeValue } from './node-type.js';
import { NodeType } from './node-type.js';

@Resolver()
export class NodeResolver {
  readonly #ports: Ports;

  constructor(@Inject(Ports) ports: Ports) {
    this.#ports = ports;
  }

  @Roles(...ROLES)
  @Query(() => NodeType, { nullable: true, description: 'Anything by its id; null when it is not there.' })
  async node(
    @Args('id', { type: () => ID }) id: string,
    @Context('loaders') loaders: Loaders,
    @CurrentCaller() caller: Caller,
  ): Promise<NodeValue | null> {
    const decoded = decodeNodeId(id);
    if (!decoded) throw new UnprocessableEntityException(`"${id.slice(0, 80)}" is no id of this service.`);
    // The one kind that not everybody may read (design 4.11); every other may be read by whoever is signed in.
    if (decoded.kind === 'AuditEvent' && !mayActAs(caller, ['OPERATOR'])) {
      throw new ForbiddenException('This needs the role OPERATOR or ADMIN.');
    }
    const found = await this.#read(decoded.kind, decoded.key, loaders);
    return found && { ...found, __typename: decoded.kind };
  }

  async #read(kind: NodeKind, key: string, loaders: Loaders): Promise<object | null> {
    switch (kind) {
      case 'Sku':
        return loaders.sku.load(key);
      case 'Product':
        return loaders.product.load(key);
      case 'SkuRevision':
        return loaders.revision.load(key);
      case 'ProductRevision':
        return loaders.productRevision.load(key);
      case 'ChangeRequest':
        return loaders.request.load(key);
      case 'Delivery':
        return loaders.delivery.load(key);
      case 'DriftFinding':
        return loaders.finding.load(key);
      case 'DriftScan':
        return loaders.scan.load(key);
      case 'AuditEvent':
        return (await this.#ports.auditLog.eventsByIds([key])).get(key) ?? null;
      case 'Alert':
        return (await this.#ports.alerts.alertsByIds([key]))[0] ?? null;
      case 'BundleVersionFailure':
        return (await this.#ports.bundles.failuresByIds([key])).get(key) ?? null;
      case 'QualityIssue':
        return loaders.qualityIssue.load(key);
      case 'Canary':
        return loaders.canary.load(key);
      case 'Party':
        return (await loaders.parties()).get(key) ?? null;
      case 'OwnershipRule':
        return loaders.owners.rule(key);
      case 'System':
        return (await loaders.systems()).get(key) ?? null;
      case 'DriftAuditReport': {
        const audit = await readDriftAudit(this.#ports, key);
        return audit.ok ? audit.value : null;
      }
      case 'Change':
      case 'ApiKey':
      case 'DeadLetterGroup':
        break;
    }
    // No reader finds these by id alone, and an answer of null would say that they do not exist.
    throw new UnprocessableEntityException(`A ${kind} is not read by its id; read it through what it belongs to.`);
  }
}
