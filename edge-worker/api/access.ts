// Who may do what: the one table of operation × role × scope. A route names its operation, so one without a row here
// does not compile; the operator may do everything.

import { type HostRole, hostRoles } from '../../shared/host-roles.ts';

/** What an API key may be given. */
export const scopes = {
  'installation:read': 'Read connections, their health, and what systems can be connected',
  'installation:write': 'Connect systems, renew credentials, accept first loads, open flows',
  'records:read': 'Read records, their status, versions, links and history',
  'records:check': 'Ask whether a record would pass, before it is saved or won',
  'records:sync': 'Ask for records to be read again now',
  'exceptions:read': 'Read what waits for people',
  'indicators:read': 'Read the indicators and the records behind them',
  'audit:read': 'Read and export who changed what',
  'mappings:read': 'Read mapping versions, drafts and rehearsals',
  'mappings:write': 'Publish mapping versions',
  'events:read': 'Read who is told of what happens and of alerts, and how they are doing',
  'events:write': 'Subscribe addresses to events, and set where alerts are told',
} as const;
export type Scope = keyof typeof scopes;
export const scopeNames = Object.keys(scopes) as Scope[];

export interface Access {
  readonly roles: readonly HostRole[];
  /** Null: never with an API key; a person has to be proven. */
  readonly scope: Scope | null;
}

const everyone = hostRoles;
const auditors = ['finance', 'admin', 'approver'] as const;
const mappers = ['admin', 'approver'] as const;
const stewards = ['sales', 'finance', 'delivery', 'admin'] as const;
/** Those who plan people's work or answer for it. */
const planners = ['delivery', 'finance', 'admin', 'approver'] as const;
/** Who is shown what an entity calls confidential; an API key never is. */
export const confidentialTo: readonly HostRole[] = ['finance', 'admin', 'approver'];

export const access = {
  readMe: { roles: everyone, scope: 'installation:read' },
  listSystems: { roles: everyone, scope: 'installation:read' },
  makeInstallation: { roles: [], scope: null },
  sendAgain: { roles: [], scope: null },
  putLaneBack: { roles: [], scope: null },
  readInstallation: { roles: everyone, scope: 'installation:read' },
  readHealth: { roles: everyone, scope: 'installation:read' },
  readProgress: { roles: everyone, scope: 'installation:read' },
  listConnections: { roles: everyone, scope: 'installation:read' },
  makeConnection: { roles: ['admin'], scope: 'installation:write' },
  makeJoinCode: { roles: ['admin'], scope: null },
  checkConnection: { roles: ['admin'], scope: 'installation:write' },
  startLoad: { roles: ['admin'], scope: 'installation:write' },
  listMatches: { roles: ['admin'], scope: 'installation:read' },
  listCandidates: { roles: ['admin'], scope: 'installation:read' },
  answerCandidates: { roles: ['admin'], scope: 'installation:write' },
  acceptMatches: { roles: ['admin'], scope: 'installation:write' },
  setFlow: { roles: ['admin'], scope: 'installation:write' },
  askFeeds: { roles: stewards, scope: 'records:sync' },
  renewCredentials: { roles: ['admin'], scope: 'installation:write' },
  rotateCredentials: { roles: ['admin'], scope: 'installation:write' },
  pauseConnection: { roles: ['admin'], scope: 'installation:write' },
  setRouting: { roles: ['admin'], scope: 'installation:write' },
  listRoutingFields: { roles: everyone, scope: 'installation:read' },
  readHook: { roles: ['admin'], scope: 'installation:read' },
  renewHookKey: { roles: ['admin'], scope: 'installation:write' },
  endHookKey: { roles: ['admin'], scope: 'installation:write' },
  resumeConnection: { roles: ['admin'], scope: 'installation:write' },
  readDisconnection: { roles: ['admin'], scope: 'installation:read' },
  disconnect: { roles: ['admin'], scope: null },
  readEnding: { roles: ['admin'], scope: 'installation:read' },
  endInstallation: { roles: ['admin'], scope: null },
  takeBackEnding: { roles: ['admin'], scope: null },
  exportInstallation: { roles: ['admin'], scope: null },
  listEndings: { roles: [], scope: null },
  publishMapping: { roles: [], scope: 'mappings:write' },
  listMappings: { roles: mappers, scope: 'mappings:read' },
  readGround: { roles: mappers, scope: 'mappings:read' },
  describeMap: { roles: mappers, scope: 'mappings:read' },
  readFormulaWords: { roles: mappers, scope: null },
  checkFormula: { roles: mappers, scope: 'mappings:read' },
  readMapping: { roles: mappers, scope: 'mappings:read' },
  compareMappings: { roles: mappers, scope: 'mappings:read' },
  rollBackMapping: { roles: ['admin', 'approver'], scope: null },
  listDrafts: { roles: mappers, scope: 'mappings:read' },
  readDraft: { roles: mappers, scope: 'mappings:read' },
  beginDraft: { roles: ['admin'], scope: null },
  editDraft: { roles: ['admin'], scope: null },
  rehearseDraft: { roles: mappers, scope: null },
  previewDraft: { roles: mappers, scope: null },
  readTable: { roles: mappers, scope: null },
  checkTable: { roles: ['admin'], scope: null },
  submitDraft: { roles: ['admin'], scope: null },
  returnDraft: { roles: ['admin', 'approver'], scope: null },
  approveDraft: { roles: ['approver'], scope: null },
  setSelfApproval: { roles: ['approver'], scope: null },
  dropDraft: { roles: ['admin'], scope: null },
  listContested: { roles: everyone, scope: 'records:read' },
  validateRecord: { roles: everyone, scope: 'records:check' },
  findRecords: { roles: everyone, scope: 'records:read' },
  compareRecord: { roles: everyone, scope: 'records:read' },
  readTieOut: { roles: everyone, scope: 'records:read' },
  syncRecord: { roles: stewards, scope: 'records:sync' },
  readRecord: { roles: everyone, scope: 'records:read' },
  readEntity: { roles: everyone, scope: 'records:read' },
  explainValue: { roles: everyone, scope: 'records:read' },
  listExceptions: { roles: everyone, scope: 'exceptions:read' },
  readException: { roles: everyone, scope: 'exceptions:read' },
  listCauses: { roles: everyone, scope: 'exceptions:read' },
  listPeople: { roles: stewards, scope: null },
  assignException: { roles: stewards, scope: null },
  snoozeException: { roles: stewards, scope: null },
  answerException: { roles: stewards, scope: null },
  listEvents: { roles: everyone, scope: 'events:read' },
  listIndicators: { roles: everyone, scope: 'indicators:read' },
  listIndicatorRecords: { roles: everyone, scope: 'indicators:read' },
  readUtilisation: { roles: planners, scope: null },
  readForecast: { roles: everyone, scope: 'indicators:read' },
  readTargets: { roles: everyone, scope: 'indicators:read' },
  answerCause: { roles: stewards, scope: null },
  listJobs: { roles: everyone, scope: 'installation:read' },
  readJob: { roles: everyone, scope: 'installation:read' },
  startReplay: { roles: ['admin'], scope: null },
  startApplication: { roles: ['admin'], scope: null },
  undoJob: { roles: stewards, scope: null },
  steerJob: { roles: ['admin'], scope: 'installation:write' },
  listSubscriptions: { roles: ['admin'], scope: 'events:read' },
  makeSubscription: { roles: ['admin'], scope: 'events:write' },
  alterSubscription: { roles: ['admin'], scope: 'events:write' },
  rotateSubscription: { roles: ['admin'], scope: 'events:write' },
  removeSubscription: { roles: ['admin'], scope: 'events:write' },
  pauseSubscription: { roles: ['admin'], scope: 'events:write' },
  resumeSubscription: { roles: ['admin'], scope: 'events:write' },
  testSubscription: { roles: ['admin'], scope: 'events:write' },
  listDeliveries: { roles: ['admin'], scope: 'events:read' },
  replayEvents: { roles: ['admin'], scope: 'events:write' },
  readAlerts: { roles: ['admin'], scope: 'events:read' },
  listAlertVersions: { roles: ['admin'], scope: 'events:read' },
  restoreAlertVersion: { roles: ['admin'], scope: 'events:write' },
  setQuietHours: { roles: ['admin'], scope: 'events:write' },
  makeAlertDestination: { roles: ['admin'], scope: 'events:write' },
  alterAlertDestination: { roles: ['admin'], scope: 'events:write' },
  removeAlertDestination: { roles: ['admin'], scope: 'events:write' },
  testAlertDestination: { roles: ['admin'], scope: 'events:write' },
  renewSession: { roles: everyone, scope: null },
  endSession: { roles: everyone, scope: null },
  listAudit: { roles: auditors, scope: 'audit:read' },
  exportAudit: { roles: auditors, scope: 'audit:read' },
  listKeys: { roles: ['admin'], scope: null },
  makeKey: { roles: ['admin'], scope: null },
  revokeKey: { roles: ['admin'], scope: null },
} as const satisfies Record<string, Access>;

export type Operation = keyof typeof access;

export function accessTo(operation: Operation): Access {
  return access[operation];
}
