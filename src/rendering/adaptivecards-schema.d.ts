/** Stands in for the type import inside adaptivecards-templating, whose real target pulls in DOM types. */
export type IAdaptiveCard = Record<string, unknown>;
