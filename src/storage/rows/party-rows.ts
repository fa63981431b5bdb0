import { Column, CreateDateColumn, Entity, ForeignKey, PrimaryColumn } from 'typeorm';
import type { Role } from '../../domain/actor.js';
import type { OwnershipScope } from '../../domain/ownership/resolve-owner.js';

@Entity('party')
export class PartyRow {
  @PrimaryColumn('uuid')
  id!: string;

  @Column('text')
  code!: string;

  @Column('text', { name: 'code_folded' })
  codeFolded!: string;

  @Column('text')
  kind!: 'USER' | 'TEAM';

  @Column('text')
  name!: string;

  @Column('text', { nullable: true })
  email!: string | null;

  @Column('boolean')
  active!: boolean;
}

@Entity('party_member')
export class PartyMemberRow {
  @PrimaryColumn('uuid', { name: 'team_id' })
  @ForeignKey('party')
  teamId!: string;

  @PrimaryColumn('uuid', { name: 'member_id' })
  @ForeignKey('party')
  memberId!: string;
}

@Entity('ownership_rule')
export class OwnershipRuleRow {
  @PrimaryColumn('uuid')
  id!: string;

  @Column('text')
  scope!: OwnershipScope;

  @Column('text', { nullable: true })
  match!: string | null;

  @Column('text', { name: 'match_folded', nullable: true })
  matchFolded!: string | null;

  @Column('uuid', { name: 'owner_id' })
  @ForeignKey('party')
  ownerId!: string;

  @Column('timestamptz', { name: 'effective_from' })
  effectiveFrom!: Date;

  @Column('timestamptz', { name: 'effective_to', nullable: true })
  effectiveTo!: Date | null;

  @CreateDateColumn({ type: 'timestamptz', name: 'created_at' })
  createdAt!: Date;
}

@Entity('api_key')
export class ApiKeyRow {
  @PrimaryColumn('uuid')
  id!: string;

  @Column('text')
  name!: string;

  @Column('bytea')
  hash!: Buffer;

  @Column('uuid', { name: 'party_id', nullable: true })
  @ForeignKey('party')
  partyId!: string | null;

  @Column('text', { array: true })
  roles!: Role[];

  @Column('timestamptz', { name: 'expires_at', nullable: true })
  expiresAt!: Date | null;

  @Column('timestamptz', { name: 'revoked_at', nullable: true })
  revokedAt!: Date | null;
}
