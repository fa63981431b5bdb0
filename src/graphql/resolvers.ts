import {
  ApprovalRequirementResolver,
  DecidedAsResolver,
  DecisionResolver,
  GivenApprovalResolver,
} from './change/approval-resolver.js';
import { ApprovalPolicyResolver } from './change/approval-policy-resolver.js';
import { AccessMutationResolver } from './access/access-mutation-resolver.js';
import { AccessQueryResolver } from './access/access-query-resolver.js';
import { OwnershipRuleResolver, ResolvedOwnerResolver } from './access/ownership-type.js';
import { PartyResolver } from './access/party-type.js';
import { AuditEventResolver } from './audit/audit-event-resolver.js';
import { DriftAuditResolver } from './audit/drift-audit-resolver.js';
import {
  AllocatedComponentResolver,
  BundleComponentResolver,
  BundleCompositionResolver,
  SkuBundleResolver,
} from './catalog/bundle-resolver.js';
import { CatalogResolver } from './catalog/catalog-resolver.js';
import { ProductResolver } from './catalog/product-resolver.js';
import { SkuResolver, StockLevelResolver, SystemValueResolver } from './catalog/sku-resolver.js';
import { ProductRevisionResolver, SkuRevisionResolver } from './catalog/revision-resolvers.js';
import { ChangeMutationResolver } from './change/change-mutation-resolver.js';
import { ChangeQueryResolver } from './change/change-query-resolver.js';
import { ChangeRequestPayloadResolver } from './change/change-payload.js';
import { ChangeRequestResolver, ChangeResolver, FieldConflictResolver } from './change/change-request-resolver.js';
import { FreezeResolver } from './change/freeze-resolver.js';
import { ReviewMutationResolver } from './change/review-mutation-resolver.js';
import { ReviewResolver } from './change/review-resolver.js';
import {
  ChangePlanQueryResolver,
  ChangePlanResolver,
  ChangeRequestPlanResolver,
  PlannedWriteResolver,
  PlanOmissionResolver,
  PlanSupersessionResolver,
  ReachedSkuResolver,
  SilentSystemResolver,
} from './change/plan-resolver.js';
import { ChangedCommitmentResolver, ReplannedPartResolver, ReplanResolver } from './change/replan-resolver.js';
import { CatalogFeedResolver } from './feed/catalog-feed-resolver.js';
import { NamingResolver } from './naming/naming-resolver.js';
import { OwnershipMutationResolver } from './ownership/ownership-mutation-resolver.js';
import { OwnershipQueryResolver } from './ownership/ownership-query-resolver.js';
import { PartyLeavesResolver } from './ownership/party-leaves-type.js';
import { NodeResolver } from './node-resolver.js';
import {
  FieldExplanationResolver,
  FieldInSystemResolver,
  FieldObservationResolver,
  SkuExplanationResolver,
} from './truth/explanation-resolver.js';
import { SourceOfTruthResolver } from './truth/source-of-truth-resolver.js';
import { SettingResolver } from './settings/setting-resolver.js';
import { OnboardingMatchResolver } from './onboarding/onboarding-match-resolver.js';
import {
  ProductQualityResolver,
  QualityIssueResolver,
  QualityIssuesResolver,
  SkuQualityResolver,
} from './quality/quality-issue-resolver.js';
import { CanaryResolver } from './operations/canary-resolver.js';
import { DeadLetterGroupResolver } from './operations/dead-letter-type.js';
import { DeliveryMutationResolver } from './operations/delivery-mutation-resolver.js';
import { AlertGroupResolver, AlertResolver } from './operations/alert-resolver.js';
import { BundleVersionFailureResolver } from './operations/version-failure-resolver.js';
import { DriftFindingResolver } from './operations/drift-finding-resolver.js';
import { DriftMutationResolver } from './operations/drift-mutation-resolver.js';
import { OperationsQueryResolver } from './operations/operations-query-resolver.js';
import { CoverageResolver } from './operations/coverage-resolver.js';
import { RecordCoverageResolver, SystemCoverageResolver } from './operations/coverage-type.js';
import { ScanMutationResolver } from './operations/scan-mutation-resolver.js';
import { SystemMutationResolver } from './operations/system-mutation-resolver.js';
import {
  DeliveryResolver,
  DriftScanResolver,
  SystemRecordResolver,
  SystemResolver,
} from './operations/system-resolver.js';

/** Every resolver of the API: the module serves them, and the schema is printed from the same list. */
export const RESOLVERS = [
  NodeResolver,
  BundleVersionFailureResolver,
  AccessQueryResolver,
  AccessMutationResolver,
  PartyResolver,
  OwnershipRuleResolver,
  ResolvedOwnerResolver,
  OwnershipQueryResolver,
  OwnershipMutationResolver,
  PartyLeavesResolver,
  CatalogResolver,
  ProductResolver,
  SkuResolver,
  SkuBundleResolver,
  BundleCompositionResolver,
  AllocatedComponentResolver,
  BundleComponentResolver,
  SystemValueResolver,
  StockLevelResolver,
  SkuRevisionResolver,
  CatalogFeedResolver,
  ProductRevisionResolver,
  ChangeQueryResolver,
  ChangeMutationResolver,
  ChangeRequestPayloadResolver,
  ChangeRequestResolver,
  ChangeResolver,
  ApprovalPolicyResolver,
  ApprovalRequirementResolver,
  DecidedAsResolver,
  DecisionResolver,
  GivenApprovalResolver,
  FieldConflictResolver,
  ReviewResolver,
  ReviewMutationResolver,
  FreezeResolver,
  SourceOfTruthResolver,
  SkuExplanationResolver,
  FieldExplanationResolver,
  FieldObservationResolver,
  FieldInSystemResolver,
  ChangePlanQueryResolver,
  ChangeRequestPlanResolver,
  ChangePlanResolver,
  PlannedWriteResolver,
  PlanOmissionResolver,
  PlanSupersessionResolver,
  SilentSystemResolver,
  ReachedSkuResolver,
  ReplanResolver,
  ReplannedPartResolver,
  ChangedCommitmentResolver,
  NamingResolver,
  OperationsQueryResolver,
  AlertResolver,
  AlertGroupResolver,
  CoverageResolver,
  RecordCoverageResolver,
  ScanMutationResolver,
  SystemCoverageResolver,
  SystemMutationResolver,
  DeliveryMutationResolver,
  DeadLetterGroupResolver,
  CanaryResolver,
  DriftMutationResolver,
  SystemResolver,
  SystemRecordResolver,
  DeliveryResolver,
  DriftScanResolver,
  DriftFindingResolver,
  DriftAuditResolver,
  AuditEventResolver,
  SettingResolver,
  OnboardingMatchResolver,
  QualityIssuesResolver,
  QualityIssueResolver,
  SkuQualityResolver,
  ProductQualityResolver,
];
