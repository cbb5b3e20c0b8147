export { Conditions, useConditionWords } from './Conditions'
export { type ConditionCheck, type Decision, decisionOf, type FlowDecision } from './decision'
export { DecisionExplained } from './DecisionExplained'
