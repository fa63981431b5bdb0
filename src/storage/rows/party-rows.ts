import { Column, Entity, ForeignKey, PrimaryColumn } from 'typeorm';
import type { Role } from '../../domain/actor.js';

@Entity('party_member')
export class PartyMemberRow {
  @PrimaryColumn('uuid', { name: 'team_id' })
  @ForeignKey('party')
  teamId!: string;

  @PrimaryColumn('uuid', { name: 'member_id' })
  @ForeignKey('party')
  memberId!: string;
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
