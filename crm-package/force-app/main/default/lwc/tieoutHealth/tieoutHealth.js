// How well the systems are in step, for a home or app page: counted by the org itself from the status rows.
import canView from '@salesforce/customPermission/View_Status';
import { fill, isSilent, messageOf, msOf, rowsOf, stateLook, statusReason, systemName } from 'c/tieoutReading';
import { labels } from 'c/tieoutWords';
import { gql, graphql } from 'lightning/graphql';
import { LightningElement, wire } from 'lwc';

const query = gql`
  query tieoutHealth {
    uiapi {
      query {
        connections: Connection__c(first: 1, orderBy: { CreatedDate: { order: DESC } }) {
          edges { node { Id state: State__c { value } checked: Checked_At__c { value } } }
        }
        held: Sync_Status__c(
          first: 10
          where: { Status__c: { in: ["held", "failed"] } }
          orderBy: { Next_Attempt__c: { order: ASC } }
        ) {
          edges {
            node {
              Id
              record: Record_Id__c { value }
              system: Target_System__c { value }
              reason: Reason__c { value }
              params: Params__c { value }
            }
          }
        }
      }
      aggregate {
        counts: Sync_Status__c(
          first: 50
          where: { Target_System__c: { ne: "tieout" } }
          groupBy: { Status__c: { group: true } }
        ) {
          edges { node { aggregate { state: Status__c { value } count: Id { count { value } } } } }
        }
      }
    }
  }
`;

export default class TieoutHealth extends LightningElement {
  labels = labels;
  query = query;
  answer;
  error;
  refresh;

  get variables() {
    return canView ? {} : undefined;
  }

  @wire(graphql, { query: '$query', variables: '$variables' })
  receive({ data, errors, refresh }) {
    this.refresh = refresh;
    this.error = errors;
    if (data) this.answer = data;
  }

  get isLoading() {
    return Boolean(canView) && !this.answer && !this.error;
  }

  get notice() {
    if (!canView) return { role: 'status', title: labels.noPermissionTitle, text: labels.noPermissionText };
    if (!this.answer) {
      const text = fill(labels.errorText, { message: messageOf(this.error) });
      return { role: 'alert', title: labels.errorTitle, text, canReload: true };
    }
    if (this.connection?.state.value === 'stopped')
      return { role: 'alert', title: labels.notConnectedTitle, text: labels.stoppedText };
    if (this.connection?.state.value === 'connected') return null;
    return { role: 'status', title: labels.notConnectedTitle, text: labels.notConnectedText };
  }

  get connection() {
    return rowsOf(this.answer, 'connections')[0];
  }

  get isSilent() {
    return isSilent(this.connection);
  }

  get checkedAt() {
    return msOf(this.connection?.checked.value);
  }

  get counts() {
    const edges = this.answer?.uiapi?.aggregate?.counts?.edges ?? [];
    return edges.map(({ node: { aggregate } }) => ({
      state: aggregate.state.value,
      look: stateLook(aggregate.state.value),
      words: fill(labels.healthCount, { count: aggregate.count.count.value }),
    }));
  }

  get held() {
    return rowsOf(this.answer, 'held').map((node) => {
      const reason = statusReason(node);
      return {
        id: node.Id,
        title: `${systemName(node.system.value)}: ${reason?.title ?? labels.healthHeld}`,
        next: reason?.next ?? '',
        // A record's page by its id alone: its type is not among what a status row says.
        page: `/${node.record.value}`,
      };
    });
  }

  get isClear() {
    return this.held.length === 0;
  }

  async reload() {
    await this.refresh?.();
  }
}
