-- Made from the migrations by `npm run schema`; not edited by hand.

-- extensions

create extension btree_gist;

create extension pg_trgm;

-- tables

create table alert (
  id uuid not null,
  key text not null,
  kind text not null,
  system text,
  subject text not null,
  title text not null,
  body text not null,
  groups jsonb not null,
  owner_ids uuid[] not null,
  raised_at timestamp with time zone default clock_timestamp() not null,
  state text default 'WAITING'::text not null,
  attempts integer default 0 not null,
  next_attempt_at timestamp with time zone default clock_timestamp(),
  patient_until timestamp with time zone default (clock_timestamp() + '24:00:00'::interval) not null,
  unsure boolean default false not null,
  lease_token uuid,
  lease_until timestamp with time zone,
  last_error text,
  sent_at timestamp with time zone
);

create table api_key (
  id uuid not null,
  name text not null,
  hash bytea not null,
  party_id uuid,
  roles text[] not null,
  expires_at timestamp with time zone,
  revoked_at timestamp with time zone,
  created_at timestamp with time zone default clock_timestamp() not null
);

create table attempt (
  id uuid not null,
  delivery_id uuid not null,
  system text not null,
  record_id uuid not null,
  expected jsonb not null,
  sent_at timestamp with time zone not null,
  settled_at timestamp with time zone,
  outcome text,
  operation text
);

create table audit_event (
  id uuid not null,
  at timestamp with time zone not null,
  actor jsonb not null,
  type text not null,
  subject text not null,
  data jsonb not null,
  xid xid8 default pg_current_xact_id() not null
);

create table audit_seal (
  "position" bigint not null,
  event_id uuid not null,
  subject text not null,
  type text not null,
  hash bytea not null
);

create table bundle_component (
  version_id uuid not null,
  bundle_id uuid not null,
  state text not null,
  "position" integer not null,
  component_id uuid not null,
  quantity integer not null
);

create table bundle_version (
  id uuid not null,
  bundle_id uuid not null,
  state text not null,
  effective_from timestamp with time zone not null,
  effective_to timestamp with time zone,
  change_request_id uuid,
  created_at timestamp with time zone default clock_timestamp() not null
);

create table bundle_version_failure (
  id uuid not null,
  bundle_id uuid not null,
  due_at timestamp with time zone not null,
  kind text not null,
  problems jsonb not null,
  error text,
  change_request_id uuid,
  first_at timestamp with time zone default clock_timestamp() not null,
  last_at timestamp with time zone default clock_timestamp() not null,
  attempts integer default 1 not null,
  closed_at timestamp with time zone,
  closed_by jsonb,
  closed_because text
);

create table canary (
  id uuid not null,
  change_request_id uuid not null,
  system text not null,
  state text not null,
  records integer not null,
  first_records integer not null,
  stop_percent double precision not null,
  created_at timestamp with time zone default clock_timestamp() not null,
  stopped_at timestamp with time zone,
  ended_at timestamp with time zone,
  decided_by jsonb,
  reason text
);

create table change (
  id uuid not null,
  change_request_id uuid not null,
  "position" integer not null,
  operation text not null,
  target text not null,
  target_folded text not null,
  base_revision integer,
  patch jsonb not null
);

create table change_comment (
  id uuid not null,
  change_request_id uuid not null,
  actor jsonb not null,
  body text not null,
  at timestamp with time zone default clock_timestamp() not null
);

create table change_request (
  id uuid not null,
  number bigint generated always as identity (start with 1001) not null,
  title text not null,
  reason text,
  state text not null,
  origin text not null,
  author jsonb not null,
  author_party_id uuid,
  problems jsonb default '[]'::jsonb not null,
  conflicts jsonb default '[]'::jsonb not null,
  requirements jsonb default '[]'::jsonb not null,
  created_at timestamp with time zone default clock_timestamp() not null,
  submitted_at timestamp with time zone,
  applied_at timestamp with time zone,
  warnings jsonb default '[]'::jsonb not null,
  editors jsonb default '[]'::jsonb not null,
  effective_at timestamp with time zone,
  due_at timestamp with time zone,
  blocked_by text,
  forced jsonb,
  split_from_id uuid,
  reverts_id uuid
);

create table code_reservation (
  code_folded text collate "C" not null,
  code text not null,
  skeleton text collate "C" generated always as (translate(lower((code COLLATE "C")), 'oil-_ .'::text, '011'::text)) stored not null,
  holder jsonb not null,
  party_id uuid not null,
  reserved_at timestamp with time zone not null,
  expires_at timestamp with time zone not null
);

create table decision (
  id uuid not null,
  change_request_id uuid not null,
  actor jsonb not null,
  party_id uuid not null,
  kind text not null,
  comment text,
  at timestamp with time zone default clock_timestamp() not null,
  plan_id uuid,
  decided_as jsonb default '[]'::jsonb not null
);

create table delivery (
  id uuid not null,
  system text not null,
  entity text not null,
  product_id uuid not null,
  sku_id uuid,
  target text not null,
  revision integer not null,
  state text not null,
  attempts integer default 0 not null,
  conflicts integer default 0 not null,
  next_attempt_at timestamp with time zone,
  last_error jsonb,
  died_at timestamp with time zone,
  due_at timestamp with time zone,
  change_request_id uuid,
  settled_by jsonb,
  note text,
  created_at timestamp with time zone default clock_timestamp() not null,
  retried_at timestamp with time zone,
  delivered_at timestamp with time zone,
  not_founds integer default 0 not null,
  unknowns integer default 0 not null,
  lost_leases integer default 0 not null,
  rate_since timestamp with time zone,
  excused_seconds double precision default 0 not null,
  cause text,
  cause_shape text,
  assignee_id uuid,
  finding_id uuid,
  resolved_at timestamp with time zone,
  canary_id uuid,
  canary_first boolean default false not null
);

create table feed_entry (
  id uuid not null,
  entity text not null,
  key text not null,
  revision integer not null,
  at timestamp with time zone not null,
  changes jsonb not null,
  change_request_id uuid,
  xid xid8 default pg_current_xact_id() not null
);

create table feed_epoch (
  number integer not null,
  id uuid not null,
  began_after bigint not null,
  fingerprint text not null,
  opened_at timestamp with time zone default clock_timestamp() not null
);

create table feed_position (
  "position" bigint not null,
  entry_id uuid not null
);

create table finding (
  id uuid not null,
  system text not null,
  kind text not null,
  identity text not null,
  record_id uuid,
  product_id uuid,
  sku_id uuid,
  target text not null,
  field text,
  expected jsonb,
  found jsonb,
  last_published jsonb,
  severity text not null,
  state text not null,
  resolution text,
  source text not null,
  attribution jsonb,
  owner_id uuid,
  first_seen_at timestamp with time zone not null,
  opened_at timestamp with time zone not null,
  last_seen_at timestamp with time zone not null,
  recurrences integer default 0 not null,
  due_at timestamp with time zone,
  resolved_at timestamp with time zone,
  resolved_by jsonb,
  waived_until timestamp with time zone,
  note text,
  revert_requested_by jsonb,
  change_request_id uuid,
  not_ours text,
  healing text,
  auto_undone integer default 0 not null,
  fight text,
  external_id text,
  root_id text,
  root_code text,
  tried integer default 0 not null,
  not_before timestamp with time zone,
  target_folded text generated always as (lower(target)) stored,
  app text generated always as ((attribution ->> 'app'::text)) stored
);

create table finding_event (
  id uuid not null,
  finding_id uuid not null,
  type text not null,
  at timestamp with time zone not null,
  actor jsonb not null,
  data jsonb not null
);

create table idempotency_key (
  caller text not null,
  key text not null,
  hash text not null,
  change_request_id uuid not null,
  created_at timestamp with time zone default clock_timestamp() not null
);

create table import_change (
  import_id uuid not null,
  "position" integer not null,
  line integer not null,
  together integer[] not null,
  change jsonb not null
);

create table import_chunk (
  import_id uuid not null,
  "position" integer not null,
  bytes bytea not null
);

create table import_error (
  import_id uuid not null,
  "position" integer not null,
  line integer not null,
  "column" text,
  code text not null,
  message text not null,
  value text,
  rejected boolean not null
);

create table import_job (
  id uuid not null,
  format text not null,
  mode text not null,
  state text not null,
  actor jsonb not null,
  bytes bigint default 0 not null,
  rows_read integer default 0 not null,
  skus_created integer default 0 not null,
  rejected integer default 0 not null,
  error text,
  change_request_id uuid,
  created_at timestamp with time zone default clock_timestamp() not null,
  touched_at timestamp with time zone default clock_timestamp() not null,
  runner uuid,
  runner_until timestamp with time zone,
  finished_at timestamp with time zone,
  dry_run boolean default false not null,
  taken_line integer default 0 not null,
  error_count integer default 0 not null,
  ignored_columns text[] default '{}'::text[] not null,
  request jsonb,
  proposed jsonb,
  quality_issues integer default 0 not null,
  proposing_done integer,
  proposing_total integer
);

create table import_named (
  import_id uuid not null,
  entity text not null,
  key text not null,
  line integer not null,
  says text
);

create table import_rehearsal (
  import_id uuid not null,
  entity text not null,
  key text collate "C" not null,
  id uuid not null,
  line integer,
  product_id uuid not null,
  gtin14 text,
  content jsonb not null,
  skeleton text collate "C"
);

create table lane (
  system text not null,
  product_id uuid not null,
  due_at timestamp with time zone,
  lease_token uuid,
  lease_until timestamp with time zone
);

create table onboarding_match (
  id uuid not null,
  inputs text not null,
  computed_at timestamp with time zone default clock_timestamp() not null,
  summary jsonb not null
);

create table onboarding_row (
  match_id uuid not null,
  rank integer not null,
  code text collate "C" not null,
  key text collate "C" not null,
  grade text not null,
  sides text[] not null,
  not_in text[] not null,
  problems text[] not null,
  fields text[] not null,
  words text not null,
  told json not null
);

create table ownership_rule (
  id uuid not null,
  scope text not null,
  match text,
  match_folded text,
  owner_id uuid not null,
  effective_from timestamp with time zone not null,
  effective_to timestamp with time zone,
  created_at timestamp with time zone default clock_timestamp() not null,
  match_key text generated always as (COALESCE(match_folded, ''::text)) stored not null
);

create table party (
  id uuid not null,
  code text not null,
  code_folded text not null,
  kind text not null,
  name text not null,
  email text,
  active boolean not null,
  created_at timestamp with time zone default clock_timestamp() not null,
  engineering boolean default false not null,
  delegate_id uuid,
  delegate_until timestamp with time zone,
  delegate_from timestamp with time zone,
  away_from timestamp with time zone,
  away_until timestamp with time zone,
  slack_id text
);

create table party_member (
  team_id uuid not null,
  member_id uuid not null
);

create table party_standing (
  party_id uuid not null,
  since timestamp with time zone not null,
  active boolean not null,
  member_ids uuid[] not null
);

create table product (
  id uuid not null,
  handle text not null,
  revision integer not null,
  title text not null,
  vendor text,
  product_type text,
  category text,
  tags text[] not null,
  option_names text[] not null,
  attributes jsonb not null,
  created_at timestamp with time zone not null,
  updated_at timestamp with time zone not null,
  handle_folded text generated always as (fold_code(handle)) stored not null,
  vendor_folded text generated always as (fold_code(vendor)) stored,
  product_type_folded text generated always as (fold_code(product_type)) stored,
  search text generated always as (fold_code(((((handle || ' '::text) || title) || ' '::text) || COALESCE(vendor, ''::text)))) stored not null
);

create table product_revision (
  product_id uuid not null,
  revision integer not null,
  valid_from timestamp with time zone not null,
  actor jsonb not null,
  reason text,
  change_request_id uuid,
  changes jsonb not null,
  snapshot jsonb not null
);

create table quality_issue (
  id uuid not null,
  entity text not null,
  product_id uuid not null,
  sku_id uuid,
  target text not null,
  field text not null,
  raw_value text,
  code text not null,
  severity text not null,
  message text not null,
  import_id uuid not null,
  line integer not null,
  found_at timestamp with time zone default clock_timestamp() not null,
  resolved_at timestamp with time zone,
  resolved_revision integer,
  change_request_id uuid
);

create table rate_budget (
  system text not null,
  maximum double precision not null,
  restore_rate double precision not null,
  points double precision not null,
  counted_at timestamp with time zone not null
);

create table record (
  id uuid not null,
  system text not null,
  entity text not null,
  product_id uuid not null,
  sku_id uuid,
  external_id text,
  root_id text,
  root_code text,
  match text not null,
  waiting_since timestamp with time zone default clock_timestamp() not null,
  published jsonb,
  published_revision integer,
  published_at timestamp with time zone,
  observed jsonb,
  observed_at timestamp with time zone,
  compared_at timestamp with time zone,
  in_sync boolean,
  piece_id uuid,
  judged_at timestamp with time zone,
  judged_of bigint,
  not_covered jsonb
);

create table request_plan (
  id uuid not null,
  change_request_id uuid not null,
  hash text not null,
  commitments jsonb not null,
  content jsonb not null,
  reason jsonb,
  at timestamp with time zone default clock_timestamp() not null
);

create table request_validation (
  change_request_id uuid not null,
  actor jsonb not null,
  submit boolean not null,
  phase text default 'WAITING'::text not null,
  done integer default 0 not null,
  total integer not null,
  attempts integer default 0 not null,
  runner uuid,
  runner_until timestamp with time zone,
  asked_at timestamp with time zone default clock_timestamp() not null,
  finished_at timestamp with time zone
);

create table scan (
  id uuid not null,
  system text not null,
  mode text not null,
  state text not null,
  started_by jsonb not null,
  started_at timestamp with time zone default clock_timestamp() not null,
  finished_at timestamp with time zone,
  touched_at timestamp with time zone default clock_timestamp() not null,
  records_read integer default 0 not null,
  skus_compared integer default 0 not null,
  findings_opened integer default 0 not null,
  findings_resolved integer default 0 not null,
  error text,
  sighted boolean default false not null,
  phase text default 'READING'::text not null,
  operation text,
  read_at timestamp with time zone,
  lease_token uuid,
  lease_until timestamp with time zone,
  losses integer default 0 not null,
  records_unchanged integer default 0 not null,
  records_expected integer,
  values_not_covered integer default 0 not null,
  linked_records integer,
  staged_records integer,
  findings_held integer,
  decided_by jsonb,
  decided_at timestamp with time zone,
  reason text
);

create table scan_cursor (
  system text not null,
  cursor text not null,
  moved_at timestamp with time zone default clock_timestamp() not null,
  moved_by uuid
);

create table scan_piece (
  id uuid not null,
  system text not null,
  fingerprint text not null,
  records integer not null,
  seen_in uuid not null,
  judged_at timestamp with time zone,
  basis text,
  compared_at timestamp with time zone
);

create table scan_postponed (
  scan_id uuid not null,
  entity text not null,
  external_id text not null,
  root_id text not null,
  root_code text,
  pursued boolean default false not null
);

create table scan_stage (
  scan_id uuid not null,
  entity text not null,
  external_id text not null,
  root_id text not null,
  root_code text,
  piece_id uuid,
  observed jsonb,
  opens boolean not null,
  read_at timestamp with time zone
);

create table setting_version (
  key text not null,
  version integer not null,
  value jsonb not null,
  reason text not null,
  changed_by jsonb not null,
  changed_at timestamp with time zone default clock_timestamp() not null
);

create table sighting (
  id uuid not null,
  scan_id uuid not null,
  products json not null,
  skus json not null
);

create table sku (
  id uuid not null,
  code text not null,
  code_folded text not null,
  kind text not null,
  state text not null,
  product_id uuid not null,
  revision integer not null,
  title text not null,
  option_values jsonb not null,
  option_key text not null,
  gtin text,
  gtin14 text,
  price numeric(14,4),
  compare_at_price numeric(14,4),
  cost numeric(14,4),
  weight_value numeric(14,4),
  weight_unit text,
  hs_code text,
  country_of_origin text,
  requires_shipping boolean not null,
  taxable boolean not null,
  tax_code text,
  unit_of_measure text,
  attributes jsonb not null,
  successor text,
  listed_in text[] not null,
  system_values jsonb not null,
  created_at timestamp with time zone not null,
  updated_at timestamp with time zone not null,
  skeleton text collate "C" generated always as (translate(lower((code COLLATE "C")), 'oil-_ .'::text, '011'::text)) stored not null,
  search text generated always as (fold_code(((((code || ' '::text) || title) || ' '::text) || COALESCE(gtin, ''::text)))) stored not null
);

create table sku_revision (
  sku_id uuid not null,
  revision integer not null,
  valid_from timestamp with time zone not null,
  actor jsonb not null,
  reason text,
  change_request_id uuid,
  changes jsonb not null,
  snapshot jsonb not null
);

create table source_of_truth_sign_off (
  id uuid not null,
  version integer not null,
  actor jsonb not null,
  comment text,
  at timestamp with time zone default clock_timestamp() not null
);

create table stock_level (
  sku_id uuid not null,
  system text not null,
  on_hand numeric not null,
  reported_at timestamp with time zone not null
);

create table system (
  code text not null,
  kind text not null,
  connector text not null,
  mode text not null,
  currency text not null,
  link text not null,
  health text not null,
  created_at timestamp with time zone default clock_timestamp() not null,
  failures integer default 0 not null,
  probe_at timestamp with time zone,
  subscribed_at timestamp with time zone,
  subscribed_url text,
  write_since timestamp with time zone,
  subscribed_topics text[] default '{}'::text[] not null
);

create table system_hold (
  id uuid not null,
  system text not null,
  kind text not null,
  reason text not null,
  began_by jsonb not null,
  began_at timestamp with time zone default clock_timestamp() not null,
  until timestamp with time zone,
  ended_at timestamp with time zone,
  ended_by jsonb
);

create table taken_value (
  change_request_id uuid not null,
  record_id uuid not null,
  field text not null,
  source text not null,
  found jsonb,
  attribution jsonb,
  finding_id uuid,
  policy_version integer not null,
  at timestamp with time zone default clock_timestamp() not null
);

create table takeover_tally (
  system text not null,
  field text not null,
  hour timestamp with time zone not null,
  replaced integer not null
);

create table ungoverned_record (
  system text not null,
  entity text not null,
  external_id text not null,
  root_id text not null,
  root_code text,
  code text,
  code_folded text,
  piece_id uuid not null,
  observed jsonb not null,
  first_seen_at timestamp with time zone default clock_timestamp() not null
);

create table webhook (
  id uuid not null,
  system text not null,
  topic text not null,
  root_id text not null,
  root_code text,
  delivery_id text,
  event_id text,
  triggered_at text,
  body bytea not null,
  received_at timestamp with time zone default clock_timestamp() not null,
  attempts integer default 0 not null,
  not_before timestamp with time zone,
  handled_at timestamp with time zone,
  result text
);

-- constraints

alter table alert add constraint alert_pkey PRIMARY KEY (id);

alter table api_key add constraint api_key_pkey PRIMARY KEY (id);

alter table attempt add constraint attempt_pkey PRIMARY KEY (id);

alter table audit_event add constraint audit_event_pkey PRIMARY KEY (id);

alter table audit_seal add constraint audit_seal_pkey PRIMARY KEY ("position");

alter table bundle_component add constraint bundle_component_pkey PRIMARY KEY (version_id, "position");

alter table bundle_version add constraint bundle_version_pkey PRIMARY KEY (id);

alter table bundle_version_failure add constraint bundle_version_failure_pkey PRIMARY KEY (id);

alter table canary add constraint canary_pkey PRIMARY KEY (id);

alter table change add constraint change_pkey PRIMARY KEY (id);

alter table change_comment add constraint change_comment_pkey PRIMARY KEY (id);

alter table change_request add constraint change_request_pkey PRIMARY KEY (id);

alter table code_reservation add constraint code_reservation_pkey PRIMARY KEY (code_folded);

alter table decision add constraint decision_pkey PRIMARY KEY (id);

alter table delivery add constraint delivery_pkey PRIMARY KEY (id);

alter table feed_entry add constraint feed_entry_pkey PRIMARY KEY (id);

alter table feed_epoch add constraint feed_epoch_pkey PRIMARY KEY (number);

alter table feed_position add constraint feed_position_pkey PRIMARY KEY ("position");

alter table finding add constraint finding_pkey PRIMARY KEY (id);

alter table finding_event add constraint finding_event_pkey PRIMARY KEY (id);

alter table idempotency_key add constraint idempotency_key_pkey PRIMARY KEY (caller, key);

alter table import_change add constraint import_change_pkey PRIMARY KEY (import_id, "position");

alter table import_chunk add constraint import_chunk_pkey PRIMARY KEY (import_id, "position");

alter table import_error add constraint import_error_pkey PRIMARY KEY (import_id, "position");

alter table import_job add constraint import_job_pkey PRIMARY KEY (id);

alter table import_named add constraint import_named_pkey PRIMARY KEY (import_id, entity, key);

alter table import_rehearsal add constraint import_rehearsal_pkey PRIMARY KEY (import_id, entity, key);

alter table lane add constraint lane_pkey PRIMARY KEY (system, product_id);

alter table onboarding_match add constraint onboarding_match_pkey PRIMARY KEY (id);

alter table onboarding_row add constraint onboarding_row_pkey PRIMARY KEY (match_id, rank, code, key);

alter table ownership_rule add constraint ownership_rule_pkey PRIMARY KEY (id);

alter table party add constraint party_pkey PRIMARY KEY (id);

alter table party_member add constraint party_member_pkey PRIMARY KEY (team_id, member_id);

alter table party_standing add constraint party_standing_pkey PRIMARY KEY (party_id, since);

alter table product add constraint product_pkey PRIMARY KEY (id);

alter table product_revision add constraint product_revision_pkey PRIMARY KEY (product_id, revision);

alter table quality_issue add constraint quality_issue_pkey PRIMARY KEY (id);

alter table rate_budget add constraint rate_budget_pkey PRIMARY KEY (system);

alter table record add constraint record_pkey PRIMARY KEY (id);

alter table request_plan add constraint request_plan_pkey PRIMARY KEY (id);

alter table request_validation add constraint request_validation_pkey PRIMARY KEY (change_request_id);

alter table scan add constraint scan_pkey PRIMARY KEY (id);

alter table scan_cursor add constraint scan_cursor_pkey PRIMARY KEY (system);

alter table scan_piece add constraint scan_piece_pkey PRIMARY KEY (id);

alter table scan_postponed add constraint scan_postponed_pkey PRIMARY KEY (scan_id, entity, external_id);

alter table scan_stage add constraint scan_stage_pkey PRIMARY KEY (scan_id, entity, external_id);

alter table setting_version add constraint setting_version_pkey PRIMARY KEY (key, version);

alter table sighting add constraint sighting_pkey PRIMARY KEY (id);

alter table sku add constraint sku_pkey PRIMARY KEY (id);

alter table sku_revision add constraint sku_revision_pkey PRIMARY KEY (sku_id, revision);

alter table source_of_truth_sign_off add constraint source_of_truth_sign_off_pkey PRIMARY KEY (id);

alter table stock_level add constraint stock_level_pkey PRIMARY KEY (sku_id, system);

alter table system add constraint system_pkey PRIMARY KEY (code);

alter table system_hold add constraint system_hold_pkey PRIMARY KEY (id);

alter table taken_value add constraint taken_value_pkey PRIMARY KEY (change_request_id, record_id, field);

alter table takeover_tally add constraint takeover_tally_pkey PRIMARY KEY (system, field, hour);

alter table ungoverned_record add constraint ungoverned_record_pkey PRIMARY KEY (system, entity, external_id);

alter table webhook add constraint webhook_pkey PRIMARY KEY (id);

alter table alert add constraint alert_key_key UNIQUE (key);

alter table api_key add constraint api_key_hash_key UNIQUE (hash);

alter table audit_seal add constraint audit_seal_event_id_key UNIQUE (event_id);

alter table bundle_component add constraint bundle_component_version_id_component_id_key UNIQUE (version_id, component_id);

alter table bundle_version add constraint bundle_version_begins_once UNIQUE (bundle_id, effective_from);

alter table bundle_version add constraint bundle_version_state UNIQUE (id, bundle_id, state);

alter table bundle_version_failure add constraint bundle_version_failure_of_one UNIQUE (bundle_id, due_at);

alter table change add constraint change_change_request_id_position_key UNIQUE (change_request_id, "position");

alter table change_request add constraint change_request_number_key UNIQUE (number);

alter table feed_epoch add constraint feed_epoch_id_key UNIQUE (id);

alter table feed_position add constraint feed_position_entry_id_key UNIQUE (entry_id);

alter table finding add constraint finding_system_identity_key UNIQUE (system, identity);

alter table party add constraint party_code_folded_key UNIQUE (code_folded);

alter table product add constraint product_handle_key UNIQUE (handle);

alter table scan_piece add constraint scan_piece_system_fingerprint_key UNIQUE (system, fingerprint);

alter table sku add constraint sku_code_folded_key UNIQUE (code_folded);

alter table sku add constraint sku_options_once UNIQUE (product_id, option_key) DEFERRABLE INITIALLY DEFERRED;

alter table bundle_version add constraint bundle_version_no_overlap EXCLUDE USING gist (bundle_id WITH =, tstzrange(effective_from, effective_to) WITH &&) DEFERRABLE INITIALLY DEFERRED;

alter table sku add constraint sku_gtin_once EXCLUDE USING btree (gtin14 WITH =) WHERE ((state <> 'RETIRED'::text)) DEFERRABLE INITIALLY DEFERRED;

alter table alert add constraint alert_check CHECK (((state = 'WAITING'::text) = (next_attempt_at IS NOT NULL)));

alter table alert add constraint alert_check1 CHECK (((state = 'SENT'::text) = (sent_at IS NOT NULL)));

alter table alert add constraint alert_kind_check CHECK ((kind = ANY (ARRAY['DIGEST'::text, 'SYSTEM_PAUSED'::text, 'BREAKER_OPEN'::text, 'CRITICAL_FINDING'::text, 'FORCE_APPLIED'::text, 'SCAN_HELD'::text, 'SUBSCRIPTION_LOST'::text, 'BUNDLE_VERSION_REFUSED'::text, 'REQUEST_NOT_APPLIED'::text, 'CANARY_STOPPED'::text, 'API_VERSION_CHANGED'::text])));

alter table alert add constraint alert_state_check CHECK ((state = ANY (ARRAY['WAITING'::text, 'SENT'::text, 'NOT_SENT'::text, 'NOWHERE'::text])));

alter table attempt add constraint attempt_outcome_check CHECK ((outcome = ANY (ARRAY['CONFIRMED'::text, 'REJECTED'::text, 'AMBIGUOUS'::text, 'ECHO'::text, 'LOST'::text])));

alter table audit_seal add constraint audit_seal_hash_check CHECK ((octet_length(hash) = 32));

alter table audit_seal add constraint audit_seal_position_check CHECK (("position" > 0));

alter table bundle_component add constraint bundle_component_check CHECK ((component_id <> bundle_id));

alter table bundle_component add constraint bundle_component_position_check CHECK (("position" >= 1));

alter table bundle_component add constraint bundle_component_quantity_check CHECK (((quantity >= 1) AND (quantity <= 2000)));

alter table bundle_version add constraint bundle_version_check CHECK ((effective_to > effective_from));

alter table bundle_version add constraint bundle_version_state_check CHECK ((state = ANY (ARRAY['PAST'::text, 'CURRENT'::text, 'SCHEDULED'::text])));

alter table bundle_version_failure add constraint bundle_version_failure_closed CHECK ((((closed_at IS NULL) = (closed_by IS NULL)) AND ((closed_at IS NULL) = (closed_because IS NULL))));

alter table bundle_version_failure add constraint bundle_version_failure_kind_check CHECK ((kind = ANY (ARRAY['REFUSED'::text, 'FAILED'::text])));

alter table canary add constraint canary_check CHECK (((decided_by IS NULL) = (reason IS NULL)));

alter table canary add constraint canary_state_check CHECK ((state = ANY (ARRAY['FIRST'::text, 'REST'::text, 'STOPPED'::text, 'CONTINUED'::text, 'GIVEN_UP'::text, 'FINISHED'::text])));

alter table change add constraint change_operation_check CHECK ((operation = ANY (ARRAY['PRODUCT_CREATE'::text, 'PRODUCT_UPDATE'::text, 'SKU_CREATE'::text, 'SKU_UPDATE'::text, 'SKU_TRANSITION'::text, 'BUNDLE_SET'::text])));

alter table change_request add constraint change_request_due CHECK (((state <> 'SCHEDULED'::text) OR (due_at IS NOT NULL)));

alter table change_request add constraint change_request_origin_check CHECK ((origin = ANY (ARRAY['REQUEST'::text, 'IMPORT'::text, 'ADOPTION'::text, 'TAKE_OVER'::text])));

alter table change_request add constraint change_request_state_check CHECK ((state = ANY (ARRAY['DRAFT'::text, 'VALIDATING'::text, 'IN_REVIEW'::text, 'SCHEDULED'::text, 'APPLIED'::text, 'REJECTED'::text, 'WITHDRAWN'::text, 'CONFLICTED'::text])));

alter table code_reservation add constraint code_reservation_check CHECK ((code_folded = lower((code COLLATE "C"))));

alter table code_reservation add constraint code_reservation_check1 CHECK ((expires_at > reserved_at));

alter table decision add constraint decision_kind_check CHECK ((kind = ANY (ARRAY['APPROVE'::text, 'REJECT'::text])));

alter table delivery add constraint delivery_check CHECK (((entity = 'SKU'::text) = (sku_id IS NOT NULL)));

alter table delivery add constraint delivery_entity_check CHECK ((entity = ANY (ARRAY['PRODUCT'::text, 'SKU'::text])));

alter table delivery add constraint delivery_first_of_canary CHECK (((canary_id IS NOT NULL) OR (NOT canary_first)));

alter table delivery add constraint delivery_state_check CHECK ((state = ANY (ARRAY['PENDING'::text, 'IN_FLIGHT'::text, 'RETRYING'::text, 'DELIVERED'::text, 'DEAD_LETTERED'::text, 'SUPERSEDED'::text, 'DISCARDED'::text])));

alter table feed_entry add constraint feed_entry_entity_check CHECK ((entity = ANY (ARRAY['SKU'::text, 'PRODUCT'::text, 'BUNDLE'::text])));

alter table feed_epoch add constraint feed_epoch_began_after_check CHECK ((began_after >= 0));

alter table feed_epoch add constraint feed_epoch_number_check CHECK ((number > 0));

alter table feed_position add constraint feed_position_position_check CHECK (("position" > 0));

alter table finding add constraint finding_check CHECK (((state = 'RESOLVED'::text) = (resolved_at IS NOT NULL)));

alter table finding add constraint finding_healing_check CHECK ((healing = ANY (ARRAY['AUTO_REVERT'::text, 'AUTO_ADOPT'::text, 'HELD'::text])));

alter table finding add constraint finding_kind_check CHECK ((kind = ANY (ARRAY['FIELD'::text, 'MISSING'::text, 'UNEXPECTED'::text, 'DUPLICATE'::text, 'RECODED'::text, 'LIFECYCLE'::text, 'BUNDLE'::text])));

alter table finding add constraint finding_resolution_check CHECK ((resolution = ANY (ARRAY['REVERTED'::text, 'ADOPTED'::text, 'WAIVED'::text, 'SELF_HEALED'::text, 'SUPERSEDED'::text])));

alter table finding add constraint finding_severity_check CHECK ((severity = ANY (ARRAY['LOW'::text, 'MEDIUM'::text, 'HIGH'::text, 'CRITICAL'::text])));

alter table finding add constraint finding_source_check CHECK ((source = ANY (ARRAY['WEBHOOK'::text, 'INCREMENTAL_SCAN'::text, 'FULL_SCAN'::text, 'BEFORE_WRITE'::text, 'VERIFY_AFTER_WRITE'::text])));

alter table finding add constraint finding_state_check CHECK ((state = ANY (ARRAY['OPEN'::text, 'ACKNOWLEDGED'::text, 'WAIVED'::text, 'RESOLVED'::text])));

alter table finding add constraint finding_waived CHECK (((state <> 'WAIVED'::text) OR (waived_until IS NOT NULL)));

alter table finding_event add constraint finding_event_type_check CHECK ((type = ANY (ARRAY['OPENED'::text, 'REFRESHED'::text, 'ACKNOWLEDGED'::text, 'REVERT_REQUESTED'::text, 'ADOPTION_PROPOSED'::text, 'RESOLVED'::text, 'REOPENED'::text, 'NOT_OURS'::text, 'WAIVED'::text, 'WAIVER_ENDED'::text, 'LEFT_TO_PEOPLE'::text])));

alter table import_job add constraint import_job_mode_check CHECK ((mode = ANY (ARRAY['baseline'::text, 'propose'::text])));

alter table import_job add constraint import_job_state_check CHECK ((state = ANY (ARRAY['RECEIVING'::text, 'RUNNING'::text, 'SUCCEEDED'::text, 'FAILED'::text])));

alter table import_named add constraint import_named_entity_check CHECK ((entity = ANY (ARRAY['SKU'::text, 'PRODUCT'::text])));

alter table import_rehearsal add constraint import_rehearsal_entity_check CHECK ((entity = ANY (ARRAY['SKU'::text, 'PRODUCT'::text])));

alter table ownership_rule add constraint ownership_rule_check CHECK (((scope = 'DEFAULT'::text) = (match IS NULL)));

alter table ownership_rule add constraint ownership_rule_check1 CHECK (((effective_to IS NULL) OR (effective_to >= effective_from)));

alter table ownership_rule add constraint ownership_rule_scope_check CHECK ((scope = ANY (ARRAY['SKU'::text, 'PRODUCT'::text, 'PRODUCT_TYPE'::text, 'VENDOR'::text, 'DEFAULT'::text])));

alter table party add constraint party_away_from_a_day CHECK (((away_until IS NULL) OR (away_from IS NOT NULL)));

alter table party add constraint party_away_in_order CHECK ((away_from < away_until));

alter table party add constraint party_delegate_from_of_one CHECK (((delegate_from IS NULL) OR (delegate_id IS NOT NULL)));

alter table party add constraint party_delegate_in_order CHECK ((delegate_from < delegate_until));

alter table party add constraint party_delegate_is_another CHECK ((delegate_id <> id));

alter table party add constraint party_delegate_until_of_one CHECK (((delegate_until IS NULL) OR (delegate_id IS NOT NULL)));

alter table party add constraint party_kind_check CHECK ((kind = ANY (ARRAY['USER'::text, 'TEAM'::text])));

alter table party add constraint party_slack_id_of_slack CHECK ((slack_id ~ '^[UWS][A-Z0-9]{2,20}$'::text));

alter table party_member add constraint party_member_check CHECK ((team_id <> member_id));

alter table product add constraint product_handle_form CHECK ((((char_length(handle) >= 1) AND (char_length(handle) <= 255)) AND (handle !~ '[[:space:][:cntrl:]]'::text)));

alter table quality_issue add constraint quality_issue_check CHECK (((entity = 'SKU'::text) = (sku_id IS NOT NULL)));

alter table quality_issue add constraint quality_issue_check1 CHECK (((resolved_at IS NULL) = (resolved_revision IS NULL)));

alter table quality_issue add constraint quality_issue_entity_check CHECK ((entity = ANY (ARRAY['PRODUCT'::text, 'SKU'::text])));

alter table quality_issue add constraint quality_issue_severity_check CHECK ((severity = ANY (ARRAY['ERROR'::text, 'WARNING'::text])));

alter table rate_budget add constraint rate_budget_maximum_check CHECK ((maximum > (0)::double precision));

alter table rate_budget add constraint rate_budget_restore_rate_check CHECK ((restore_rate > (0)::double precision));

alter table record add constraint record_check CHECK (((entity = 'SKU'::text) = (sku_id IS NOT NULL)));

alter table record add constraint record_entity_check CHECK ((entity = ANY (ARRAY['PRODUCT'::text, 'SKU'::text])));

alter table record add constraint record_match_check CHECK ((match = ANY (ARRAY['WAITING'::text, 'MATCHED'::text, 'TO_CREATE'::text, 'MISSING'::text])));

alter table request_validation add constraint request_validation_phase_check CHECK ((phase = ANY (ARRAY['WAITING'::text, 'CHECKING'::text, 'PLANNING'::text, 'DONE'::text, 'STOPPED'::text])));

alter table scan add constraint scan_mode_check CHECK ((mode = ANY (ARRAY['FULL'::text, 'INCREMENTAL'::text])));

alter table scan add constraint scan_phase_check CHECK ((phase = ANY (ARRAY['READING'::text, 'SETTLING'::text, 'CONFIRMING'::text])));

alter table scan add constraint scan_state_check CHECK ((state = ANY (ARRAY['RUNNING'::text, 'SUCCEEDED'::text, 'FAILED'::text, 'CANCELLED'::text, 'HELD'::text])));

alter table scan_postponed add constraint scan_postponed_entity_check CHECK ((entity = ANY (ARRAY['PRODUCT'::text, 'SKU'::text])));

alter table scan_stage add constraint scan_stage_entity_check CHECK ((entity = ANY (ARRAY['PRODUCT'::text, 'SKU'::text])));

alter table setting_version add constraint setting_version_version_check CHECK ((version > 0));

alter table sku add constraint sku_check CHECK (((weight_value IS NULL) = (weight_unit IS NULL)));

alter table sku add constraint sku_code_folded CHECK ((code_folded = lower((code COLLATE "C"))));

alter table sku add constraint sku_code_form CHECK ((code ~ ('^[!-~]([ -~]{0,62}[!-~])?$'::text COLLATE "C")));

alter table sku add constraint sku_compare_at_price_check CHECK ((compare_at_price >= (0)::numeric));

alter table sku add constraint sku_cost_check CHECK ((cost >= (0)::numeric));

alter table sku add constraint sku_gtin14 CHECK ((NOT (gtin14 IS DISTINCT FROM lpad(gtin, 14, '0'::text))));

alter table sku add constraint sku_gtin_form CHECK ((gtin ~ ('^([0-9]{8}|[0-9]{12,14})$'::text COLLATE "C")));

alter table sku add constraint sku_kind_check CHECK ((kind = ANY (ARRAY['SIMPLE'::text, 'BUNDLE'::text])));

alter table sku add constraint sku_price_check CHECK ((price >= (0)::numeric));

alter table sku add constraint sku_state_check CHECK ((state = ANY (ARRAY['DRAFT'::text, 'PRELAUNCH'::text, 'ACTIVE'::text, 'ON_HOLD'::text, 'PHASE_OUT'::text, 'RETIRED'::text])));

alter table sku add constraint sku_weight_unit_check CHECK ((weight_unit = ANY (ARRAY['GRAMS'::text, 'KILOGRAMS'::text, 'OUNCES'::text, 'POUNDS'::text])));

alter table sku add constraint sku_weight_value_check CHECK ((weight_value >= (0)::numeric));

alter table source_of_truth_sign_off add constraint source_of_truth_sign_off_comment_check CHECK ((comment <> ''::text));

alter table source_of_truth_sign_off add constraint source_of_truth_sign_off_version_check CHECK ((version >= 0));

alter table system add constraint system_health_check CHECK ((health = ANY (ARRAY['UP'::text, 'DEGRADED'::text, 'DOWN'::text, 'UNKNOWN'::text])));

alter table system add constraint system_kind_check CHECK ((kind = ANY (ARRAY['SHOPIFY'::text, 'ERP'::text])));

alter table system add constraint system_link_check CHECK ((link = ANY (ARRAY['UNLINKED'::text, 'LINKED'::text])));

alter table system add constraint system_mode_check CHECK ((mode = ANY (ARRAY['READ_ONLY'::text, 'WRITE'::text])));

alter table system_hold add constraint system_hold_check CHECK (((kind = 'PAUSE'::text) = (until IS NOT NULL)));

alter table system_hold add constraint system_hold_check1 CHECK ((until > began_at));

alter table system_hold add constraint system_hold_check2 CHECK ((ended_at >= began_at));

alter table system_hold add constraint system_hold_check3 CHECK (((ended_at IS NULL) = (ended_by IS NULL)));

alter table system_hold add constraint system_hold_kind_check CHECK ((kind = ANY (ARRAY['PAUSE'::text, 'AUTH'::text, 'BREAKER'::text])));

alter table taken_value add constraint taken_value_policy_version_check CHECK ((policy_version >= 0));

alter table taken_value add constraint taken_value_source_check CHECK ((source = ANY (ARRAY['WEBHOOK'::text, 'INCREMENTAL_SCAN'::text, 'FULL_SCAN'::text, 'BEFORE_WRITE'::text, 'VERIFY_AFTER_WRITE'::text])));

alter table takeover_tally add constraint takeover_tally_replaced_check CHECK ((replaced > 0));

alter table ungoverned_record add constraint ungoverned_record_entity_check CHECK ((entity = ANY (ARRAY['PRODUCT'::text, 'SKU'::text])));

alter table alert add constraint alert_system_fkey FOREIGN KEY (system) REFERENCES system(code);

alter table api_key add constraint api_key_party_id_fkey FOREIGN KEY (party_id) REFERENCES party(id);

alter table attempt add constraint attempt_delivery_id_fkey FOREIGN KEY (delivery_id) REFERENCES delivery(id);

alter table attempt add constraint attempt_record_id_fkey FOREIGN KEY (record_id) REFERENCES record(id);

alter table bundle_component add constraint bundle_component_component_id_fkey FOREIGN KEY (component_id) REFERENCES sku(id);

alter table bundle_component add constraint bundle_component_version_id_bundle_id_state_fkey FOREIGN KEY (version_id, bundle_id, state) REFERENCES bundle_version(id, bundle_id, state) ON UPDATE CASCADE ON DELETE CASCADE;

alter table bundle_version add constraint bundle_version_bundle_id_fkey FOREIGN KEY (bundle_id) REFERENCES sku(id);

alter table bundle_version add constraint bundle_version_change_request_id_fkey FOREIGN KEY (change_request_id) REFERENCES change_request(id);

alter table bundle_version add constraint bundle_version_no_gap FOREIGN KEY (bundle_id, effective_to) REFERENCES bundle_version(bundle_id, effective_from) DEFERRABLE INITIALLY DEFERRED;

alter table bundle_version_failure add constraint bundle_version_failure_bundle_id_fkey FOREIGN KEY (bundle_id) REFERENCES sku(id);

alter table bundle_version_failure add constraint bundle_version_failure_change_request_id_fkey FOREIGN KEY (change_request_id) REFERENCES change_request(id);

alter table canary add constraint canary_change_request_id_fkey FOREIGN KEY (change_request_id) REFERENCES change_request(id);

alter table canary add constraint canary_system_fkey FOREIGN KEY (system) REFERENCES system(code);

alter table change add constraint change_change_request_id_fkey FOREIGN KEY (change_request_id) REFERENCES change_request(id);

alter table change_comment add constraint change_comment_change_request_id_fkey FOREIGN KEY (change_request_id) REFERENCES change_request(id);

alter table change_request add constraint change_request_author_party_id_fkey FOREIGN KEY (author_party_id) REFERENCES party(id);

alter table change_request add constraint change_request_reverts_id_fkey FOREIGN KEY (reverts_id) REFERENCES change_request(id);

alter table change_request add constraint change_request_split_from_id_fkey FOREIGN KEY (split_from_id) REFERENCES change_request(id);

alter table code_reservation add constraint code_reservation_party_id_fkey FOREIGN KEY (party_id) REFERENCES party(id);

alter table decision add constraint decision_change_request_id_fkey FOREIGN KEY (change_request_id) REFERENCES change_request(id);

alter table decision add constraint decision_party_id_fkey FOREIGN KEY (party_id) REFERENCES party(id);

alter table decision add constraint decision_plan_id_fkey FOREIGN KEY (plan_id) REFERENCES request_plan(id);

alter table delivery add constraint delivery_assignee_id_fkey FOREIGN KEY (assignee_id) REFERENCES party(id);

alter table delivery add constraint delivery_canary_id_fkey FOREIGN KEY (canary_id) REFERENCES canary(id);

alter table delivery add constraint delivery_change_request_id_fkey FOREIGN KEY (change_request_id) REFERENCES change_request(id);

alter table delivery add constraint delivery_finding_id_fkey FOREIGN KEY (finding_id) REFERENCES finding(id);

alter table delivery add constraint delivery_product_id_fkey FOREIGN KEY (product_id) REFERENCES product(id);

alter table delivery add constraint delivery_sku_id_fkey FOREIGN KEY (sku_id) REFERENCES sku(id);

alter table delivery add constraint delivery_system_fkey FOREIGN KEY (system) REFERENCES system(code);

alter table feed_entry add constraint feed_entry_change_request_id_fkey FOREIGN KEY (change_request_id) REFERENCES change_request(id);

alter table finding add constraint finding_change_request_id_fkey FOREIGN KEY (change_request_id) REFERENCES change_request(id);

alter table finding add constraint finding_owner_id_fkey FOREIGN KEY (owner_id) REFERENCES party(id);

alter table finding add constraint finding_product_id_fkey FOREIGN KEY (product_id) REFERENCES product(id);

alter table finding add constraint finding_record_id_fkey FOREIGN KEY (record_id) REFERENCES record(id);

alter table finding add constraint finding_sku_id_fkey FOREIGN KEY (sku_id) REFERENCES sku(id);

alter table finding add constraint finding_system_fkey FOREIGN KEY (system) REFERENCES system(code);

alter table finding_event add constraint finding_event_finding_id_fkey FOREIGN KEY (finding_id) REFERENCES finding(id);

alter table idempotency_key add constraint idempotency_key_change_request_id_fkey FOREIGN KEY (change_request_id) REFERENCES change_request(id);

alter table import_change add constraint import_change_import_id_fkey FOREIGN KEY (import_id) REFERENCES import_job(id);

alter table import_chunk add constraint import_chunk_import_id_fkey FOREIGN KEY (import_id) REFERENCES import_job(id);

alter table import_error add constraint import_error_import_id_fkey FOREIGN KEY (import_id) REFERENCES import_job(id);

alter table import_job add constraint import_job_change_request_id_fkey FOREIGN KEY (change_request_id) REFERENCES change_request(id);

alter table import_named add constraint import_named_import_id_fkey FOREIGN KEY (import_id) REFERENCES import_job(id);

alter table import_rehearsal add constraint import_rehearsal_import_id_fkey FOREIGN KEY (import_id) REFERENCES import_job(id);

alter table lane add constraint lane_product_id_fkey FOREIGN KEY (product_id) REFERENCES product(id);

alter table lane add constraint lane_system_fkey FOREIGN KEY (system) REFERENCES system(code);

alter table onboarding_row add constraint onboarding_row_match_id_fkey FOREIGN KEY (match_id) REFERENCES onboarding_match(id) ON DELETE CASCADE;

alter table ownership_rule add constraint ownership_rule_owner_id_fkey FOREIGN KEY (owner_id) REFERENCES party(id);

alter table party add constraint party_delegate_id_fkey FOREIGN KEY (delegate_id) REFERENCES party(id);

alter table party_member add constraint party_member_member_id_fkey FOREIGN KEY (member_id) REFERENCES party(id);

alter table party_member add constraint party_member_team_id_fkey FOREIGN KEY (team_id) REFERENCES party(id);

alter table party_standing add constraint party_standing_party_id_fkey FOREIGN KEY (party_id) REFERENCES party(id);

alter table product_revision add constraint product_revision_change_request_id_fkey FOREIGN KEY (change_request_id) REFERENCES change_request(id);

alter table product_revision add constraint product_revision_product_id_fkey FOREIGN KEY (product_id) REFERENCES product(id);

alter table quality_issue add constraint quality_issue_change_request_id_fkey FOREIGN KEY (change_request_id) REFERENCES change_request(id);

alter table quality_issue add constraint quality_issue_import_id_fkey FOREIGN KEY (import_id) REFERENCES import_job(id);

alter table quality_issue add constraint quality_issue_product_id_fkey FOREIGN KEY (product_id) REFERENCES product(id);

alter table quality_issue add constraint quality_issue_sku_id_fkey FOREIGN KEY (sku_id) REFERENCES sku(id);

alter table rate_budget add constraint rate_budget_system_fkey FOREIGN KEY (system) REFERENCES system(code);

alter table record add constraint record_product_id_fkey FOREIGN KEY (product_id) REFERENCES product(id);

alter table record add constraint record_sku_id_fkey FOREIGN KEY (sku_id) REFERENCES sku(id);

alter table record add constraint record_system_fkey FOREIGN KEY (system) REFERENCES system(code);

alter table request_plan add constraint request_plan_change_request_id_fkey FOREIGN KEY (change_request_id) REFERENCES change_request(id);

alter table request_validation add constraint request_validation_change_request_id_fkey FOREIGN KEY (change_request_id) REFERENCES change_request(id);

alter table scan add constraint scan_system_fkey FOREIGN KEY (system) REFERENCES system(code);

alter table scan_cursor add constraint scan_cursor_moved_by_fkey FOREIGN KEY (moved_by) REFERENCES scan(id);

alter table scan_cursor add constraint scan_cursor_system_fkey FOREIGN KEY (system) REFERENCES system(code);

alter table scan_piece add constraint scan_piece_seen_in_fkey FOREIGN KEY (seen_in) REFERENCES scan(id);

alter table scan_piece add constraint scan_piece_system_fkey FOREIGN KEY (system) REFERENCES system(code);

alter table scan_postponed add constraint scan_postponed_scan_id_fkey FOREIGN KEY (scan_id) REFERENCES scan(id);

alter table scan_stage add constraint scan_stage_scan_id_fkey FOREIGN KEY (scan_id) REFERENCES scan(id);

alter table sighting add constraint sighting_scan_id_fkey FOREIGN KEY (scan_id) REFERENCES scan(id);

alter table sku add constraint sku_product_id_fkey FOREIGN KEY (product_id) REFERENCES product(id);

alter table sku_revision add constraint sku_revision_change_request_id_fkey FOREIGN KEY (change_request_id) REFERENCES change_request(id);

alter table sku_revision add constraint sku_revision_sku_id_fkey FOREIGN KEY (sku_id) REFERENCES sku(id);

alter table stock_level add constraint stock_level_sku_id_fkey FOREIGN KEY (sku_id) REFERENCES sku(id);

alter table stock_level add constraint stock_level_system_fkey FOREIGN KEY (system) REFERENCES system(code);

alter table system_hold add constraint system_hold_system_fkey FOREIGN KEY (system) REFERENCES system(code);

alter table taken_value add constraint taken_value_change_request_id_fkey FOREIGN KEY (change_request_id) REFERENCES change_request(id);

alter table taken_value add constraint taken_value_finding_id_fkey FOREIGN KEY (finding_id) REFERENCES finding(id);

alter table taken_value add constraint taken_value_record_id_fkey FOREIGN KEY (record_id) REFERENCES record(id);

alter table takeover_tally add constraint takeover_tally_system_fkey FOREIGN KEY (system) REFERENCES system(code);

alter table ungoverned_record add constraint ungoverned_record_piece_id_fkey FOREIGN KEY (piece_id) REFERENCES scan_piece(id) ON DELETE CASCADE;

alter table ungoverned_record add constraint ungoverned_record_system_fkey FOREIGN KEY (system) REFERENCES system(code);

alter table webhook add constraint webhook_system_fkey FOREIGN KEY (system) REFERENCES system(code);

-- indexes

CREATE INDEX alert_digest ON public.alert USING btree (raised_at DESC) WHERE (kind = 'DIGEST'::text);

CREATE INDEX alert_list ON public.alert USING btree (raised_at DESC, id DESC);

CREATE INDEX alert_system ON public.alert USING btree (system);

CREATE INDEX alert_unsent ON public.alert USING btree (state, kind) WHERE (state <> 'SENT'::text);

CREATE INDEX alert_waiting ON public.alert USING btree (next_attempt_at) WHERE (state = 'WAITING'::text);

CREATE INDEX api_key_party ON public.api_key USING btree (party_id);

CREATE INDEX attempt_arrived ON public.attempt USING btree (record_id, sent_at DESC) WHERE (outcome = ANY (ARRAY['CONFIRMED'::text, 'ECHO'::text]));

CREATE INDEX attempt_delivery ON public.attempt USING btree (delivery_id);

CREATE INDEX attempt_open ON public.attempt USING btree (record_id) WHERE (settled_at IS NULL);

CREATE INDEX attempt_system ON public.attempt USING btree (system, sent_at);

CREATE INDEX audit_event_subject ON public.audit_event USING btree (subject, at);

CREATE INDEX audit_event_xid ON public.audit_event USING btree (xid);

CREATE INDEX audit_seal_subject ON public.audit_seal USING btree (subject, "position");

CREATE INDEX audit_seal_type ON public.audit_seal USING btree (type, "position");

CREATE INDEX bundle_component_inside ON public.bundle_component USING btree (bundle_id, state, "position") INCLUDE (component_id, quantity);

CREATE INDEX bundle_component_used ON public.bundle_component USING btree (component_id, state, bundle_id);

CREATE UNIQUE INDEX bundle_version_current ON public.bundle_version USING btree (bundle_id) WHERE (state = 'CURRENT'::text);

CREATE INDEX bundle_version_due ON public.bundle_version USING btree (effective_from) WHERE (state = 'SCHEDULED'::text);

CREATE INDEX bundle_version_end ON public.bundle_version USING btree (bundle_id, effective_to);

CREATE INDEX bundle_version_request ON public.bundle_version USING btree (change_request_id);

CREATE INDEX bundle_version_failure_open ON public.bundle_version_failure USING btree (first_at, id) WHERE (closed_at IS NULL);

CREATE INDEX bundle_version_failure_order ON public.bundle_version_failure USING btree (first_at, id);

CREATE INDEX bundle_version_failure_request ON public.bundle_version_failure USING btree (change_request_id);

CREATE INDEX canary_request ON public.canary USING btree (change_request_id);

CREATE INDEX canary_under_way ON public.canary USING btree (system) WHERE (state = ANY (ARRAY['FIRST'::text, 'REST'::text, 'STOPPED'::text, 'CONTINUED'::text]));

CREATE INDEX change_target ON public.change USING btree (target_folded);

CREATE INDEX change_comment_request ON public.change_comment USING btree (change_request_id, at, id);

CREATE INDEX change_request_due ON public.change_request USING btree (due_at, id) WHERE (state = 'SCHEDULED'::text);

CREATE INDEX change_request_reverts ON public.change_request USING btree (reverts_id) WHERE (reverts_id IS NOT NULL);

CREATE INDEX change_request_split ON public.change_request USING btree (split_from_id) WHERE (split_from_id IS NOT NULL);

CREATE INDEX change_request_state ON public.change_request USING btree (state, number DESC);

CREATE INDEX code_reservation_expiry ON public.code_reservation USING btree (expires_at);

CREATE INDEX code_reservation_party ON public.code_reservation USING btree (party_id);

CREATE INDEX code_reservation_skeleton ON public.code_reservation USING btree (skeleton);

CREATE INDEX decision_party ON public.decision USING btree (party_id);

CREATE INDEX decision_plan ON public.decision USING btree (plan_id);

CREATE INDEX decision_request ON public.decision USING btree (change_request_id, at);

CREATE INDEX delivery_assignee ON public.delivery USING btree (assignee_id) WHERE (assignee_id IS NOT NULL);

CREATE INDEX delivery_canary ON public.delivery USING btree (canary_id, state) WHERE (canary_id IS NOT NULL);

CREATE INDEX delivery_cause ON public.delivery USING btree (system, cause, died_at) WHERE (state = 'DEAD_LETTERED'::text);

CREATE INDEX delivery_dead_record ON public.delivery USING btree (product_id, system) WHERE (state = 'DEAD_LETTERED'::text);

CREATE INDEX delivery_finding ON public.delivery USING btree (finding_id) WHERE (finding_id IS NOT NULL);

CREATE INDEX delivery_given_up ON public.delivery USING btree (product_id, system) WHERE (state = 'DISCARDED'::text);

CREATE INDEX delivery_held ON public.delivery USING btree (system, product_id) WHERE ((state = 'PENDING'::text) AND (next_attempt_at IS NULL));

CREATE INDEX delivery_open ON public.delivery USING btree (product_id, system) WHERE (state = ANY (ARRAY['PENDING'::text, 'IN_FLIGHT'::text, 'RETRYING'::text]));

CREATE UNIQUE INDEX delivery_open_product ON public.delivery USING btree (system, product_id) WHERE ((entity = 'PRODUCT'::text) AND (state = ANY (ARRAY['PENDING'::text, 'RETRYING'::text])));

CREATE UNIQUE INDEX delivery_open_sku ON public.delivery USING btree (system, sku_id) WHERE ((entity = 'SKU'::text) AND (state = ANY (ARRAY['PENDING'::text, 'RETRYING'::text])));

CREATE INDEX delivery_product ON public.delivery USING btree (product_id, system);

CREATE INDEX delivery_request ON public.delivery USING btree (change_request_id);

CREATE INDEX delivery_sku ON public.delivery USING btree (sku_id);

CREATE INDEX delivery_state ON public.delivery USING btree (state, created_at DESC, id DESC);

CREATE INDEX feed_entry_request ON public.feed_entry USING btree (change_request_id);

CREATE INDEX feed_entry_xid ON public.feed_entry USING btree (xid);

CREATE INDEX finding_by_app ON public.finding USING btree (app, opened_at DESC, id DESC);

CREATE INDEX finding_by_due ON public.finding USING btree (due_at) WHERE (state <> 'RESOLVED'::text);

CREATE INDEX finding_by_field ON public.finding USING btree (field, opened_at DESC, id DESC);

CREATE INDEX finding_by_kind ON public.finding USING btree (kind, opened_at DESC, id DESC);

CREATE INDEX finding_by_owner ON public.finding USING btree (owner_id, opened_at DESC, id DESC);

CREATE INDEX finding_by_seen ON public.finding USING btree (last_seen_at);

CREATE INDEX finding_by_severity ON public.finding USING btree (severity, opened_at DESC, id DESC);

CREATE INDEX finding_by_state ON public.finding USING btree (state, opened_at DESC, id DESC);

CREATE INDEX finding_by_system ON public.finding USING btree (system, opened_at DESC, id DESC);

CREATE INDEX finding_by_target ON public.finding USING btree (target_folded, opened_at DESC, id DESC);

CREATE INDEX finding_filter ON public.finding USING btree (opened_at DESC, id DESC) INCLUDE (system, state, kind, severity, field, target_folded, owner_id, app, last_seen_at, due_at);

CREATE INDEX finding_healing ON public.finding USING btree (system, id) WHERE ((healing IS NOT NULL) AND (state <> 'RESOLVED'::text));

CREATE INDEX finding_open ON public.finding USING btree (system, severity) WHERE (state <> 'RESOLVED'::text);

CREATE INDEX finding_product ON public.finding USING btree (product_id);

CREATE INDEX finding_record ON public.finding USING btree (record_id) WHERE (state <> 'RESOLVED'::text);

CREATE INDEX finding_request ON public.finding USING btree (change_request_id);

CREATE INDEX finding_sku ON public.finding USING btree (sku_id) WHERE (state <> 'RESOLVED'::text);

CREATE INDEX finding_stranger ON public.finding USING btree (system, not_before) WHERE ((kind = 'UNEXPECTED'::text) AND (state <> 'RESOLVED'::text) AND (revert_requested_by IS NOT NULL));

CREATE INDEX finding_waived_until ON public.finding USING btree (waived_until) WHERE (state = 'WAIVED'::text);

CREATE INDEX finding_event_finding ON public.finding_event USING btree (finding_id, at);

CREATE INDEX finding_event_time ON public.finding_event USING btree (at) WHERE (type = ANY (ARRAY['OPENED'::text, 'REOPENED'::text, 'RESOLVED'::text]));

CREATE INDEX idempotency_key_age ON public.idempotency_key USING btree (created_at);

CREATE INDEX import_job_list ON public.import_job USING btree (created_at DESC, id DESC);

CREATE INDEX import_job_open ON public.import_job USING btree (state) WHERE (state = ANY (ARRAY['RECEIVING'::text, 'RUNNING'::text]));

CREATE INDEX import_job_request ON public.import_job USING btree (change_request_id);

CREATE INDEX import_rehearsal_gtin ON public.import_rehearsal USING btree (import_id, gtin14);

CREATE INDEX import_rehearsal_product ON public.import_rehearsal USING btree (import_id, product_id);

CREATE INDEX import_rehearsal_skeleton ON public.import_rehearsal USING btree (import_id, skeleton, key) WHERE (skeleton IS NOT NULL);

CREATE INDEX lane_due ON public.lane USING btree (system, due_at) WHERE (due_at IS NOT NULL);

CREATE INDEX lane_product ON public.lane USING btree (product_id);

CREATE INDEX ownership_rule_match ON public.ownership_rule USING btree (scope, match_key, created_at);

CREATE INDEX ownership_rule_owner ON public.ownership_rule USING btree (owner_id, scope);

CREATE INDEX party_delegate ON public.party USING btree (delegate_id) WHERE (delegate_id IS NOT NULL);

CREATE INDEX party_member_member ON public.party_member USING btree (member_id);

CREATE INDEX product_handle_folded ON public.product USING btree (handle_folded);

CREATE INDEX product_search ON public.product USING gin (search gin_trgm_ops);

CREATE INDEX product_type ON public.product USING btree (product_type_folded);

CREATE INDEX product_vendor ON public.product USING btree (vendor_folded);

CREATE INDEX product_revision_request ON public.product_revision USING btree (change_request_id);

CREATE INDEX product_revision_time ON public.product_revision USING btree (product_id, valid_from);

CREATE INDEX quality_issue_field ON public.quality_issue USING btree (field, code) WHERE (resolved_at IS NULL);

CREATE INDEX quality_issue_import ON public.quality_issue USING btree (import_id);

CREATE INDEX quality_issue_list ON public.quality_issue USING btree (found_at, id);

CREATE INDEX quality_issue_of_product ON public.quality_issue USING btree (product_id);

CREATE INDEX quality_issue_of_sku ON public.quality_issue USING btree (sku_id);

CREATE UNIQUE INDEX quality_issue_product ON public.quality_issue USING btree (product_id, field) WHERE ((entity = 'PRODUCT'::text) AND (resolved_at IS NULL));

CREATE INDEX quality_issue_request ON public.quality_issue USING btree (change_request_id);

CREATE UNIQUE INDEX quality_issue_sku ON public.quality_issue USING btree (sku_id, field) WHERE ((entity = 'SKU'::text) AND (resolved_at IS NULL));

CREATE UNIQUE INDEX record_external ON public.record USING btree (system, entity, external_id) WHERE (external_id IS NOT NULL);

CREATE INDEX record_not_covered ON public.record USING btree (system) WHERE (not_covered IS NOT NULL);

CREATE INDEX record_of_product ON public.record USING btree (product_id, system);

CREATE INDEX record_of_sku ON public.record USING btree (sku_id);

CREATE INDEX record_piece ON public.record USING btree (system, piece_id) WHERE ((match = 'MATCHED'::text) AND (external_id IS NOT NULL));

CREATE UNIQUE INDEX record_product ON public.record USING btree (system, product_id) WHERE (entity = 'PRODUCT'::text);

CREATE INDEX record_root ON public.record USING btree (system, root_id);

CREATE INDEX record_root_code ON public.record USING btree (system, root_code) WHERE ((entity = 'SKU'::text) AND (root_code IS NOT NULL));

CREATE UNIQUE INDEX record_sku ON public.record USING btree (system, sku_id) WHERE (entity = 'SKU'::text);

CREATE INDEX record_waiting ON public.record USING btree (system, match) WHERE (match <> 'MATCHED'::text);

CREATE INDEX request_plan_request ON public.request_plan USING btree (change_request_id, at);

CREATE INDEX request_validation_open ON public.request_validation USING btree (asked_at, change_request_id) WHERE (finished_at IS NULL);

CREATE UNIQUE INDEX scan_running ON public.scan USING btree (system) WHERE (state = 'RUNNING'::text);

CREATE UNIQUE INDEX scan_sighted ON public.scan USING btree (system) WHERE sighted;

CREATE INDEX scan_system ON public.scan USING btree (system, started_at DESC);

CREATE INDEX scan_cursor_scan ON public.scan_cursor USING btree (moved_by);

CREATE INDEX scan_piece_seen ON public.scan_piece USING btree (seen_in);

CREATE INDEX sighting_scan ON public.sighting USING btree (scan_id, id);

CREATE INDEX sku_bundle ON public.sku USING btree (code_folded) INCLUDE (revision) WHERE (kind = 'BUNDLE'::text);

CREATE INDEX sku_code_series ON public.sku USING btree (length(code_folded), code_folded COLLATE "C");

CREATE INDEX sku_gtin_retired ON public.sku USING btree (gtin14) WHERE (state = 'RETIRED'::text);

CREATE INDEX sku_search ON public.sku USING gin (search gin_trgm_ops);

CREATE INDEX sku_skeleton ON public.sku USING btree (skeleton, code_folded);

CREATE INDEX sku_state ON public.sku USING btree (state, code_folded);

CREATE INDEX sku_updated ON public.sku USING btree (updated_at, id);

CREATE INDEX sku_revision_request ON public.sku_revision USING btree (change_request_id);

CREATE INDEX sku_revision_time ON public.sku_revision USING btree (sku_id, valid_from);

CREATE INDEX source_of_truth_sign_off_by_version ON public.source_of_truth_sign_off USING btree (version, at);

CREATE INDEX stock_level_system ON public.stock_level USING btree (system, reported_at);

CREATE UNIQUE INDEX system_hold_open ON public.system_hold USING btree (system, kind) WHERE (ended_at IS NULL);

CREATE INDEX system_hold_time ON public.system_hold USING btree (system, began_at);

CREATE INDEX taken_value_finding ON public.taken_value USING btree (finding_id) WHERE (finding_id IS NOT NULL);

CREATE INDEX taken_value_record ON public.taken_value USING btree (record_id);

CREATE INDEX takeover_tally_by_hour ON public.takeover_tally USING btree (hour);

CREATE INDEX ungoverned_record_code ON public.ungoverned_record USING btree (system, entity, code_folded);

CREATE INDEX ungoverned_record_piece ON public.ungoverned_record USING btree (piece_id);

CREATE INDEX webhook_received ON public.webhook USING btree (received_at);

CREATE INDEX webhook_waiting ON public.webhook USING btree (system, root_id) WHERE (handled_at IS NULL);

-- functions

CREATE OR REPLACE FUNCTION public.budget_points(budget rate_budget, share double precision)
 RETURNS double precision
 LANGUAGE sql
AS $function$
        select least(share * budget.maximum, budget.points
          + greatest(0, extract(epoch from clock_timestamp() - budget.counted_at)::float8) * share * budget.restore_rate)
      $function$;

CREATE OR REPLACE FUNCTION public.fold_code(text)
 RETURNS text
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE STRICT
AS $function$
          select lower(btrim(normalize($1, nfkc), E' \t\n\x0b\f\r\u1680\u2028\u2029\ufeff') collate "pg_unicode_fast")
        $function$;

CREATE OR REPLACE FUNCTION public.refuse_deletion()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
      begin
        raise exception 'rows of % are never deleted: their identifiers are never used again', tg_table_name
          using errcode = 'integrity_constraint_violation';
      end $function$;

CREATE OR REPLACE FUNCTION public.refuse_identifier_change()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
      begin
        raise exception 'an identifier of % never changes', tg_table_name using errcode = 'integrity_constraint_violation';
      end $function$;

CREATE OR REPLACE FUNCTION public.unheld_seconds(of_system text, since timestamp with time zone, till timestamp with time zone)
 RETURNS double precision
 LANGUAGE sql
 STABLE
AS $function$
        select case when since < till then extract(epoch from till - since)::float8 - coalesce((
            select sum(extract(epoch from upper(held) - lower(held)))::float8 from unnest((
              select range_agg(tstzrange(greatest(h.began_at, since), least(h.ended_at, h.until, till))) from system_hold h
              where h.system = of_system and h.began_at < till and coalesce(least(h.ended_at, h.until), 'infinity') > since
            )) as held), 0)
          when since is not null then 0 end
      $function$;

-- triggers

CREATE TRIGGER product_identifiers_stay BEFORE UPDATE OF id, handle ON public.product FOR EACH ROW WHEN (((old.id IS DISTINCT FROM new.id) OR (old.handle IS DISTINCT FROM new.handle))) EXECUTE FUNCTION refuse_identifier_change();

CREATE TRIGGER product_stays BEFORE DELETE OR TRUNCATE ON public.product FOR EACH STATEMENT EXECUTE FUNCTION refuse_deletion();

CREATE TRIGGER sku_identifiers_stay BEFORE UPDATE OF id, code, code_folded, kind ON public.sku FOR EACH ROW WHEN (((old.id IS DISTINCT FROM new.id) OR (old.code IS DISTINCT FROM new.code) OR (old.code_folded IS DISTINCT FROM new.code_folded) OR (old.kind IS DISTINCT FROM new.kind))) EXECUTE FUNCTION refuse_identifier_change();

CREATE TRIGGER sku_stays BEFORE DELETE OR TRUNCATE ON public.sku FOR EACH STATEMENT EXECUTE FUNCTION refuse_deletion();

-- comments

comment on table alert is 'The outbox of alerts: written in the transaction of what they tell, sent afterwards. One event, one row, one message.';

comment on column alert.key is 'What happened, so that it is told once however often it is raised.';

comment on column alert.groups is 'What is told owner by owner: [{ownerId, heading, lines, more}].';

comment on column alert.patient_until is 'Until when a failed attempt is made again by itself.';

comment on column alert.unsure is 'An attempt was begun whose end nobody knows: the message may have arrived already.';

comment on table api_key is 'API keys by SHA-256 of the secret; the secret itself is shown once and kept nowhere.';

comment on table attempt is 'The write ledger: the values that a write of ours will leave behind, stored before it is sent.';

comment on column attempt.operation is 'What the system calls the work that this write began, where it goes on after the answer: asked for before anything is written again.';

comment on table audit_event is 'What was done, by whom, to what; append-only.';

comment on column audit_event.xid is 'As feed_entry.xid.';

comment on table audit_seal is 'The place of each audit event and the hash that chains it to the one before; subject and type once more, to page by; append-only.';

comment on table bundle_component is 'One line of a version; bundle and state repeat the version''s own, so that where-used and explosion read one index each.';

comment on table bundle_version is 'A bundle''s compositions in time, without gap or overlap: what was, is and is to be in force.';

comment on table bundle_version_failure is 'Versions of bundles that could not take effect when they were due, until somebody has looked at them; never deleted.';

comment on table canary is 'How far a large request has come in one system: it goes to a few records first, and to the rest once those arrived.';

comment on table change is 'One proposed change; patch holds only the fields that it names.';

comment on table change_comment is 'What people said about a change request; append-only.';

comment on table change_request is 'Proposed changes to many SKUs, applied all together or not at all.';

comment on column change_request.editors is 'Who changed its content beside its author; they approve it no more than the author does.';

comment on column change_request.due_at is 'When a worker looks at it: at its effective time, or when the freeze window that holds it ends.';

comment on column change_request.forced is 'Who applied it without approvals, when and why.';

comment on table code_reservation is 'Proposed SKU codes that nobody but their holder may use until they expire.';

comment on table decision is 'Who approved or rejected a change request; append-only.';

comment on column decision.decided_as is 'Rule by rule: the party that it names, and whether who decided is that party, a member, its delegate, or one of those that the duty fell to.';

comment on table delivery is 'The duty to bring one record to one revision.';

comment on column delivery.rate_since is 'Since when it waits because the system asked for that; this makes it no older.';

comment on column delivery.cause is 'Of a dead letter: the same for all that died of one thing.';

comment on column delivery.resolved_at is 'When a dead letter was retried, given up, or made needless by a later delivery.';

comment on column delivery.canary_first is 'It goes before the rest of its request; the rest is PENDING without a time until then.';

comment on table feed_entry is 'Everything canonical that changed, unnumbered until a sequencer numbers it; append-only.';

comment on column feed_entry.xid is 'The transaction that appended it, only ever to find what a snapshot could not see yet; means nothing on another server.';

comment on table feed_epoch is 'Each run of a database server that the feed went on in, and the position after which it did; append-only.';

comment on table feed_position is 'The place of each committed feed entry: 1, 2, 3, … without a hole; append-only. No foreign key: it would mark every entry with a lock.';

comment on table finding is 'A difference that somebody else made, tracked until it is resolved.';

comment on column finding.not_ours is 'Why the system takes no correction of it from us, in its own words: an app of its own has it. Null: nothing is known to be in the way.';

comment on column finding.healing is 'What the source-of-truth matrix does about it by itself, or HELD: an owner''s values that came in such numbers that a person looks first. Null: it waits for a person.';

comment on column finding.auto_undone is 'How often in a row a revert by the matrix was undone.';

comment on column finding.fight is 'Which two writers change it in turns. Null: none are known to. Nothing heals it by itself meanwhile.';

comment on column finding.external_id is 'The system''s id of a record that the master does not know; root_id and root_code say where it is.';

comment on column finding.tried is 'How often a stranger could not be taken off sale; not_before says when it is tried again.';

comment on table finding_event is 'What happened to a finding, value by value: the quarterly report counts these; append-only.';

comment on table idempotency_key is 'What a caller sent under which key, and what became of it; kept for 72 hours.';

comment on table import_change is 'Changes that an import will propose once its file is read; dropped when it ends.';

comment on column import_change.together is 'Lines that are proposed together or not at all.';

comment on table import_chunk is 'The uploaded bytes until the import has ended, so that any worker can take them.';

comment on table import_error is 'Every row that an import could not take, and every value that it took as null.';

comment on table import_job is 'One uploaded file and how far it has been taken.';

comment on column import_job.taken_line is 'Everything up to this line is taken and counted; written in the transaction that takes it.';

comment on column import_job.ignored_columns is 'Headers of columns that say nothing to the master.';

comment on column import_job.request is 'Of an import that proposes: title, reason, and whether it stays a draft.';

comment on column import_job.proposed is 'Of an import that proposes: its changes, counted by operation.';

comment on column import_job.quality_issues is 'Quality issues that were noted; of a dry run, that would be. Written in the transaction that notes them.';

comment on column import_job.proposing_done is 'Of an import that proposes, once its file is read: how many of its changes are checked and planned; null before that.';

comment on table import_named is 'What the rows of an import that proposes have named so far, so that none is named twice; dropped when it ends.';

comment on table import_rehearsal is 'What a dry run would have created so far, for its later rows to be checked against; dropped when it ends.';

comment on column import_rehearsal.key is 'Handle of a product, folded code of a SKU.';

comment on column import_rehearsal.gtin14 is 'Of a SKU whose GTIN nobody else may bear.';

comment on column import_rehearsal.content is 'The product or SKU as it would be.';

comment on column import_rehearsal.skeleton is 'What the code looks like, as sku.skeleton.';

comment on table lane is 'Deliveries of one product to one system run one after another: the lease on that.';

comment on table onboarding_match is 'The onboarding match as it was last worked out, with what it was made of.';

comment on table onboarding_row is 'Records of several sides that are one SKU as far as their keys tell.';

comment on table ownership_rule is 'Who is accountable for which SKUs; the most specific rule in force wins. Rules end and are never deleted: they tell who owned what.';

comment on table party is 'Who can be accountable: a person or a team.';

comment on column party.slack_id is 'Slack''s own id of the member (U…, W…) or user group (S…), by which alerts mention it.';

comment on table party_member is 'People of a team.';

comment on table party_standing is 'append-only: since when a party has been active or not, and who has been in a team: who could answer at an instant.';

comment on table product is 'The style that a shopper sees, as it is now. Rows are never deleted, so a handle is never used again.';

comment on table product_revision is 'One immutable state of one product; append-only.';

comment on table quality_issue is 'A value of a baseline that did not hold: the SKU was taken without it, and nobody compares or writes the field until a revision sets it.';

comment on table rate_budget is 'What of the rate budget of a system may be spent, by all processes together. Unlogged: after a crash the next answer of the system tells it anew.';

comment on column rate_budget.maximum is 'Of the whole bucket, as the system last said, in its points.';

comment on column rate_budget.points is 'What was left of our share at counted_at; below nothing where others drained the bucket.';

comment on table record is 'One SKU or product as one system holds it: its id there, what was last published and seen.';

comment on column record.piece_id is 'The piece of a scan in which it was judged last; the piece may be gone.';

comment on column record.judged_of is 'Of which revisions: goes up with everything that its projection is made of.';

comment on column record.not_covered is 'Fields that could not be compared, and why: [{field, reason}]; null where all could.';

comment on table request_plan is 'What a change request was planned to do when it was put to its approvers, or applied; append-only.';

comment on table request_validation is 'How far the checking and planning of a large change request is, and which process is at it.';

comment on column request_validation.actor is 'Who asked for it: they are told as who submitted the request, or drafted it.';

comment on column request_validation.submit is 'It goes into review where nothing is wrong with it.';

comment on column request_validation.total is 'Twice the changes: each is checked, and then planned.';

comment on table scan is 'One look at a whole system.';

comment on column scan.sighted is 'The last complete scan of its system, whose sightings are kept.';

comment on column scan.phase is 'What whoever resumes it goes on with: nothing that a phase before has settled is done again.';

comment on column scan.operation is 'The system''s own id of the work that it does for this scan, so that it is not begun twice.';

comment on column scan.read_at is 'What is read is no older than this.';

comment on column scan.losses is 'How often the process that ran it was lost.';

comment on column scan.staged_records is 'Of the linked records, those whose verdicts wait until all is read.';

comment on column scan.findings_held is 'Records on which it would open findings: why it was held.';

comment on column scan.decided_by is 'Who confirmed or cancelled it.';

comment on table scan_cursor is 'How far the incremental scans of a system have come, in its own words: all before has been compared.';

comment on table scan_piece is 'Some dozens of neighbouring records as a system last showed them: told again unchanged, and settled, they need no second look.';

comment on column scan_piece.basis is 'By what it was judged: rules, currencies, the release''s way of comparing.';

comment on column scan_piece.compared_at is 'When it was last seen to be as it had been compared.';

comment on table scan_postponed is 'Records that a delivery was at work on while a scan saw them: to be read again.';

comment on table scan_stage is 'What a scan saw that would move something: judged once it is known that it is not half the system.';

comment on column scan_stage.observed is 'As the scan saw it; null: it did not see the record.';

comment on table setting_version is 'Every value that a rule of the house had; the newest is in force, and before the first the default is; append-only.';

comment on table sighting is 'What the last complete scan of each system saw, in batches: what the onboarding match is made of.';

comment on table sku is 'The sellable variant, as it is now. Rows are never deleted, so a code is never used again.';

comment on table sku_revision is 'One immutable state of one SKU; append-only.';

comment on table source_of_truth_sign_off is 'Each time somebody signed a version of the setting sourceOfTruth; version 0 is the default. Never changed, never deleted.';

comment on table stock_level is 'Stock on hand of a SKU as a system last reported it: read, never owned.';

comment on table system is 'A Shopify store or the ERP: what is remembered of it beside its configuration.';

comment on column system.failures is 'Transient failures one after another, of all processes together.';

comment on column system.probe_at is 'When one claim is let through next, while the system refuses our key or its breaker is open.';

comment on column system.subscribed_at is 'When its webhooks were last made to point at subscribed_url; none since: never.';

comment on column system.write_since is 'When it was last switched from READ_ONLY to WRITE; null: never.';

comment on column system.subscribed_topics is 'Topics that pointed at subscribed_url when they were last looked after.';

comment on table system_hold is 'When nothing was sent to a system, and why; never deleted, because it says how old deliveries really are.';

comment on table taken_value is 'Each value that a request took into the master because the system owns it: where it was seen, how, and by which version of the matrix; append-only.';

comment on table takeover_tally is 'How many values of the master an owner replaced in each hour, so that it is noticed when they come in numbers; kept for two days.';

comment on table ungoverned_record is 'Records of a system that are matched with none of ours, as scans last saw them.';

comment on table webhook is 'The inbox: what a system told us, stored before we answered it.';
